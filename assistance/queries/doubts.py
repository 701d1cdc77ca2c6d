"""How a batch stands with its bank: over which link, what is in doubt, what follows."""

from dataclasses import dataclass

from assistance.enums import FileDirection, LinkKind, PaymentState
from assistance.models import BankSending, Batch, DoubtDecision, Payment
from assistance.rules.banks.direct import DIRECT

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
