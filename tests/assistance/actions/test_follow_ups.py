"""Another attempt for those whose money came back, with the same signatures."""

from decimal import Decimal

import pytest

from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.payments import end_payment, hold_payment, resume_payment
from assistance.enums import PaymentEnd
from assistance.models import Batch, Payment
from assistance.queries.ledger import ledger_proof
from members.actions.account import stop_account
from members.enums import Role
from members.models import BankAccount
from tests.assistance.builders import COUNTY, account, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    Officers,
    answer_to,
    approved_batch,
    batch_of,
    books,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def one_returned(names: int = 2) -> tuple[Batch, Payment, Officers]:
    """A settled batch whose first payment came back."""
    round_ = released_round(names)
    fund("6000.00")
    who = officers()
    batch = instructed_batch(round_, who)
    first = payments_of(batch)[0]
    bring_in(answer_to(batch, returned={first.reference: "closed"}))
    first.refresh_from_db()
    return batch_of(round_), first, who


def draft(batch: Batch) -> Batch:
    return draft_follow_up_batch(
        round_id=batch.round_id,
        organisation_id=union(COUNTY).pk,
        by=SYSTEM,
        on=AFTER_NOTICE,
    )


def new_account(payment: Payment, *, verified: bool = True) -> BankAccount:
    stop_account(
        account_id=payment.account_id, reason="销户", on=AFTER_NOTICE, by=SYSTEM
    )
    return account(payment.claim.payee, verified=verified)


def test_a_corrected_account_is_paid_by_a_follow_up() -> None:
    batch, first, who = one_returned()
    corrected = new_account(first)

    follow_up = draft(batch)

    (second,) = payments_of(follow_up)
    assert (follow_up.kind, follow_up.state, follow_up.line_count) == (
        "follow_up",
        "drafted",
        1,
    )
    assert (second.attempt, second.account_id) == (2, corrected.pk)
    assert second.reference == first.reference[:14] + "02"
    sent = instructed_batch(batch.round, who)
    bring_in(answer_to(sent), name="HP_2.txt")
    assert Payment.objects.get(pk=second.pk).state == "paid"
    assert books()[COUNTY, "county_own", "spent"] == Decimal("1200.00")
    assert ledger_proof(batch.round).problems == ()


def test_an_unchecked_account_waits() -> None:
    batch, first, _who = one_returned()
    new_account(first, verified=False)

    with pytest.raises(Refusal, match="0 人尚未登记新的收款账户，1 人的新账户等待"):
        draft(batch)

    assert Batch.objects.count() == 1


def test_without_a_new_account_nobody_is_tried_again() -> None:
    batch, _first, _who = one_returned()

    with pytest.raises(Refusal, match="1 人尚未登记新的收款账户"):
        draft(batch)

    assert Payment.objects.count() == 2


def test_a_second_draft_finds_nobody() -> None:
    batch, first, _who = one_returned()
    new_account(first)
    draft(batch)

    with pytest.raises(Refusal, match="没有被退回、需要重发的人"):
        draft(batch)

    assert Payment.objects.count() == 3


def test_a_line_resumed_after_the_batch_left_is_taken_up() -> None:
    round_ = released_round(2)
    fund("6000.00")
    who = officers()
    batch = approved_batch(round_, who)
    first = payments_of(batch)[0]
    hold_payment(payment_id=first.pk, reason="核实", by=who.checker, on=AFTER_NOTICE)
    sent = instructed_batch(round_, who)
    bring_in(answer_to(sent))
    assert batch_of(round_).state == "instructed"
    resume_payment(
        payment_id=first.pk, reason="已核实", by=who.checker, on=AFTER_NOTICE
    )

    follow_up = draft(batch)

    batch.refresh_from_db()
    (second,) = payments_of(follow_up)
    assert (batch.state, Payment.objects.get(pk=first.pk).state) == (
        "settled",
        "withdrawn",
    )
    assert (second.claim_id, second.attempt, second.state) == (
        first.claim_id,
        2,
        "planned",
    )
    assert not second.claim.released
    assert ledger_proof(round_).problems == ()


def test_a_returned_payment_may_end() -> None:
    batch, first, who = one_returned()

    ended = end_payment(
        payment_id=first.pk,
        reason=PaymentEnd.UNREACHABLE,
        by=who.maker,
        on=AFTER_NOTICE,
    )

    ended.refresh_from_db()
    assert (ended.state, ended.end_reason) == ("ended", "unreachable")
    assert ledger_proof(batch.round).problems == ()


def test_a_payment_tried_again_does_not_end() -> None:
    batch, first, who = one_returned()
    new_account(first)
    draft(batch)

    with pytest.raises(Refusal, match="已经另行重发"):
        end_payment(
            payment_id=first.pk,
            reason=PaymentEnd.DECLINED,
            by=who.maker,
            on=AFTER_NOTICE,
        )

    assert Payment.objects.get(pk=first.pk).state == "returned"


def test_staff_without_the_post_may_not_draft() -> None:
    batch, first, _who = one_returned()
    new_account(first)

    with pytest.raises(Refusal, match="“经办”岗位"):
        draft_follow_up_batch(
            round_id=batch.round_id,
            organisation_id=union(COUNTY).pk,
            by=staff(Role.CHECKER, on=AFTER_NOTICE),
            on=AFTER_NOTICE,
        )

    assert Batch.objects.count() == 1
