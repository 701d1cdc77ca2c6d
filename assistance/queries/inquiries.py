"""Inquiries: a worker's own, and those that wait for a union."""

from datetime import date

from django.db.models import QuerySet

from assistance.models import Inquiry
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem
from unionportal.core.scope import within

LONGEST_DETAIL = 40


def inquiries_visible_to(actor: Actor) -> QuerySet[Inquiry]:
    """Those put to the unions in reach; a worker's own."""
    inquiries = Inquiry.objects.select_related("organisation", "person").order_by("id")
    if actor.kind == "worker":
        return inquiries.filter(person_id=actor.person_id or 0)
    return inquiries.filter(within(actor, "organisation__path"))


def inquiries_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Unanswered questions to the unions where the actor is maker, oldest first."""
    del on
    unions = [s.organisation_id for s in actor.seats if s.role == Role.MAKER]
    waiting = (
        Inquiry.objects.filter(organisation__in=unions, answered_on=None)
        .select_related("organisation")
        .order_by("asked_on", "id")
    )
    return [
        QueueItem(
            title="答复职工咨询",
            detail=inquiry.text[:LONGEST_DETAIL],
            url=f"/staff/assistance/inquiries/{inquiry.pk}/",
            organisation_name=inquiry.organisation.short_name,
            waiting_since=inquiry.asked_on,
            due_on=None,
            role=Role.MAKER,
        )
        for inquiry in waiting
    ]
