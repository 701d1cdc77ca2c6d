"""The first page: what needs me now, where my matters are; for visitors, what is public."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from members.auth.actor import business_date, request_actor
from members.models import Notice
from members.queries.notice import notices_near, with_union_above
from unionportal.core.actor import Actor
from unionportal.core.cards import home_cards

NOTICES_SHOWN = 5


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Answer a worker with his cards, staff with their desk, a visitor with notices."""
    actor = request_actor(request) if request.user.is_authenticated else None
    if actor is not None and actor.kind == "staff":
        return redirect("admin:index")
    on = business_date()
    cards = home_cards(actor, on) if actor is not None else []
    return render(
        request,
        "home.html",
        {
            "actor": actor,
            "urgent": [card for card in cards if card.needs_action],
            "cards": [card for card in cards if not card.needs_action],
            "notices": _notices(actor, on),
        },
    )


def _notices(actor: Actor | None, on: date) -> QuerySet[Notice]:
    """Those of a worker's own unions; a visitor looks for his."""
    near = notices_near(actor.person_id or 0 if actor else 0, on)
    return with_union_above(near)[:NOTICES_SHOWN]
