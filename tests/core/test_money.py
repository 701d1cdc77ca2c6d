"""Amounts: one rounding, no floats, and the words on a receipt."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionportal.core.money import (
    capital_yuan,
    exact_yuan,
    fen_of,
    from_fen,
    show_yuan,
    yuan,
)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("722,400", "722400.00"),
        (600, "600.00"),
        (Decimal("1.005"), "1.01"),
    ],
)
def test_rounding_is_half_up_to_the_fen(
    value: Decimal | int | str, rounded: str
) -> None:
    assert str(yuan(value)) == rounded


@pytest.mark.parametrize("value", [0.1, 600.0, True])
def test_a_float_is_no_amount(value: object) -> None:
    with pytest.raises(TypeError, match="金额不能用"):
        yuan(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e16"])
def test_what_is_not_finite_or_too_large_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="不是金额"):
        exact_yuan(value)


def test_fen_are_whole() -> None:
    assert fen_of(Decimal("722400.05")) == 72_240_005
    assert str(from_fen(72_240_005)) == "722400.05"
    with pytest.raises(ValueError, match="金额不到分"):
        fen_of(Decimal("0.001"))


@given(st.integers(min_value=-(10**16), max_value=10**16))
def test_fen_go_there_and_back(fen: int) -> None:
    assert fen_of(from_fen(fen)) == fen


def test_amounts_are_shown_with_separators() -> None:
    assert show_yuan(Decimal("722400")) == "722,400.00"
    assert show_yuan(-1) == "-1.00"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("600", "陆佰元整"),
        ("10", "壹拾元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10.05", "壹拾元零伍分"),
        ("1005.30", "壹仟零伍元叁角整"),
        ("10050", "壹万零伍拾元整"),
        ("100010", "壹拾万零壹拾元整"),
        ("20000000.5", "贰仟万元伍角整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000010000", "壹拾亿零壹万元整"),
        ("1000000000000", "壹万亿元整"),
        ("-3.14", "负叁元壹角肆分"),
        (
            "123456789.12",
            "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分",
        ),
    ],
)
def test_capital_numerals_follow_the_rules_for_receipts(
    amount: str, words: str
) -> None:
    assert capital_yuan(amount) == words


PLACES = {"": 1, "拾": 10, "佰": 100, "仟": 1000}


def read_integer(words: str) -> int:
    """Read capital numerals back, by another way than they are written."""
    total = section = digit = 0
    for sign in words:
        if sign in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
        elif sign in PLACES:
            section, digit = section + digit * PLACES[sign], 0
        elif sign == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        else:
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit


@given(st.integers(min_value=1, max_value=10**14 - 1))
def test_capital_numerals_read_back(whole: int) -> None:
    words = capital_yuan(Decimal(whole))
    assert words.endswith("元整")
    assert "零零" not in words
    assert read_integer(words.removesuffix("元整")) == whole
