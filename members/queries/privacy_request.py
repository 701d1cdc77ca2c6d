"""Reads of requests about one's own data, and what waits for whom."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from members.enums import PrivacyRequestKind, PrivacyRequestState, Role
from members.models import PrivacyRequest
from members.models.privacy_request import OPEN
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem, WorkQueue
from unionportal.core.scope import within

SHOWN = 50


def privacy_requests_visible_to(actor: Actor) -> QuerySet[PrivacyRequest]:
    """Requests to the actor's unions; a worker's own."""
    rows = PrivacyRequest.objects.order_by("-id")
    if actor.kind == "worker":
        return rows.filter(person_id__in=[actor.person_id])
    return rows.filter(within(actor, "organisation__path"))


def privacy_requests_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """What a maker gives his opinion on, and what a checker decides; the due first."""
    del on
    roles = {seat.role for seat in actor.seats}
    rows = privacy_requests_visible_to(actor).filter(state__in=OPEN)
    found = rows.select_related("person", "organisation").order_by("due_on", "id")
    return [
        _item(one, role)
        for one in found[:SHOWN]
        for role in [_role_for(one)]
        if role in roles
    ]


def _role_for(asked: PrivacyRequest) -> str:
    is_first = asked.state == PrivacyRequestState.SUBMITTED
    is_deletion = asked.kind == PrivacyRequestKind.DELETE
    return str(Role.MAKER if is_first and is_deletion else Role.CHECKER)


def _item(asked: PrivacyRequest, role: str) -> QueueItem:
    return QueueItem(
        title=_("答复个人信息请求"),
        detail=f"{asked.person.name}：{asked.get_kind_display()}{asked.get_field_display()}",
        url=reverse("staff_members:privacy-request", args=[asked.pk]),
        organisation_name=asked.organisation.name,
        waiting_since=asked.asked_on,
        due_on=asked.due_on,
        role=role,
    )


PRIVACY_QUEUE = WorkQueue("members.privacy", "个人信息请求", privacy_requests_waiting)
