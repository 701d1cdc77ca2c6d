"""Reads of yearly returns."""

from django.db.models import QuerySet

from members.models import YearlyReturn
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def returns_visible_to(actor: Actor) -> QuerySet[YearlyReturn]:
    """What the actor's unions have filed."""
    found = YearlyReturn.objects.filter(within(actor, "organisation__path"))
    return found.select_related("organisation").order_by("id")
