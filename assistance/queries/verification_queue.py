"""What verification leaves waiting: people taken, people not taken, findings."""

from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from assistance.enums import FindingState, SampleItemState
from assistance.models import Round, SampleItem, VerificationFinding, VerificationWaiver
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem

URL = "/staff/assistance"


def verification_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """A verifier's own people; those nobody has taken, for auditors; open findings."""
    del on
    return [*_own(actor), *_untaken(actor), *_findings(actor)]


def _waiting() -> QuerySet[SampleItem]:
    round_ = OuterRef("stratum__sample__round")
    return SampleItem.objects.filter(
        ~Exists(VerificationWaiver.objects.filter(round=round_)),
        state=SampleItemState.WAITING,
    )


def _own(actor: Actor) -> list[QueueItem]:
    if actor.user_id is None:
        return []
    items = _waiting().filter(verifier=actor.user_id)
    return [
        _item(
            f"核查 {count} 户是否收到",
            "打电话或走访，逐户登记结果",
            f"{URL}/verification/?round={round_.pk}&mine=1&state=waiting",
            round_,
            (since, Role.AUDITOR),
        )
        for round_, count, since in _by_round(items, "taken_on")
    ]


def _untaken(actor: Actor) -> list[QueueItem]:
    seats = [seat for seat in actor.seats if seat.role == Role.AUDITOR]
    items = _waiting().filter(verifier=None)
    return [
        _item(
            f"待领取的核查 {count} 户",
            "在轮次页面领取，签过字的人不能核查",
            f"{URL}/rounds/{round_.pk}/",
            round_,
            (since, Role.AUDITOR),
        )
        for round_, count, since in _by_round(items, "added_on")
        if any(seat.reaches(round_.organisation.path) for seat in seats)
    ]


def _by_round(items: QuerySet[SampleItem], day: str) -> list[tuple[Round, int, date]]:
    """Rounds with how many of these wait in each, and since when; two queries."""
    rows = (
        items.order_by()
        .values_list("stratum__sample__round")
        .annotate(count=Count("id"), since=Min(day))
    )
    found = {number: (count, since) for number, count, since in rows}
    rounds = Round.objects.filter(pk__in=found).select_related(
        "version__scheme", "period", "organisation"
    )
    return [(round_, *found[round_.pk]) for round_ in rounds.order_by("id")]


def _findings(actor: Actor) -> list[QueueItem]:
    unions = [s.organisation_id for s in actor.seats if s.role == Role.APPROVER]
    findings = (
        VerificationFinding.objects.filter(
            item__stratum__organisation__in=unions, state=FindingState.OPENED
        )
        .exclude(call__verifier=actor.user_id)
        .select_related("call", "item__stratum__organisation", "item__payment")
        .order_by("id")[:50]
    )
    return [
        QueueItem(
            title=f"查处核查问题：{finding.call.get_outcome_display()}",
            detail=finding.call.note,
            url=f"{URL}/verification/{finding.item_id}/",
            organisation_name=finding.item.stratum.organisation.short_name,
            waiting_since=finding.opened_on,
            due_on=None,
            role=Role.APPROVER,
        )
        for finding in findings
    ]


def _item(
    title: str, detail: str, url: str, round_: Round, since: tuple[date, str]
) -> QueueItem:
    return QueueItem(
        title=f"{round_.occasion}：{title}",
        detail=detail,
        url=url,
        organisation_name=round_.organisation.short_name,
        waiting_since=since[0],
        due_on=None,
        role=since[1],
    )
