"""What is in another's hands just now: refused as busy, nothing changed, then it goes."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from assistance.actions.disbursements import instruct_batch
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.payments import hold_payment, resume_payment
from assistance.actions.returns import collect_returns
from assistance.models import BankFile, Batch, Entry
from assistance.queries.ledger import ledger_proof
from members.actions.account import stop_account
from tests.assistance.builders import COUNTY, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    bring_in,
    fund,
    instructed_batch,
    officers,
    paying_account,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.usefixtures("committed_db")


def elsewhere(call: Callable[[], object]) -> "Future[object]":
    """Begin a call on a connection of its own; a refusal is its result."""

    def run() -> object:
        try:
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with_one = ThreadPoolExecutor(1)
    going = with_one.submit(run)
    with_one.shutdown(wait=False)
    return going


def blocked(call: Callable[[], object]) -> "Future[object]":
    """Begin a call elsewhere, and return when it waits for one of our locks."""
    going = elsewhere(call)
    wait_until_blocked(going)
    return going


def wait_until_blocked(going: "Future[object]") -> None:
    until = time.monotonic() + 20
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as line:
        line.autocommit = True
        while time.monotonic() < until and not going.done():
            with line.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone() != (0,):
                    return
            time.sleep(0.02)
    raise AssertionError("it did not wait")


def test_a_file_whose_payments_are_being_settled_stays_for_the_next_run(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    round_ = released_round(2)
    fund("6000.00")
    batch = instructed_batch(round_, officers())
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "HP_2.txt").write_bytes(answer_to(batch, only=1))

    with transaction.atomic():
        bring_in(answer_to(batch))  # the whole answer, not committed yet
        entries = Entry.objects.count()
        going = blocked(lambda: collect_returns(by=SYSTEM, on=AFTER_NOTICE))
    assert going.result(20) == []
    assert (inbox / "HP_2.txt").exists()
    assert Entry.objects.count() == entries
    assert BankFile.objects.filter(direction="in").count() == 1
    (outcome,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)
    assert outcome.settlement is not None
    assert outcome.settlement.known_count == 1
    assert ledger_proof(round_).problems == ()


def test_a_follow_up_whose_payee_s_account_is_being_stopped_is_refused_as_busy() -> (
    None
):
    round_ = released_round(3)
    fund("6000.00")
    who = officers()
    batch = approved_batch(round_, who)
    first, second, _third = payments_of(batch)
    common: dict[str, Any] = {"by": who.checker, "on": AFTER_NOTICE}
    for payment in (first, second):
        hold_payment(payment_id=payment.pk, reason="核实", **common)
    instructed_batch(round_, who)
    for payment in (first, second):
        resume_payment(payment_id=payment.pk, reason="已核实", **common)

    def draft() -> Batch:
        return draft_follow_up_batch(
            round_id=round_.pk,
            organisation_id=union(COUNTY).pk,
            by=SYSTEM,
            on=AFTER_NOTICE,
        )

    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as line:
        line.cursor().execute("SELECT FROM assistance_account FOR UPDATE")
        going = blocked(draft)
        stopped = elsewhere(
            lambda: stop_account(
                account_id=first.account_id, reason="销户", on=AFTER_NOTICE, by=SYSTEM
            )
        )
        assert not isinstance(stopped.result(20), Refusal)
    line.close()
    refused = going.result(20)
    assert isinstance(refused, Refusal)
    assert (refused.code, Batch.objects.count()) == ("busy", 1)
    assert [each.state for each in payments_of(batch)] == [
        "planned",
        "planned",
        "instructed",
    ]
    again = draft()
    assert again.line_count == 1
    assert ledger_proof(round_).problems == ()


def test_an_account_that_is_not_the_payee_s_is_refused_as_tampering() -> None:
    """Past every guard; what was signed no longer fits the people."""
    round_ = released_round(2)
    fund("6000.00")
    who = officers()
    batch = approved_batch(round_, who)
    paying_account()
    first, second = payments_of(batch)
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as line:
        cursor = line.cursor()
        cursor.execute("ALTER TABLE assistance_paymentclaim DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE assistance_paymentclaim SET payee_id = %s WHERE id = %s",
            [second.claim.payee_id, first.claim_id],
        )
    line.close()
    with pytest.raises(Refusal, match="收款账户不是本人的") as refused:
        instruct_batch(
            batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
        )
    assert refused.value.code == "tampered"
    assert [each.state for each in payments_of(batch)] == ["planned"] * 2
