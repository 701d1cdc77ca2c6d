"""Reads of leavings: which household has been told, who waits to be heard."""

from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from assistance.enums import LeavingState
from assistance.models import HouseholdDossier, Leaving
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.cards import Card
from unionportal.core.queues import QueueItem

LEAVING_KIND = "assistance.leaving"


def open_leaving(dossier: HouseholdDossier) -> Leaving | None:
    """What a household has been told and is not decided yet."""
    return Leaving.objects.filter(dossier=dossier, state=LeavingState.TOLD).first()


def leavings_of(person_id: int | None) -> QuerySet[Leaving]:
    """What a worker has been told about his own files, newest first."""
    return Leaving.objects.filter(dossier__principal=person_id or 0).select_related(
        "dossier__organisation"
    )


def leaving_cards(actor: Actor, on: date) -> list[Card]:
    """One line for each open one: it needs the worker until he has spoken."""
    del on
    waiting = leavings_of(actor.person_id).filter(state=LeavingState.TOLD)
    return [
        Card(
            title="困难职工档案拟退出",
            state="已收到您的陈述" if one.heard_on else "等您陈述意见",
            next_step=(
                "工会另一位同事决定后通知您。"
                if one.heard_on
                else f"到{one.hear_until:%-m月%-d日}为止可以说明情况。"
            ),
            url=leaving_page(one.pk),
            action_label="查看" if one.heard_on else "去说明",
            needs_action=one.heard_on is None,
        )
        for one in waiting
    ]


def leaving_page(number: int) -> str:
    """Where a worker reads what he was told."""
    return reverse("assistance:leaving", args=[number])


def leavings_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Those heard, or whose days are over: another person decides."""
    seats = [seat.organisation_id for seat in actor.seats if seat.role == Role.CHECKER]
    rows = (
        Leaving.objects.filter(
            Q(heard_on__isnull=False) | Q(hear_until__lt=on),
            dossier__organisation__in=seats,
            state=LeavingState.TOLD,
        )
        .exclude(told_by=actor.user_id)
        .select_related("dossier__organisation", "dossier__principal")
    )
    return [
        QueueItem(
            title=f"档案拟退出：{one.dossier.principal.name}",
            detail="听取陈述后决定退出或保留在档",
            url=f"/staff/assistance/dossiers/{one.dossier_id}/",
            organisation_name=one.dossier.organisation.short_name,
            waiting_since=one.heard_on or one.hear_until,
            due_on=None,
            role=Role.CHECKER,
        )
        for one in rows
    ]
