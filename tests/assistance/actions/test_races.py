"""Two at once: the database decides, and the loser is told why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from assistance.actions.batches import approve_batch, check_batch, submit_batch
from assistance.actions.disbursements import instruct_batch
from assistance.actions.funds import Transfer, transfer_funds
from assistance.actions.payments import withdraw_payment
from assistance.actions.releases import release_round
from assistance.actions.returns import ReturnOutcome
from assistance.models import Account, BankFile, Batch, Entry, Payment, Signature
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance.builders import (
    COUNTY,
    fund_sources,
    staff,
    union,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    batch_of,
    bring_in,
    fund,
    instructed_batch,
    noticed_round,
    officers,
    paying_account,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import verify_chain
from unionportal.core.errors import Refusal

TOWNSHIP = "350102001"
pytestmark = pytest.mark.usefixtures("committed_db")


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run each call on a connection of its own, all let go together."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait()
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refusals(results: list[object]) -> list[str]:
    return [str(each) for each in results if isinstance(each, Refusal)]


def checked_batch(names: int) -> Batch:
    """A batch that waits for its approver."""
    batch = batch_of(released_round(names))
    who = officers()
    for step, by in ((submit_batch, who.maker), (check_batch, who.checker)):
        batch = step(
            batch_id=batch.pk, digest=batch.digest, comment="", by=by, on=AFTER_NOTICE
        )
    return batch


def approve(batch: Batch, by: Actor) -> Batch:
    return approve_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=by, on=AFTER_NOTICE
    )


def test_two_approvers_at_once_sign_once() -> None:
    batch = checked_batch(1)
    fund("600.00")
    first = staff(Role.APPROVER, on=AFTER_NOTICE)
    second = staff(Role.APPROVER, on=AFTER_NOTICE)

    results = at_once(lambda: approve(batch, first), lambda: approve(batch, second))

    (told,) = refusals(results)
    assert "批次现在是“待出纳发放”" in told
    assert Signature.objects.filter(step="approve").count() == 1
    assert Entry.objects.filter(batch=batch).count() == 1
    assert verify_chain().fault == ""


def test_an_approval_and_a_transfer_on_the_same_money_leave_one() -> None:
    batch = checked_batch(1)
    fund("600.00")
    approver = staff(Role.APPROVER, on=AFTER_NOTICE)
    handed = Transfer(
        giver_id=union(COUNTY).pk,
        taker_id=union(TOWNSHIP).pk,
        source_id=fund_sources()["county_own"].pk,
        amount=Decimal("600.00"),
        document="下拨单",
    )

    results = at_once(
        lambda: approve(batch, approver),
        lambda: transfer_funds(transfer=handed, by=SYSTEM, on=AFTER_NOTICE),
    )

    (told,) = refusals(results)
    assert "资金不足" in told
    assert not Account.objects.filter(balance__lt=0).exclude(kind="funding").exists()
    assert ledger_proof().problems == ()


def test_two_payers_at_once_instruct_once() -> None:
    round_ = released_round(1)
    fund("600.00")
    paying_account()
    who = officers()
    batch = approved_batch(round_, who)
    second = staff(Role.PAYER, on=AFTER_NOTICE)

    results = at_once(
        *(
            lambda by=by: instruct_batch(
                batch_id=batch.pk, digest=batch.digest, by=by, on=AFTER_NOTICE
            )
            for by in (who.payer, second)
        )
    )

    assert len(refusals(results)) == 1
    assert BankFile.objects.count() == 1


def test_one_file_from_two_hands_is_applied_once() -> None:
    round_ = released_round(2)
    fund("1200.00")
    batch = instructed_batch(round_, officers())
    content = answer_to(batch)

    results = at_once(*(lambda: bring_in(content) for _ in range(4)))

    assert refusals(results) == []
    repeated = [each.is_repeated for each in results if isinstance(each, ReturnOutcome)]
    assert sorted(repeated) == [False, True, True, True]
    assert batch_of(round_).paid_count == 2
    assert ledger_proof().problems == ()


def test_two_releases_of_one_round_make_one_set_of_batches() -> None:
    round_ = noticed_round(2)

    results = at_once(
        *(
            lambda: release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
            for _ in range(2)
        )
    )

    assert len(refusals(results)) == 1
    assert (Batch.objects.count(), Payment.objects.count()) == (1, 2)


def test_an_approval_and_a_withdrawal_at_once_keep_the_books() -> None:
    batch = checked_batch(2)
    fund("1200.00")
    approver = staff(Role.APPROVER, on=AFTER_NOTICE)
    checker = staff(Role.CHECKER, on=AFTER_NOTICE)
    first = payments_of(batch)[0]

    results = at_once(
        lambda: approve(batch, approver),
        lambda: withdraw_payment(
            payment_id=first.pk, reason="调离", by=checker, on=AFTER_NOTICE
        ),
    )

    assert all("名单在您打开之后有变动" in told for told in refusals(results))
    assert Payment.objects.get(pk=first.pk).state == "withdrawn"
    assert ledger_proof().problems == ()
