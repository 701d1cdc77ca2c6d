"""R8: asked to pay again while the first answer is unknown: refused, nobody paid twice."""

from functools import partial
from pathlib import Path

from assistance.actions.disbursements import write_instruction
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.returns import collect_returns, import_return
from assistance.enums import BankFileState, FileDirection
from assistance.models import BankFile, Batch, Payment
from members.enums import Role
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.crowd import at_once
from tests.faults.ground import Ground
from tests.faults.people import give_account
from tests.faults.story import answered, sign_next, unsigned
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.demo.cast import Cast

EVERY = 5  # so often the next attempts are paid as well, to the last


@fault(
    row="R8",
    title="第一笔结果未明时要求重发：没有回盘或两人决定即拒绝，不付两次",
    in_ci=50,
    tries=500,
)
def asked_to_pay_again_while_unknown(ground: Ground, chance: Chance) -> None:
    """The payees have new cards; drafts and the bank's answer come in at once."""
    ground.at("answered")
    batch = chance.choice(
        list(Batch.objects.select_related("organisation").order_by("id"))
    )
    for payment in Payment.objects.filter(batch=batch).select_related("claim__payee"):
        if chance.random() < 0.8:
            give_account(payment)
    draft = partial(
        draft_follow_up_batch,
        round_id=batch.round_id,
        organisation_id=batch.organisation_id,
        by=Cast(AFTER_NOTICE).holder(Role.MAKER, batch.organisation),
        on=AFTER_NOTICE,
    )
    early = at_once(2, lambda _number: draft())
    assert all(isinstance(one, Refusal) for one in early), early
    assert not Payment.objects.filter(attempt__gt=1).exists()

    asked = chance.randint(2, 4)
    answers = at_once(asked, lambda number: draft() if number else bring(ground))

    assert sum(isinstance(one, Batch) for one in answers) <= 1, answers
    check_only_returned_again()
    ground.check_invariants()
    if chance.turn % EVERY == 0:
        finish()
        check_only_returned_again()
        ground.check_invariants()


def bring(ground: Ground) -> None:
    """Everything the bank answered, one file after the other."""
    for path in sorted(ground.bank_folder.glob("inbox/[!.]*.*")):
        bring_in(path)


def bring_in(path: Path) -> None:
    import_return(content=path.read_bytes(), name=path.name, by=SYSTEM, on=AFTER_NOTICE)


def check_only_returned_again() -> None:
    """A second attempt stands behind nothing but a first that came back."""
    again = set(Payment.objects.filter(attempt__gt=1).values_list("claim", "attempt"))
    came_back = set(
        Payment.objects.filter(state="returned").values_list("claim", "attempt")
    )
    assert {(claim, attempt - 1) for claim, attempt in again} <= came_back


def finish() -> None:
    """Sign and send what was drafted, and hear what the bank says."""
    while waiting := list(unsigned()):
        for batch in waiting:
            sign_next(batch)
    written = BankFile.objects.filter(
        direction=FileDirection.OUT, state=BankFileState.WRITTEN
    )
    for file in written:
        write_instruction(bank_file_id=file.pk, by=SYSTEM, on=AFTER_NOTICE)
    answered()
    collect_returns(by=SYSTEM, on=AFTER_NOTICE)
