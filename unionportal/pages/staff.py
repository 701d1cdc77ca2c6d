"""The staff admin's site: the theme, with the content policy its script needs."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from members.auth.actor import business_date, request_actor
from members.auth.staff_sign_in import OwnPassword, StaffSignIn, note
from members.enums import SignInOutcome
from members.permissions.access import can_oversee
from unionportal.core.actor import Actor
from unionportal.core.figures import Count, count_of, figures
from unionportal.core.queues import waiting_for
from unionportal.core.scope import outermost_paths
from unionportal.pages.setup import is_first_run

View = Callable[..., HttpResponseBase]
OWN_APPS = (
    "members.",
    "assistance.",
    "modelworkers.",
    "competitions.",
    "mediation.",
    "unionportal.",
)


def loosened(view: View) -> View:
    """The theme's script evaluates expressions in attributes and sets styles."""
    loosen = csp_update(
        {
            "script-src": [SELF, UNSAFE_EVAL],
            "style-src": [SELF, UNSAFE_INLINE],
        }
    )
    made: View = loosen(view)
    return made


class StaffSite(UnfoldAdminSite):
    index_template = "staff/index.html"
    site_title = "工会服务门户"
    site_header = "工会服务门户"
    index_title = "工作台"

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Take the portal's own screens only.

        Those of the libraries know no reach: they would show every union's clients,
        tokens and schedules to the staff of each.
        """
        models = (
            [model_or_iterable]
            if isinstance(model_or_iterable, type)
            else model_or_iterable
        )
        own = [model for model in models if model.__module__.startswith(OWN_APPS)]
        super().register(own, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without the way from any row of any table to its public page: none has one."""
        urls: list[URLPattern | URLResolver] = super().get_urls()
        return [each for each in urls if getattr(each, "name", "") != "view_on_site"]

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - Django's signature
        """Let the theme's script work on every page behind the login."""
        checked: Any = super().admin_view(view, cacheable)
        return loosened(checked)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The login stands outside `admin_view` and needs the theme's script too.

        Before there is anybody who could sign in, it leads to the first-run page.
        """
        if is_first_run():
            return redirect("setup")
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        frame = self.each_context(request) | {
            "title": "登录",
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "province": settings.PROVINCE_OIDC_URL and settings.PROVINCE_OIDC_NAME,
        }
        entry = StaffSignIn.as_view(extra_context=frame | (extra_context or {}))
        return loosened(entry)(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Write down who leaves."""
        if request.method == "POST" and request.user.is_authenticated:
            note(request, request.user.get_username(), SignInOutcome.LEFT)
        answer: HttpResponseBase = super().logout(request, extra_context)
        return answer

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """By the action, which knows the rules and ends the other sessions."""
        page = OwnPassword.as_view(
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request) | (extra_context or {}),
        )
        return page(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Name the frame that the pages of the staff site stand in."""
        frame: dict[str, Any] = super().each_context(request)
        return frame | {"frame": "admin/base_site.html"}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """First what waits for this post, the most urgent on top; then the figures."""
        actor, on = request_actor(request), business_date()
        waiting = {
            "on": on,
            "queues": waiting_for(actor, on),
            "figures": figures_for(actor, str(on.year), now=timezone.now()),
        }
        shown: TemplateResponse = super().index(
            request, waiting | (extra_context or {})
        )
        return shown


def figures_for(actor: Actor, period: str, *, now: datetime) -> list[Count]:
    """The registered figures over the outermost union of the actor's reach."""
    paths = outermost_paths(actor)
    if not paths:
        return []
    desk = [each for each in figures() if each.on_desk]
    return [count_of(each, paths[0], period, now=now) for each in desk]


def is_overseer(request: HttpRequest) -> bool:
    """Whether the sidebar shows the logs and who is on line."""
    return can_oversee(request_actor(request)).allowed


def environment_badge(request: HttpRequest) -> list[str] | None:
    """Say on every staff page that the people of a demonstration are invented."""
    del request
    return ["演示数据", "warning"] if settings.DEMONSTRATION else None
