"""Reads of employers."""

from django.db.models import QuerySet

from members.models import Employer
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def employers_visible_to(actor: Actor) -> QuerySet[Employer]:
    """The employers for whose unions the actor's unions answer."""
    return (
        Employer.objects.filter(within(actor, "keeper__path"))
        .select_related("keeper", "organisation", "division")
        .order_by("id")
    )
