"""How a batch stands with its bank: over which link, what is in doubt, what follows."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from assistance.enums import BatchState, FileDirection, LinkKind, PaymentState
from assistance.models import BankSending, Batch, DoubtDecision, Payment
from assistance.rules.banks.direct import DIRECT
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem

_EXPLAINED = (
    "银行可能已付，也可能没有收到，我们没有得到明确答复。系统正按发放编号询问银行："
    "答“已付”或“退回”即入账；受理时限过后银行答“查无此笔”的，才再发一次；"
    "银行一直查不出的，请出纳到银行核实后登记，由审批人确认。在此之前不会重发。"
)


@dataclass(frozen=True, slots=True)
class LinkStanding:
    """What the batch page says of the link; counts are payments."""

    is_direct: bool
    doubtful_count: int
    finding: str
    sendings: tuple[BankSending, ...]

    @property
    def label(self) -> str:
        """The link in words."""
        kind = LinkKind.DIRECT if self.is_direct else LinkKind.FILE
        return str(kind.label)

    @property
    def explanation(self) -> str:
        """What doubt means, and what happens next."""
        return _EXPLAINED


def link_standing(batch: Batch) -> LinkStanding | None:
    """The standing of a batch that left for its bank; None for one that did not."""
    sent = batch.bank_files.filter(direction=FileDirection.OUT).first()
    if sent is None:
        return None
    if sent.layout != DIRECT:
        return LinkStanding(is_direct=False, doubtful_count=0, finding="", sendings=())
    doubtful = Payment.objects.filter(
        year=batch.round.year, batch=batch, state=PaymentState.IN_DOUBT
    ).count()
    found = DoubtDecision.objects.filter(batch=batch).last()
    is_waiting = found is not None and found.confirms_id is None
    return LinkStanding(
        is_direct=True,
        doubtful_count=doubtful,
        finding=found.get_verdict_display() if found and is_waiting else "",
        sendings=tuple(BankSending.objects.filter(bank_file=sent)),
    )


# --- what waits for two officers


def doubts_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Batches in doubt: the payer's to look into, then another's to confirm."""
    del on
    payer, approver = (_seats(actor, role) for role in (Role.PAYER, Role.APPROVER))
    items = []
    for batch in _doubtful(payer | approver):
        found = _pending(batch)
        if found is None and batch.organisation_id in payer:
            items.append(_item(batch, Role.PAYER, "到银行核实是否已付，登记核实结论"))
        elif (
            found is not None
            and batch.organisation_id in approver
            and found.found_by_id != actor.user_id
        ):
            told = f"确认核实结论：{found.get_verdict_display()}（{found.reason}）"
            items.append(_item(batch, Role.APPROVER, told))
    return items


def _seats(actor: Actor, role: Role) -> set[int]:
    return {seat.organisation_id for seat in actor.seats if seat.role == role}


def _doubtful(unions: set[int]) -> QuerySet[Batch]:
    rows = Payment.objects.filter(
        batch__organisation__in=unions,
        batch__state=BatchState.INSTRUCTED,
        state=PaymentState.IN_DOUBT,
    )
    return (
        Batch.objects.filter(pk__in=rows.values("batch"))
        .select_related("organisation", "round__period", "round__version__scheme")
        .prefetch_related("doubt_decisions")
        .order_by("id")
    )


def _pending(batch: Batch) -> DoubtDecision | None:
    """The finding that waits for its second person."""
    found = list(batch.doubt_decisions.all())
    return found[-1] if found and found[-1].confirms_id is None else None


def _item(batch: Batch, role: Role, detail: str) -> QueueItem:
    return QueueItem(
        title=f"银行答复不明：批次 {batch.number}",
        detail=detail,
        url=f"/staff/assistance/batches/{batch.pk}/",
        organisation_name=batch.organisation.short_name,
        waiting_since=batch.instructed_on or batch.drafted_on,
        due_on=None,
        role=role,
    )
