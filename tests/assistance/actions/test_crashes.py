"""Killed as by `kill -9` around each commit; the next run ends where one run would."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from assistance.actions.disbursements import instruct_batch
from assistance.models import BankFile, Payment
from assistance.queries.ledger import ledger_proof
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    batch_of,
    fund,
    instructed_batch,
    officers,
    paying_account,
    released_round,
)
from unionportal.core.audit import verify_chain
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.usefixtures("committed_db")

RUN = """
import django; django.setup()
from datetime import date
from unionportal.core.actor import SYSTEM
from assistance.actions.disbursements import write_instruction
from assistance.actions.returns import collect_returns
from assistance.models import BankFile
on = date(2025, 12, 15)
for each in BankFile.objects.filter(direction="out", state="written"):
    write_instruction(bank_file_id=each.pk, by=SYSTEM, on=on)
collect_returns(by=SYSTEM, on=on)
"""


def run(environment: dict[str, str], crashpoint: str = "") -> int:
    child = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=settings.BASE_DIR,
        env=environment
        | {
            "CRASHPOINT": crashpoint,
            "BANK_EXCHANGE_DIR": str(settings.BANK_EXCHANGE_DIR),
        },
        check=False,
    )
    return child.returncode


@pytest.mark.parametrize(
    "point",
    [
        "import_return.before_commit",
        "import_return.after_commit",
        "collect_returns.before_move",
        "collect_returns.after_move",
    ],
)
def test_a_return_is_applied_once_whatever_is_killed(
    point: str, child_environment: dict[str, str]
) -> None:
    round_ = released_round(2)
    fund("1200.00")
    batch = instructed_batch(round_, officers())
    inbox = Path(settings.BANK_EXCHANGE_DIR) / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    name = f"HP_{batch.number}.txt"
    (inbox / name).write_bytes(answer_to(batch))
    connection.close()

    assert run(child_environment, point) == -signal.SIGKILL
    assert run(child_environment) == 0

    assert batch_of(round_).state == "settled"
    assert Payment.objects.filter(state="paid").count() == 2
    assert Message.objects.filter(template__endswith="/paid.txt").count() == 2
    assert BankFile.objects.filter(direction="in").count() == 1
    assert (inbox / "done" / name).exists()
    assert not (inbox / name).exists()
    assert ledger_proof().problems == ()
    assert verify_chain().fault == ""


@pytest.mark.parametrize(
    "point",
    [
        "write_instruction.before_rename",
        "write_instruction.after_rename",
        "write_instruction.before_commit",
        "write_instruction.after_commit",
    ],
)
def test_an_instruction_is_whole_or_absent_whatever_is_killed(
    point: str, child_environment: dict[str, str]
) -> None:
    round_ = released_round(2)
    fund("1200.00")
    paying_account()
    who = officers()
    batch = approved_batch(round_, who)
    sent = instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
    )
    connection.close()

    assert run(child_environment, point) == -signal.SIGKILL
    assert run(child_environment) == 0

    outbox = Path(settings.BANK_EXCHANGE_DIR) / "outbox"
    whole = [path.name for path in outbox.glob(f"*{batch.number}*")]
    sent.refresh_from_db()
    assert (sent.state, whole) == ("sent", [sent.name])
    assert len((outbox / sent.name).read_bytes().splitlines()) == 4
    assert ledger_proof().problems == ()
