"""Cards of assistance on a worker's home page: one line per matter."""

from datetime import date

from django.urls import reverse

from assistance.queries.worker import Matter, matters_of
from unionportal.core.actor import Actor
from unionportal.core.cards import Card

LATEST = 3


def matter_cards(actor: Actor, on: date) -> list[Card]:
    """What needs the worker, and his latest matters; the rest is under 我的帮扶."""
    if actor.person_id is None:
        return []
    matters = matters_of(actor.person_id, on)
    urgent = [matter for matter in matters if matter.needs_action]
    others = [matter for matter in matters if not matter.needs_action]
    return [_card(matter) for matter in (*urgent, *others[:LATEST])]


def _card(matter: Matter) -> Card:
    return Card(
        title=matter.occasion,
        state=matter.headline,
        next_step=matter.next_step,
        url=matter_page(matter.determination_id),
        action_label="去办理" if matter.needs_action else "查看",
        needs_action=matter.needs_action,
    )


def matter_page(determination_id: int) -> str:
    """Where a worker reads about one of his matters."""
    return reverse("assistance:matter", args=[determination_id])
