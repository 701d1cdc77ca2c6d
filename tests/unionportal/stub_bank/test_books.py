"""The stub bank's books: entered once, whole or not at all, summed to the fen."""

from pathlib import Path

import pytest

from unionportal.stub_bank.books import (
    JOURNAL,
    Books,
    BooksBroken,
    BooksRefused,
    Line,
    Sheet,
)
from unionportal.stub_bank.judgement import REASONS, Judgement

SHEET = Sheet("a.txt", "s1", "B-1", "fixed", 2, 120000)
LINES = [
    Line("2026000000000101", "6999011", "张三", 60000, ""),
    Line("2026000000000201", "6999012", "李四", 60001, "closed"),
]


def test_sheet_is_entered_once(tmp_path: Path) -> None:
    books = Books(tmp_path)
    assert books.enter(SHEET, LINES) is True
    assert books.enter(SHEET, LINES) is False
    assert books.lines_of("a.txt") == LINES
    assert books.totals() == {
        "paid_count": 1,
        "paid_total": "600.00",
        "returned_count": 1,
        "returned_total": "600.01",
        "reasons": {"closed": 1},
    }


def test_books_outlive_the_desk(tmp_path: Path) -> None:
    Books(tmp_path).enter(SHEET, LINES)
    assert Books(tmp_path).lines_of("a.txt") == LINES


def test_totals_of_some_batches(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.enter(SHEET, LINES)
    assert books.totals(["B-1"])["paid_count"] == 1
    assert books.totals(["B-2"])["paid_count"] == 0
    assert books.totals([])["returned_total"] == "0.00"


def test_other_content_under_a_known_name_is_refused(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.enter(SHEET, LINES)
    before = books.totals()
    altered = Sheet("a.txt", "s2", "B-1", "fixed", 1, 60000)
    with pytest.raises(BooksRefused, match="内容不同"):
        books.enter(altered, [Line("2026000000000301", "69", "王五", 60000, "")])
    assert books.totals() == before


def test_reference_ordered_before_refuses_the_whole_sheet(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.enter(SHEET, LINES)
    before = books.totals()
    second = Sheet("b.txt", "s3", "B-2", "fixed", 2, 120000)
    fresh = Line("2026000000000901", "6999013", "王五", 60000, "")
    with pytest.raises(BooksRefused, match="已受理过的发放编号"):
        books.enter(second, [fresh, LINES[0]])
    assert books.totals() == before
    assert books.lines_of("b.txt") == []


def test_half_a_line_at_the_end_counts_as_never_written(tmp_path: Path) -> None:
    Books(tmp_path).enter(SHEET, LINES)
    journal = tmp_path / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[: len(whole) // 2])
    books = Books(tmp_path)
    assert books.totals()["paid_count"] == 1
    fresh = Line("2026000000000901", "6999013", "王五", 60000, "")
    assert books.enter(Sheet("b.txt", "s3", "B-2", "fixed", 1, 60000), [fresh])
    assert Books(tmp_path).totals()["paid_count"] == 2


def test_altered_books_are_refused(tmp_path: Path) -> None:
    Books(tmp_path).enter(SHEET, LINES)
    journal = tmp_path / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b"60001", b"60002"))
    with pytest.raises(BooksBroken, match="第 1 行已损坏"):
        Books(tmp_path)


def test_judgement_follows_account_and_seed() -> None:
    judge = Judgement(refused_share=0.1, seed=3)
    accounts = [f"6999{n:015d}" for n in range(4000)]
    reasons = [judge.reason_for(account) for account in accounts]
    assert reasons == [judge.reason_for(account) for account in accounts]
    refused = [reason for reason in reasons if reason]
    assert 300 < len(refused) < 500
    assert set(refused) == {code for code, _ in REASONS}


@pytest.mark.parametrize(("share", "expected"), [(0.0, False), (1.0, True)])
def test_judgement_at_the_ends(share: float, *, expected: bool) -> None:
    judge = Judgement(refused_share=share)
    assert all(bool(judge.reason_for(str(n))) is expected for n in range(200))
