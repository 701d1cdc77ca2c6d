"""Inquiries: a worker's own, and those that wait for a union."""

from django.db.models import QuerySet

from assistance.models import Inquiry
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def inquiries_visible_to(actor: Actor) -> QuerySet[Inquiry]:
    """Those put to the unions in reach; a worker's own."""
    inquiries = Inquiry.objects.select_related("organisation", "person").order_by("id")
    if actor.kind == "worker":
        return inquiries.filter(person_id=actor.person_id or 0)
    return inquiries.filter(within(actor, "organisation__path"))
