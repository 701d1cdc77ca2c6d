"""The table of a month, by worked examples."""

from decimal import Decimal

import pytest

from assistance.rules.reconciliation import Standing, Tally, class_of


def tally(amount: str, unexplained: int = 0) -> Tally:
    return Tally(1, Decimal(amount), unexplained)


def test_the_classic_example_agrees() -> None:
    """Bank 50,000; books 46,500; one item of each class."""
    standing = Standing(
        bank_balance=Decimal("50000.00"),
        book_balance=Decimal("46500.00"),
        tallies={
            "book_received": tally("3000.00"),
            "book_paid": tally("5000.00", 1),
            "bank_received": tally("2000.00"),
            "bank_paid": tally("500.00", 2),
        },
    )

    assert standing.adjusted_bank == standing.adjusted_book == Decimal("48000.00")
    assert standing.difference == 0
    assert standing.unexplained == 3


def test_what_lay_there_before_is_on_the_books_side() -> None:
    standing = Standing(Decimal("100.01"), Decimal("0.01"), Decimal("100.00"))

    assert standing.adjusted_book == Decimal("100.01")
    assert standing.difference == 0


def test_a_fen_is_a_difference() -> None:
    assert Standing(Decimal("1.00"), Decimal("0.99")).difference == Decimal("0.01")


@pytest.mark.parametrize(
    ("is_bank", "side", "expected"),
    [
        (True, "in", "bank_received"),
        (True, "out", "bank_paid"),
        (False, "in", "book_received"),
        (False, "out", "book_paid"),
    ],
)
def test_the_class_follows_from_who_knows_and_which_way(
    is_bank: bool, side: str, expected: str
) -> None:
    assert class_of(is_bank=is_bank, side=side) == expected
