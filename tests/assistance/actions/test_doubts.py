"""Payments the bank cannot answer for: what two officers decide, and what is refused."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from assistance.actions.askings import ask_bank
from assistance.actions.bank_answers import end_sending
from assistance.actions.doubts import confirm_doubt, find_doubt
from assistance.actions.sendings import deliver_instruction
from assistance.enums import DoubtVerdict, SendingOutcome
from assistance.models import BankSending, Batch, DoubtDecision
from assistance.queries.doubts import doubts_waiting
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance.actions.test_sendings import (
    WINDOW,
    instructed,
    states,
)
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff
from tests.assistance.paying import AFTER_NOTICE, books, payments_of
from tests.unionportal.stub_bank.counters import RunningBank, counter_here
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
LATER = AFTER_NOTICE + timedelta(days=1)


@dataclass(frozen=True)
class Lost:
    """A batch whose order never arrived, and the bank that knows nothing of it."""

    batch: Batch
    bank: RunningBank

    @property
    def paid_times(self) -> list[int]:
        """How often the bank paid each."""
        books = self.bank.books
        return [books.paid_times(each.reference) for each in payments_of(self.batch)]


@pytest.fixture
def doubtful(tmp_path: Path, settings: Settings) -> Iterator[Batch]:
    """Three payments that a bank took and cannot say anything about."""
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    with counter_here(tmp_path / "bank", "cannot-say", window=1) as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        time.sleep(2 * WINDOW + 0.2)
        ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
        assert states(batch) == ["in_doubt"] * 3
        yield batch


def find(
    batch: Batch, by: Actor, verdict: str = DoubtVerdict.PAID, reason: str = "回单 12"
) -> DoubtDecision:
    return find_doubt(
        batch_id=batch.pk, verdict=verdict, reason=reason, by=by, on=LATER
    )


def confirm(batch: Batch, by: Actor) -> DoubtDecision:
    return confirm_doubt(batch_id=batch.pk, by=by, on=LATER)


def test_what_two_officers_found_paid_is_spent(doubtful: Batch) -> None:
    payer, approver = staff(Role.PAYER), staff(Role.APPROVER)
    find(doubtful, payer)
    assert states(doubtful) == ["in_doubt"] * 3
    confirm(doubtful, approver)
    assert states(doubtful) == ["paid"] * 3
    assert books()[COUNTY, "county_own", "spent"] == Decimal("1800.00")
    assert ledger_proof().problems == ()


def test_what_two_officers_found_unpaid_is_released(doubtful: Batch) -> None:
    find(doubtful, staff(Role.PAYER), DoubtVerdict.UNPAID)
    confirm(doubtful, staff(Role.APPROVER))
    assert states(doubtful) == ["returned"] * 3
    assert books()[COUNTY, "county_own", "available"] == Decimal("6000.00")
    assert ledger_proof().problems == ()


def test_one_person_does_not_confirm_what_he_found(doubtful: Batch) -> None:
    both = staff(Role.PAYER, Role.APPROVER)
    find(doubtful, both)
    with pytest.raises(Refusal, match="必须是两个人"):
        confirm(doubtful, both)
    assert states(doubtful) == ["in_doubt"] * 3


def test_a_decision_is_refused_to_others_and_without_ground(doubtful: Batch) -> None:
    payer = staff(Role.PAYER)
    with pytest.raises(Refusal, match="“出纳”岗位"):
        find(doubtful, staff(Role.PAYER, at=NEXT_COUNTY))
    with pytest.raises(Refusal, match="请写明依据"):
        find(doubtful, payer, reason=" ")
    with pytest.raises(Refusal, match="请选择核实结果"):
        find(doubtful, payer, "perhaps")
    with pytest.raises(Refusal, match="还没有登记核实结论"):
        confirm(doubtful, staff(Role.APPROVER))
    assert DoubtDecision.objects.count() == 0
    assert states(doubtful) == ["in_doubt"] * 3


def test_a_decision_counts_once(doubtful: Batch) -> None:
    approver = staff(Role.APPROVER)
    find(doubtful, staff(Role.PAYER))
    confirm(doubtful, approver)
    with pytest.raises(Refusal, match="还没有登记核实结论"):
        confirm(doubtful, approver)
    with pytest.raises(Refusal, match="没有存疑的发放"):
        find(doubtful, staff(Role.PAYER))
    assert states(doubtful) == ["paid"] * 3


def test_doubt_waits_for_the_payer_and_then_for_another_person(
    doubtful: Batch,
) -> None:
    payer, approver = staff(Role.PAYER), staff(Role.APPROVER)
    both = staff(Role.PAYER, Role.APPROVER)

    def waits(who: Actor) -> list[str]:
        return [item.detail for item in doubts_waiting(who, LATER)]

    assert waits(payer) == waits(both) == ["到银行核实是否已付，登记核实结论"]
    assert waits(approver) == waits(staff(Role.PAYER, at=NEXT_COUNTY)) == []
    find(doubtful, both)
    assert waits(approver) == ["确认核实结论：银行已付（回单 12）"]
    assert waits(payer) == waits(both) == []
    confirm(doubtful, approver)
    assert waits(approver) == waits(payer) == []


@pytest.fixture
def lost(tmp_path: Path, settings: Settings) -> Iterator[Lost]:
    """Three payments that never reached the bank; its window is over."""
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    with counter_here(tmp_path / "bank", "cut-before-paying", window=1) as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        time.sleep(2 * WINDOW + 0.1)
        yield Lost(batch, bank)


def test_nothing_is_sent_again_once_two_officers_found_it_unpaid(lost: Lost) -> None:
    """They will be paid by a follow-up batch: the first order must stay dead."""
    find(lost.batch, staff(Role.PAYER), DoubtVerdict.UNPAID)
    confirm(lost.batch, staff(Role.APPROVER))
    asked = ask_bank(batch_id=lost.batch.pk, on=LATER, by=SYSTEM)
    assert (asked.open_count, states(lost.batch)) == (0, ["returned"] * 3)
    assert (lost.paid_times, BankSending.objects.count()) == ([0, 0, 0], 1)


def test_nothing_is_sent_again_while_a_finding_waits_for_its_second_person(
    lost: Lost,
) -> None:
    find(lost.batch, staff(Role.PAYER), DoubtVerdict.UNPAID)
    asked = ask_bank(batch_id=lost.batch.pk, on=LATER, by=SYSTEM)
    assert asked.sentence == ("银行查不到 3 笔；核实结论正等待第二人确认，不再自动发送")
    assert (lost.paid_times, BankSending.objects.count()) == ([0, 0, 0], 1)


def test_a_finding_is_not_confirmed_while_an_order_may_still_be_taken(
    lost: Lost,
) -> None:
    find(lost.batch, staff(Role.PAYER), DoubtVerdict.UNPAID)
    first = BankSending.objects.get()
    end_sending(first, SendingOutcome.UNKNOWN, "")
    BankSending.objects.create(
        bank_file=first.bank_file,
        number=2,
        sha256="0" * 64,
        line_count=3,
        sent_at=Now(),
        closes_at=Now() + timedelta(hours=1),
    )
    with pytest.raises(Refusal, match="受理时限还没有过"):
        confirm(lost.batch, staff(Role.APPROVER))
    assert states(lost.batch) == ["in_doubt"] * 3
