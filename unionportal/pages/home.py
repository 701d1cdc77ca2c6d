"""The first page: what needs me now, where my matters are; for visitors, what is public."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from members.auth.actor import business_date, request_actor
from members.queries.notice import notices_public
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
            "notices": notices_public(on)[:NOTICES_SHOWN],
        },
    )
