"""The stub bank's statements: out of its own books, continuous, and read by the portal."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from assistance.rules.statements.reading import (
    StatementFile,
    read_statement,
    statement_layout_of,
)
from tests.unionportal.stub_bank.test_desk import LAYOUTS, lay
from unionportal.stub_bank.books import BooksBroken, BooksRefused
from unionportal.stub_bank.desk import Desk
from unionportal.stub_bank.judgement import Judgement
from unionportal.stub_bank.statements import Deposit, Teller

ACCOUNT = "6999000000000000001"
DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
RECEIPT = Deposit(ACCOUNT, "2025-12-01", "in", 3_000_000, "凭证1", "省总工会", "转入")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A bank that refuses a quarter of the accounts."""
    return Desk(tmp_path, Judgement(refused_share=0.25, seed=2), lambda _line: None)


def told(teller: Teller, month: date) -> StatementFile:
    path = teller.lay_month(ACCOUNT, month)
    content = path.read_bytes()
    layout = statement_layout_of(path.name, content)
    assert layout is not None
    return read_statement(layout, content)


@pytest.mark.parametrize("layout", LAYOUTS[:2])
def test_a_month_is_what_the_books_say(desk: Desk, layout: str) -> None:
    lay(desk.folder, layout)
    desk.serve()
    teller = Teller(desk.folder)
    teller.deposit(RECEIPT)
    totals = desk.books.totals()

    december = told(teller, DECEMBER)

    assert december.account == ACCOUNT
    assert december.total("out") == Decimal(600 * 40)
    assert december.total("in") == Decimal(30_000) + Decimal(totals["returned_total"])
    assert december.closing == Decimal(30_000) - Decimal(totals["paid_total"])
    assert len(december.rows) == 1 + 40 + totals["returned_count"]
    january = told(teller, JANUARY)
    assert (january.opening, january.closing) == (december.closing, december.closing)
    assert teller.accounts() == [ACCOUNT]


def test_the_same_books_give_the_same_bytes(desk: Desk) -> None:
    lay(desk.folder, "delimited_gbk")
    desk.serve()
    Teller(desk.folder).deposit(RECEIPT)
    first = Teller(desk.folder).lay_month(ACCOUNT, DECEMBER).read_bytes()

    assert not Teller(desk.folder).deposit(RECEIPT)
    assert Teller(desk.folder).lay_month(ACCOUNT, DECEMBER).read_bytes() == first


def test_an_account_is_never_overdrawn_nor_invented(desk: Desk) -> None:
    lay(desk.folder, "delimited_gbk")
    desk.serve()

    with pytest.raises(BooksRefused, match="余额会成为负数"):
        Teller(desk.folder).lay_month(ACCOUNT, DECEMBER)
    with pytest.raises(BooksRefused, match="没有账号"):
        Teller(desk.folder).lay_month("1", DECEMBER)


def test_a_broken_journal_of_deposits_is_refused(tmp_path: Path) -> None:
    Teller(tmp_path).deposit(RECEIPT)
    journal = tmp_path / "bank" / "deposits.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"3000000", b"3000001"))

    with pytest.raises(BooksBroken, match="第 1 行已损坏"):
        Teller(tmp_path)


def test_the_command_lays_every_account_s_month(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    call_command(
        "stub_bank",
        deposit=[ACCOUNT, "2025-12-01", "12.34", "凭证1"],
        statement=DECEMBER,
    )

    (path,) = (tmp_path / "statements").iterdir()
    assert path.name == f"DZD_{ACCOUNT}_202512.txt"
    with pytest.raises(CommandError, match="金额应为元"):
        call_command("stub_bank", deposit=[ACCOUNT, "2025-12-01", "x", ""])
