"""The direct link against a real bank: nobody paid twice, nobody unpaid, whatever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from assistance.actions.bank_links import link_of
from assistance.actions.disbursements import instruct_batch
from assistance.actions.sendings import ask_bank, deliver_instruction
from assistance.enums import LinkKind
from assistance.models import BankFile, BankSending, Batch, PayingAccount
from assistance.queries.ledger import ledger_proof
from tests.assistance.builders import union
from tests.assistance.paying import (
    AFTER_NOTICE,
    approved_batch,
    fund,
    officers,
    payments_of,
    paying_account,
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
def folder(tmp_path: Path, settings: Any) -> Path:
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
    assert ledger_proof().problems == []
