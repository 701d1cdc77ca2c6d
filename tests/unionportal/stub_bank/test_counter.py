"""The stub bank's counter: whom it listens to, what it pays, what stays on its books."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from assistance.actions.bank_links import DirectLink, Parcel
from assistance.rules.banks.direct import (
    NONCE,
    ORDERS,
    QUESTIONS,
    SIGNATURE,
    TIME,
    Said,
    sign,
    write_order,
)
from assistance.rules.banks.writing import Instruction, InstructionLine
from tests.unionportal.stub_bank.counters import SECRET, RunningBank, counter_here
from unionportal.stub_bank.books import Books
from unionportal.stub_bank.counter import (
    Counterparty,
    keep_port,
    open_counter_again,
    secret_in,
)
from unionportal.stub_bank.faults import FAULTS_FILE, read_faults
from unionportal.stub_bank.judgement import Judgement
from unionportal.stub_bank.statements import Deposit, Teller

PAYER = "6999000000000000001"
ON = date(2025, 12, 16)
BATCH = "2026-1-21-M1"
FIRST, SECOND = "2026000000000101", "2026000000000201"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    with counter_here(tmp_path) as opened:
        yield opened


def order(*references: str, number: int = 1) -> bytes:
    lines = [
        InstructionLine(
            reference,
            f"6999{place:011d}0042",
            "林芳",
            "农信社",
            Decimal("600.00"),
            "慰问",
        )
        for place, reference in enumerate(references)
    ]
    total = Decimal("600.00") * len(lines)
    told = Instruction(BATCH, ON, PAYER, len(lines), total)
    return write_order(told, number, lines)


def post(
    bank: RunningBank,
    path: str,
    content: bytes,
    *,
    secret: str = SECRET,
    nonce: str = "n1",
    at: float | None = None,
) -> int:
    """Post as anybody might; the status of the answer."""
    told = f"{time.time() if at is None else at:.3f}"
    headers = {
        TIME: told,
        NONCE: nonce,
        SIGNATURE: sign(secret, "request", path, told, nonce, content),
    }
    return requests.post(
        bank.endpoint + path, data=content, headers=headers, timeout=5
    ).status_code


def link(bank: RunningBank, window: int = 300) -> DirectLink:
    """The portal's own side, without its database's clock."""
    return DirectLink(bank.endpoint, SECRET, window)


def paid(bank: RunningBank) -> list[int]:
    return [bank.books.paid_times(each) for each in (FIRST, SECOND)]


def test_an_order_with_another_secret_pays_nobody(bank: RunningBank) -> None:
    assert post(bank, ORDERS, order(FIRST), secret="不是这一把") == 403
    assert paid(bank) == [0, 0]


def test_an_order_shown_a_second_time_pays_nobody_again(tmp_path: Path) -> None:
    with counter_here(tmp_path, is_idempotent=False) as bank:
        at = time.time()
        assert post(bank, ORDERS, order(FIRST), nonce="same", at=at) == 200
        assert post(bank, ORDERS, order(FIRST), nonce="same", at=at) == 410
        assert paid(bank) == [1, 0]


def test_an_order_out_of_its_window_pays_nobody(bank: RunningBank) -> None:
    assert post(bank, ORDERS, order(FIRST), at=time.time() - 301) == 410
    assert post(bank, ORDERS, order(FIRST), nonce="n2", at=time.time() + 301) == 410
    assert paid(bank) == [0, 0]


def test_what_is_no_order_pays_nobody_and_the_counter_stays_open(
    bank: RunningBank,
) -> None:
    bad = [b"", b"[]", b"{}", b'{"batch": "B", "number": 1, "lines": [[1]]}', b"\xff"]
    answers = [
        post(bank, ORDERS, content, nonce=f"n{place}")
        for place, content in enumerate(bad)
    ]
    assert answers == [500] * len(bad)
    assert post(bank, "/elsewhere", order(FIRST), nonce="e") == 500
    assert post(bank, QUESTIONS, b'{"batch": "B"}', nonce="q") == 500
    assert post(bank, ORDERS, order(FIRST), nonce="good") == 200
    assert paid(bank) == [1, 0]


@pytest.mark.parametrize(("is_idempotent", "times"), [(True, [1, 1]), (False, [2, 1])])
def test_an_idempotent_bank_pays_a_reference_once_the_other_each_time(
    tmp_path: Path, *, is_idempotent: bool, times: list[int]
) -> None:
    with counter_here(tmp_path, is_idempotent=is_idempotent) as bank:
        assert post(bank, ORDERS, order(FIRST), nonce="a") == 200
        assert post(bank, ORDERS, order(FIRST, SECOND, number=2), nonce="b") == 200
        assert paid(bank) == times


@pytest.mark.django_db
def test_a_question_is_answered_line_by_line_and_changes_nothing(
    bank: RunningBank,
) -> None:
    link(bank).send(Parcel(BATCH, order(FIRST), time.time()))
    journal = (bank.folder / "bank" / "books.jsonl").read_bytes()
    assert link(bank).ask(BATCH, [FIRST, SECOND]) == [
        Said(FIRST, "paid", "", Decimal("600.00"), "0042"),
        Said(SECOND, "unknown", "", Decimal("0.00"), ""),
    ]
    assert (bank.folder / "bank" / "books.jsonl").read_bytes() == journal


@pytest.mark.django_db
def test_a_refused_account_is_told_with_its_reason(tmp_path: Path) -> None:
    with counter_here(tmp_path, refuse=1.0) as bank:
        (said,) = link(bank).send(Parcel(BATCH, order(FIRST), time.time()))
        assert (said.status, said.amount, paid(bank)) == (
            "refused",
            Decimal("600.00"),
            [0, 0],
        )
        assert said.reason == bank.books.lines_of(f"direct_json-{BATCH}-1-0")[0].reason


@pytest.mark.django_db
def test_a_payment_given_back_after_success_is_told_when_asked(
    tmp_path: Path,
) -> None:
    with counter_here(tmp_path, "return-after-success") as bank:
        link(bank).send(Parcel(BATCH, order(FIRST, SECOND), time.time()))
        asked = [link(bank).ask(BATCH, [FIRST, SECOND]) for _turn in range(2)]
        assert [[each.status for each in said] for said in asked] == [
            ["paid", "paid"],
            ["refused", "paid"],
        ]
        assert paid(bank) == [0, 1]


@pytest.mark.django_db
def test_the_books_outlive_the_counter(tmp_path: Path) -> None:
    with counter_here(tmp_path) as bank:
        link(bank).send(Parcel(BATCH, order(FIRST), time.time()))
    with counter_here(tmp_path) as bank:
        (said,) = link(bank).ask(BATCH, [FIRST])
        assert said.status == "paid"
        assert post(bank, ORDERS, order(FIRST, number=2)) == 200
        assert paid(bank) == [1, 0]


def test_the_monthly_statement_sees_direct_payments(tmp_path: Path) -> None:
    with counter_here(tmp_path) as bank:
        assert post(bank, ORDERS, order(FIRST, SECOND)) == 200
        bank.books.give_back(SECOND, "closed")
    teller = Teller(tmp_path)
    fen = 120_000
    teller.deposit(
        Deposit(PAYER, "2025-12-01", "in", fen, "进账单 1", "财政局", "转入")
    )
    assert teller.accounts() == [PAYER]
    _layout, file = teller.month_of(PAYER, date(2025, 12, 1))
    assert [(row.on, row.side, row.amount, row.reference) for row in file.rows] == [
        (date(2025, 12, 1), "in", Decimal("1200.00"), "进账单 1"),
        (ON, "out", Decimal("600.00"), FIRST),
        (ON, "out", Decimal("600.00"), SECOND),
        (date(2025, 12, 17), "in", Decimal("600.00"), SECOND),
    ]
    assert file.closing == Decimal("600.00")
    assert teller.lay_month(PAYER, date(2025, 12, 1)).exists()


def test_a_bank_killed_between_paper_and_books_has_paid_nobody(
    tmp_path: Path,
) -> None:
    """The paper lies there, the books know nothing of it: no statement shows it."""
    taken = tmp_path / "bank" / "taken"
    taken.mkdir(parents=True)
    (taken / f"direct_json-{BATCH}-1-0").write_bytes(order(FIRST))
    assert Teller(tmp_path).accounts() == []


def party(folder: Path) -> Counterparty:
    return Counterparty(
        books=Books(folder),
        judgement=Judgement(),
        faults=read_faults([], folder / FAULTS_FILE),
        secret=SECRET,
    )


def test_a_bank_opened_again_listens_where_it_listened_before(tmp_path: Path) -> None:
    with counter_here(tmp_path / "other") as other:
        taken = int(other.endpoint.rpartition(":")[2])
        keep_port(tmp_path, taken)
        free = open_counter_again(party(tmp_path), 0, tmp_path)
        assert free != taken
        with pytest.raises(OSError, match="in use"):
            open_counter_again(party(tmp_path), taken, tmp_path)
    keep_port(tmp_path, taken)
    assert open_counter_again(party(tmp_path), 0, tmp_path) == taken


def test_the_banks_secret_is_made_once_and_for_its_own_eyes(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = secret_in(path)
    assert len(made) == 48
    assert (secret_in(path), path.stat().st_mode & 0o777) == (made, 0o600)


def test_a_fault_told_while_the_bank_is_open_strikes_from_then_on(
    tmp_path: Path,
) -> None:
    faults = party(tmp_path).faults
    assert not faults.concerns("cannot-say", BATCH)
    (tmp_path / FAULTS_FILE).write_text(f"cannot-say:{BATCH}\n")
    assert faults.concerns("cannot-say", BATCH)
    assert not faults.concerns("cannot-say", "another")
