"""The direct link against a real bank: nobody paid twice, nobody unpaid, whatever."""

import time
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from assistance.actions import bank_links
from assistance.actions.askings import ask_bank
from assistance.actions.bank_links import link_of
from assistance.actions.disbursements import instruct_batch
from assistance.actions.sendings import deliver_instruction
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
from tests.unionportal.stub_bank.counters import (
    SECRET,
    counter_here,
    running_bank,
)
from unionportal.core.actor import SYSTEM
from unionportal.stub_bank.faults import FAULTS

pytestmark = pytest.mark.django_db
WINDOW = 1
MODES = pytest.mark.parametrize(
    "is_idempotent", [True, False], ids=("idempotent", "repeats-pay-again")
)
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


@MODES
@pytest.mark.parametrize("fault", STRAIGHT)
def test_whatever_the_bank_does_everybody_is_paid_once(
    folder: Path, fault: str, is_idempotent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_links, "READ_SECONDS", 1.0)
    with counter_here(folder, fault, window=1, is_idempotent=is_idempotent) as bank:
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


@MODES
def test_an_instruction_cut_off_after_the_bank_paid_is_not_sent_again(
    folder: Path, is_idempotent: bool
) -> None:
    with counter_here(
        folder, "cut-after-paying", window=1, is_idempotent=is_idempotent
    ) as bank:
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
    with counter_here(folder, "cannot-say", window=1, is_idempotent=False) as bank:
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
    with counter_here(folder, "cut-after-paying", window=1) as bank:
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


def test_a_reply_about_another_account_settles_nothing(folder: Path) -> None:
    with counter_here(folder, "wrong-account") as bank:
        batch, bank_file = instructed(bank.endpoint)
        told = deliver_instruction(
            bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM
        )
        reference = payments_of(batch)[0].reference
        assert told == (
            f"存疑：应答第 1 行：发放编号 {reference} 的账号与发放时的收款账号不符"
        )
        assert states(batch) == ["in_doubt"] * 3
        ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert states(batch) == ["paid"] * 3


def test_a_bank_that_repeats_payments_is_not_sent_what_it_does_not_know(
    folder: Path,
) -> None:
    with counter_here(folder, "cut-before-paying", window=1) as bank:
        batch, bank_file = instructed(bank.endpoint)
        PayingAccount.objects.update(is_idempotent=False)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        time.sleep(2 * WINDOW + 0.1)
        asked = ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert asked.sentence == (
        "银行查不到 3 笔；这家银行对重复的指令会再付一次，不自动再发，"
        "请到银行核实后登记结论"
    )
    assert (states(batch), BankSending.objects.count()) == (["in_doubt"] * 3, 1)


def test_a_bank_that_said_processing_and_then_nothing_leaves_doubt(
    folder: Path,
) -> None:
    with counter_here(folder, "answer-late", window=1) as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        assert states(batch) == ["instructed"] * 3
    time.sleep(2 * WINDOW + 0.1)
    ask_bank(batch_id=batch.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert states(batch) == ["in_doubt"] * 3


def test_the_bank_as_a_process_pays_over_its_link(folder: Path) -> None:
    with running_bank(folder, {}, "--window", "5", "--not-idempotent") as bank:
        batch, bank_file = instructed(bank.endpoint)
        deliver_instruction(bank_file_id=bank_file.pk, on=AFTER_NOTICE, by=SYSTEM)
        times = [bank.books.paid_times(each.reference) for each in payments_of(batch)]
    assert (states(batch), times) == (["paid"] * 3, [1, 1, 1])


def test_the_secret_is_sealed_and_never_shown(folder: Path) -> None:
    account = direct_account("http://127.0.0.1:9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM assistance_payingaccount")
        stored = bytes(cursor.fetchone()[0])
    assert SECRET.encode() not in stored
    assert SECRET not in repr(link_of(account))
    assert PayingAccount.objects.get(pk=account.pk).secret == SECRET
