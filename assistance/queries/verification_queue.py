"""What verification leaves waiting: people taken, people not taken, findings."""

from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from assistance.enums import FindingState, SampleItemState
from assistance.models import Round, SampleItem, VerificationFinding, VerificationWaiver
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem

URL = "/staff/assistance"


def verification_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """A verifier's own people; those nobody has taken, for auditors; open findings."""
    del on
    return [*_items(actor), *_findings(actor)]


def _waiting() -> QuerySet[SampleItem]:
    round_ = OuterRef("stratum__sample__round")
    return SampleItem.objects.filter(
        ~Exists(VerificationWaiver.objects.filter(round=round_)),
        state=SampleItemState.WAITING,
    )


def _items(actor: Actor) -> list[QueueItem]:
    """One item a round for what is the actor's own, one for what nobody has taken."""
    auditing = [seat for seat in actor.seats if seat.role == Role.AUDITOR]
    mine = Q(verifier=actor.user_id, verifier__isnull=False)
    rows = list(
        _waiting()
        .filter(mine | Q(verifier=None) if auditing else mine)
        .order_by()
        .values_list("stratum__sample__round", "verifier")
        .annotate(count=Count("id"), added=Min("added_on"), taken=Min("taken_on"))
    )
    rounds = Round.objects.select_related("version__scheme", "period", "organisation")
    found = {one.pk: one for one in rounds.filter(pk__in={row[0] for row in rows})}
    made = []
    for number, verifier, count, added, taken in sorted(rows, key=str):
        round_ = found[number]
        if verifier is not None:
            made.append(_own(round_, count, taken))
        elif any(seat.reaches(round_.organisation.path) for seat in auditing):
            made.append(_untaken(round_, count, added))
    return made


def _own(round_: Round, count: int, since: date) -> QueueItem:
    return QueueItem(
        title=f"{round_.occasion}：核查 {count} 户是否收到",
        detail="打电话或走访，逐户登记结果",
        url=f"{URL}/verification/?round={round_.pk}&mine=1&state=waiting",
        organisation_name=round_.organisation.short_name,
        waiting_since=since,
        due_on=None,
        role=Role.AUDITOR,
    )


def _untaken(round_: Round, count: int, since: date) -> QueueItem:
    return QueueItem(
        title=f"{round_.occasion}：待领取的核查 {count} 户",
        detail="在轮次页面领取，签过字的人不能核查",
        url=f"{URL}/rounds/{round_.pk}/",
        organisation_name=round_.organisation.short_name,
        waiting_since=since,
        due_on=None,
        role=Role.AUDITOR,
    )


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
