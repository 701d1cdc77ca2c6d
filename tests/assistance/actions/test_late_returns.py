"""Money that comes back days later over the direct link: asked about, booked once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from assistance.actions.late_returns import LATE_JOB, LateAsked, ask_late_returns
from assistance.actions.sendings import ASK_JOB, deliver_instruction
from assistance.models import BankFile, Batch, PayingAccount
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance.actions.test_sendings import instructed, states
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff
from tests.assistance.paying import AFTER_NOTICE, books, payments_of
from tests.unionportal.stub_bank.counters import RunningBank, counter_here
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_job
from unionportal.core.models.jobs import Job, JobState

pytestmark = pytest.mark.django_db
DAYS = 30
LATER = AFTER_NOTICE + timedelta(days=9)


@dataclass(frozen=True)
class Paid:
    """A batch of three, paid over the link at once; and the bank that paid it."""

    batch: Batch
    bank: RunningBank


@pytest.fixture
def paid(tmp_path: Path, settings: Settings) -> Iterator[Paid]:
    """The bank gives one of them back as soon as it is asked again."""
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    with counter_here(tmp_path / "bank", "return-after-success") as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        assert states(batch) == ["paid"] * 3
        yield Paid(batch, bank)


def ask(days: int = DAYS, by: Actor = SYSTEM) -> LateAsked | None:
    account = PayingAccount.objects.get()
    return ask_late_returns(account_id=account.pk, days=days, on=LATER, by=by)


def minutes_until(job: Job) -> float:
    """By the database's clock, until a job is due."""
    now = Job.objects.annotate(now=Now()).values_list("now", flat=True)[0]
    return (job.due_at - now).total_seconds() / 60


def come_back(paid: Paid) -> None:
    """The first question after success: then the bank gives one back."""
    first = ask()
    assert first is not None
    assert (first.asked, first.returned) == (3, 0)
    assert states(paid.batch) == ["paid"] * 3


def test_a_late_return_is_noticed_without_anybody_asking_and_booked_once(
    paid: Paid,
) -> None:
    come_back(paid)
    asked = [ask() for _turn in range(2)]
    assert [each and each.returned for each in asked] == [1, 0]
    first = payments_of(paid.batch)[0]
    assert states(paid.batch) == ["returned", "paid", "paid"]
    assert (first.reason_code, first.settled_on, first.paid_on) == (
        "closed",
        LATER,
        AFTER_NOTICE,
    )
    assert books()[COUNTY, "county_own", "spent"] == Decimal("1200.00")
    assert books()[COUNTY, "county_own", "available"] == Decimal("4800.00")
    assert BankFile.objects.filter(direction="in").count() == 2
    assert ledger_proof().problems == ()


def test_what_was_paid_longer_ago_is_not_asked_about(paid: Paid) -> None:
    come_back(paid)
    assert ask(days=8) == LateAsked(0, 0, 0)
    assert states(paid.batch) == ["paid"] * 3
    assert ask(days=9) == LateAsked(3, 1, 0)


def test_what_the_bank_no_longer_knows_changes_nothing_and_is_told(
    paid: Paid, tmp_path: Path
) -> None:
    before = books()
    with counter_here(tmp_path / "another") as stranger:
        PayingAccount.objects.update(endpoint=stranger.endpoint)
        asked = ask()
    assert asked is not None
    assert asked.sentence == (
        "问了 3 笔已付的，0 笔此后退回；3 笔银行原先答已付、现在说不出，请与银行核对"
    )
    assert (states(paid.batch), books()) == (["paid"] * 3, before)


def test_a_bank_that_is_not_reached_is_told_and_changes_nothing(paid: Paid) -> None:
    PayingAccount.objects.update(endpoint="http://127.0.0.1:9")
    asked = ask()
    assert asked is not None
    assert (
        asked.problem == f"批次 {paid.batch.number}：连接中断或超时（ConnectionError）"
    )
    assert states(paid.batch) == ["paid"] * 3


def test_a_late_return_of_another_account_is_not_booked(
    paid: Paid, tmp_path: Path
) -> None:
    come_back(paid)
    with counter_here(paid.bank.folder, "wrong-account") as bank:
        PayingAccount.objects.update(endpoint=bank.endpoint)
        asked = ask()
    assert asked is not None
    assert "与发放时的收款账号不符" in asked.problem
    assert states(paid.batch) == ["paid"] * 3


def test_only_a_payer_or_the_portal_asks(paid: Paid) -> None:
    with pytest.raises(Refusal, match="“出纳”岗位"):
        ask(by=staff(Role.PAYER, at=NEXT_COUNTY))
    assert ask(by=staff(Role.PAYER)) == LateAsked(3, 0, 0)


def test_the_job_lives_with_the_link_and_dates_what_it_finds(
    paid: Paid, settings: Settings
) -> None:
    """Written down with the order; asks after a pause, again and again."""
    settings.BANK_LATE_DAYS, settings.BANK_LATE_PAUSE_SECONDS = DAYS, 3600
    job = Job.objects.get(kind=LATE_JOB)
    for _turn in range(4):
        Job.objects.filter(pk=job.pk).update(
            due_at=Now(), created_at=Now() - timedelta(days=9, hours=1)
        )
        assert run_job(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.QUEUED
    assert job.error == "问了 2 笔已付的，0 笔此后退回"
    assert minutes_until(job) >= 59
    assert payments_of(paid.batch)[0].settled_on == LATER
    PayingAccount.objects.update(link="file")
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (
        JobState.DONE,
        {"ended": "不再使用银企直联"},
    )


def test_asking_about_a_batch_goes_on_beyond_every_limit_until_it_is_answered(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    batch, bank_file = instructed("http://127.0.0.1:9")
    deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
    job = Job.objects.get(kind=ASK_JOB)
    for _turn in range(30):
        Job.objects.filter(pk=job.pk).update(due_at=Now())
        assert run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert minutes_until(job) >= 59
    assert states(batch) == ["in_doubt"] * 3
