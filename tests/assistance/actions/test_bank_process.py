"""The whole road with the stub bank as a process of its own, with its own books."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from assistance.actions.disbursements import instruct_batch
from assistance.actions.returns import collect_returns
from assistance.models import Payment
from assistance.queries.ledger import ledger_proof
from tests.assistance.paying import (
    AFTER_NOTICE,
    approved_batch,
    batch_of,
    fund,
    officers,
    paying_account,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import run_due_jobs

PATIENCE = 30  # seconds until the bank must have answered


@pytest.fixture
def bank(child_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A stub bank at work on this process's exchange folder; it refuses half."""
    environment = child_environment | {
        "BANK_EXCHANGE_DIR": str(settings.BANK_EXCHANGE_DIR)
    }
    child = subprocess.Popen(
        [sys.executable, "manage.py", "stub_bank", "--seed", "7", "--refuse", "0.5"],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    yield environment
    child.terminate()
    child.wait(10)


def bank_books(environment: dict[str, str]) -> dict[str, object]:
    said = subprocess.run(
        [sys.executable, "manage.py", "stub_bank", "--totals"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    books: dict[str, object] = json.loads(said.stdout)
    return books


def answered(inbox: Path) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(path.is_file() for path in inbox.glob("[!.]*")):
            return True
        time.sleep(0.1)
    return False


def test_payments_postings_and_the_bank_s_own_books_agree(
    committed_db: None, bank: dict[str, str]
) -> None:
    round_ = released_round(8)
    fund("6000.00")
    paying_account()
    who = officers()
    batch = approved_batch(round_, who)
    instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
    )
    run_due_jobs()

    assert answered(Path(settings.BANK_EXCHANGE_DIR) / "inbox")
    (outcome,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)

    books = bank_books(bank)
    paid = Payment.objects.filter(state="paid")
    assert outcome.settlement is not None
    assert outcome.settlement.returned_count > 0
    assert batch_of(round_).state == "settled"
    assert books["paid_count"] == paid.count() == outcome.settlement.paid_count
    assert Decimal(str(books["paid_total"])) == outcome.settlement.paid_total
    assert ledger_proof(round_).problems == ()
