"""What every staff page outside the admin's own lists shares."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views import View

from members.auth.actor import business_date, request_actor
from members.auth.frame import framed
from unionportal.core.actor import Actor


class StaffPage(View):
    """A page behind the staff login, with the theme's frame, the actor and the day."""

    actor: Actor
    on: date

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Ask the admin's site who may enter, as its own pages do."""
        return admin.site.admin_view(super().as_view(**initkwargs))

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read the actor and the clock once."""
        super().setup(request, *args, **kwargs)
        self.actor = request_actor(request)
        self.on = business_date()

    def page(self, template: str, *, title: str, **context: Any) -> HttpResponse:
        """Render a template inside the frame of the staff site; a part of a page alone."""
        known = {"title": title, "actor": self.actor, "on": self.on, **context}
        if template.rpartition("/")[2].startswith("_"):  # a part that a page asks for
            return render(self.request, template, known)
        return framed(self.request, self.actor, template, known)
