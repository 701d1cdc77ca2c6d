"""Late returns over the direct link: asked about, for a bank does not tell by itself.

A payment that was made may still come back, days later. While an account is on its
bank's direct link, a job of its own asks about everything paid in the last days; it
is written down with every order that leaves, and lives as long as the link.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from assistance.actions.bank_answers import Turn, take_answers
from assistance.actions.bank_links import link_of
from assistance.enums import FileDirection, LinkKind, PaymentState
from assistance.models import Batch, PayingAccount, Payment
from assistance.permissions.doubts import can_ask_late_returns
from assistance.rules.banks.direct import DIRECT, Said, Unclear
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job

LATE_JOB = "assistance.ask_late_returns"


@dataclass(frozen=True, slots=True)
class LateAsked:
    """What asking came to: payments asked about, taken back, and not known any more."""

    asked: int
    returned: int
    forgotten: int
    problem: str = ""

    @property
    def sentence(self) -> str:
        """Say it to a person; what does not fit needs one."""
        told = f"问了 {self.asked} 笔已付的，{self.returned} 笔此后退回"
        if self.forgotten:
            told += f"；{self.forgotten} 笔银行原先答已付、现在说不出，请与银行核对"
        return f"{told}；{self.problem}" if self.problem else told


def ask_late_returns(
    *, account_id: int, days: int, on: date, by: Actor, run: JobRun | None = None
) -> LateAsked | None:
    """Ask about what an account paid in the last days; book what has come back since.

    None for an account that is not on the direct link. Paid → returned only: whatever
    else the bank says of a payment it made changes nothing and is told.
    """
    account = PayingAccount.objects.select_related("organisation").get(pk=account_id)
    can_ask_late_returns(by, account.organisation).require()
    if account.link != LinkKind.DIRECT:
        return None
    turn, link = Turn(on, by, run), link_of(account)
    asked = returned = forgotten = 0
    for batch, references in _paid_since(account, on - timedelta(days=days)):
        asked += len(references)
        try:
            said = link.ask(batch.number, references)
            back = [each for each in said if each.status == "refused"]
            if back:
                take_answers(batch, None, back, turn)
        except Unclear as unclear:
            problem = f"批次 {batch.number}：{unclear}"
            return LateAsked(asked, returned, forgotten, problem)
        returned += len(back)
        forgotten += _forgotten(references, said)
    return LateAsked(asked, returned, forgotten)


def enqueue_late_asking(account: PayingAccount, on: date) -> Job:
    """Have late returns asked about from now on; while that is so, nothing is added."""
    return enqueue(
        kind=LATE_JOB,
        key=f"late-{account.pk}",
        arguments={"account_id": account.pk, "on": on.isoformat()},
        by=SYSTEM,
        organisation_id=account.organisation_id,
    )


def _paid_since(account: PayingAccount, first: date) -> list[tuple[Batch, list[str]]]:
    """Batch by batch, what went over the link and was paid on that day or later."""
    batches = Batch.objects.filter(
        organisation=account.organisation_id,
        bank_files__direction=FileDirection.OUT,
        bank_files__layout=DIRECT,
    )
    known = {batch.pk: batch for batch in batches.select_related("organisation")}
    paid: defaultdict[int, list[str]] = defaultdict(list)
    rows = Payment.objects.filter(
        batch__in=known, state=PaymentState.PAID, paid_on__gte=first
    )
    for batch_id, reference in rows.order_by("id").values_list("batch", "reference"):
        paid[batch_id].append(reference)
    return [(known[batch_id], references) for batch_id, references in paid.items()]


def _forgotten(references: list[str], said: list[Said]) -> int:
    """Of what the bank had paid, how much it can say nothing about."""
    answered = {each.reference for each in said if each.status in ("paid", "refused")}
    return len(set(references) - answered)
