"""The direct link against a real bank: nobody paid twice, nobody unpaid, whatever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from assistance.actions.bank_links import link_of
from assistance.actions.disbursements import instruct_batch
from assistance.actions.sendings import ask_bank, deliver_instruction
from assistance.enums import LinkKind
from assistance.models import BankFile, BankSending, Batch, PayingAccount
from assistance.queries.ledger import ledger_proof
from tests.assistance.paying import (
    AFTER_NOTICE,
    approved_batch,
    fund,
    officers,
    paying_account,
    payments_of,
    released_round,
)
from tests.unionportal.stub_bank.counters import SECRET, RunningBank, running_bank
from unionportal.core.actor import SYSTEM
from unionportal.stub_bank.faults import FAULTS

pytestmark = pytest.mark.django_db
WINDOW = 1
MODES: tuple[tuple[str, ...], ...] = ((), ("--not-idempotent",))
STRAIGHT = sorted(set(FAULTS) - {"cannot-say"})


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    return tmp_path / "bank"


def direct_account(endpoint: str) -> PayingAccount:
    account = paying_account()
    account.link = LinkKind.DIRECT
    account.endpoint, account.secret = endpoint, SECRET
    account.window_seconds = WINDOW
    account.save()
    return account


def instructed(endpoint: str) -> tuple[Batch, BankFile]:
    round_ = released_round(3)
    fund("6000.00")
    who = officers()
    batch = approved_batch(round_, who)
    direct_account(endpoint)
    bank_file = instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
    )
    return batch, bank_file


def states(batch: Batch) -> list[str]:
    return [payment.state for payment in payments_of(batch)]


def ask_until_said(batch: Batch, bank_file: BankFile) -> None:
    """As the job does it, with the bank's window passing on the way."""
    until = time.monotonic() + 30
    while {"instructed", "in_doubt"} & set(states(batch)):
        assert time.monotonic() < until, states(batch)
        ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        time.sleep(0.2)


@contextmanager
def open_bank(folder: Path, *options: str) -> Iterator[RunningBank]:
    with running_bank(folder, {}, "--window", str(WINDOW), *options) as bank:
        yield bank


@pytest.mark.parametrize("mode", MODES, ids=("idempotent", "repeats-pay-again"))
@pytest.mark.parametrize("fault", STRAIGHT)
def test_whatever_the_bank_does_everybody_is_paid_once(
    folder: Path, fault: str, mode: tuple[str, ...]
) -> None:
    with open_bank(folder, "--fault", fault, *mode) as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        ask_until_said(batch, bank_file)
        ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
        ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
        at_bank = [bank.books.paid_times(each.reference) for each in payments_of(batch)]
        ours = [int(state == "paid") for state in states(batch)]
    assert at_bank == ours
    assert sum(ours) == (2 if fault == "return-after-success" else 3)
    assert ledger_proof().problems == ()


@pytest.mark.parametrize("mode", MODES, ids=("idempotent", "repeats-pay-again"))
def test_an_instruction_cut_off_after_the_bank_paid_is_not_sent_again(
    folder: Path, mode: tuple[str, ...]
) -> None:
    with open_bank(folder, "--fault", "cut-after-paying", *mode) as bank:
        batch, bank_file = instructed(bank.endpoint)
        for _turn in range(3):
            deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        assert states(batch) == ["in_doubt"] * 3
        ask_until_said(batch, bank_file)
        times = [bank.books.paid_times(each.reference) for each in payments_of(batch)]
    assert times == [1, 1, 1]
    assert BankSending.objects.count() == 1


def test_what_the_bank_cannot_say_stays_in_doubt_and_is_not_sent_again(
    folder: Path,
) -> None:
    with open_bank(folder, "--fault", "cannot-say", "--not-idempotent") as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        time.sleep(2 * WINDOW + 0.2)
        asked = ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
        times = [bank.books.paid_times(each.reference) for each in payments_of(batch)]
    assert (asked.open_count, states(batch), times) == (3, ["in_doubt"] * 3, [1, 1, 1])
    assert BankSending.objects.count() == 1


def test_the_database_refuses_a_second_sending_before_the_bank_denied_the_first(
    folder: Path,
) -> None:
    with open_bank(folder, "--fault", "cut-after-paying") as bank:
        _batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
    first = BankSending.objects.get()
    with pytest.raises(DatabaseError, match="不能再发"), transaction.atomic():
        BankSending.objects.create(
            bank_file=bank_file,
            number=2,
            sha256="0" * 64,
            line_count=3,
            sent_at=first.sent_at,
            closes_at=first.closes_at,
        )
    assert BankSending.objects.count() == 1


def test_the_secret_is_sealed_and_never_shown(folder: Path) -> None:
    account = direct_account("http://127.0.0.1:9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM assistance_payingaccount")
        stored = bytes(cursor.fetchone()[0])
    assert SECRET.encode() not in stored
    assert SECRET not in repr(link_of(account))
    assert PayingAccount.objects.get(pk=account.pk).secret == SECRET
