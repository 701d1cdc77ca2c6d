"""One line held, resumed, withdrawn: the rest of the batch stands."""

from decimal import Decimal

import pytest

from assistance.actions.payments import (
    hold_payment,
    resume_payment,
    withdraw_payment,
)
from assistance.models import BatchFunding, Payment, PaymentClaim
from assistance.queries.digests import digest_of
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    approved_batch,
    batch_of,
    books,
    fund,
    officers,
    payments_of,
    released_round,
)
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_a_held_line_changes_the_digest_and_resuming_restores_it() -> None:
    batch = batch_of(released_round(2))
    first = payments_of(batch)[0]
    checker = officers().checker
    before = batch.digest

    hold_payment(payment_id=first.pk, reason="户名存疑", by=checker, on=AFTER_NOTICE)
    batch.refresh_from_db()
    held = batch.digest
    resume_payment(payment_id=first.pk, reason="已核实", by=checker, on=AFTER_NOTICE)
    batch.refresh_from_db()

    assert held != before
    assert batch.digest == before == digest_of(batch)
    assert [(e.verb, e.reason) for e in history_of(first)] == [
        ("resume_payment", "已核实"),
        ("hold_payment", "户名存疑"),
    ]


def test_withdrawing_after_approval_gives_the_money_and_the_claim_back() -> None:
    round_ = released_round(3)
    fund("1800.00")
    who = officers()
    batch = approved_batch(round_, who)
    first = payments_of(batch)[0]

    withdraw_payment(
        payment_id=first.pk, reason="调离", by=who.approver, on=AFTER_NOTICE
    )

    assert books() == {
        (COUNTY, "county_own", "funding"): Decimal("-1800.00"),
        (COUNTY, "county_own", "available"): Decimal("600.00"),
        (COUNTY, "county_own", "reserved"): Decimal("1200.00"),
    }
    assert PaymentClaim.objects.get(pk=first.claim_id).released
    funding = BatchFunding.objects.get()
    assert (funding.withdrawn_count, funding.withdrawn_amount) == (1, Decimal("600.00"))
    assert ledger_proof(round_).problems == ()


def test_a_batch_with_nobody_left_ends() -> None:
    drafted = released_round(1)
    approver = officers().approver
    batch = batch_of(drafted)

    withdraw_payment(
        payment_id=payments_of(batch)[0].pk, reason="调离", by=approver, on=AFTER_NOTICE
    )

    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert ledger_proof(drafted).problems == ()


def test_an_approved_batch_with_nobody_left_is_settled() -> None:
    round_ = released_round(1)
    fund("600.00")
    who = officers()
    batch = approved_batch(round_, who)

    withdraw_payment(
        payment_id=payments_of(batch)[0].pk,
        reason="调离",
        by=who.approver,
        on=AFTER_NOTICE,
    )

    batch.refresh_from_db()
    assert (batch.state, batch.settled_on) == ("settled", AFTER_NOTICE)
    assert books()[COUNTY, "county_own", "available"] == Decimal("600.00")
    assert ledger_proof(round_).problems == ()


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_withdrawal_without_a_reason_is_refused(reason: str) -> None:
    payment = payments_of(batch_of(released_round(1)))[0]

    with pytest.raises(Refusal, match="请填写理由"):
        withdraw_payment(
            payment_id=payment.pk,
            reason=reason,
            by=officers().approver,
            on=AFTER_NOTICE,
        )

    assert Payment.objects.get(pk=payment.pk).state == "planned"


def test_staff_of_the_next_county_may_not_touch_a_payment() -> None:
    payment = payments_of(batch_of(released_round(1)))[0]
    neighbour = staff(Role.APPROVER, at=NEXT_COUNTY, on=AFTER_NOTICE)

    for verb in (hold_payment, withdraw_payment):
        with pytest.raises(Refusal, match="岗位"):
            verb(payment_id=payment.pk, reason="试试", by=neighbour, on=AFTER_NOTICE)

    assert Payment.objects.get(pk=payment.pk).state == "planned"
