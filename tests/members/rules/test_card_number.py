"""Card and phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from members.rules.card_number import read_card_number
from members.rules.phone_number import read_phone_number
from unionportal.core.errors import Refusal


@given(st.from_regex(r"[0-9]{16,19}", fullmatch=True))
def test_card_number_is_what_the_standard_takes_for_one(text: str) -> None:
    taken = True
    try:
        read_card_number(text)
    except Refusal:
        taken = False
    assert taken == luhn.is_valid(text)


def test_card_number_loses_its_blanks() -> None:
    assert read_card_number("6222 0202-0011 2233 446") == "6222020200112233446"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("6222020200112233447", "校验位不符"),
        ("622202020011223", "16 至 19 位"),
        ("62220202001122334460", "16 至 19 位"),
        ("622202020011223344a", "只能是数字"),
        ("٦٢٢٢٠٢٠٢٠٠١١٢٢٣٣٤٤٧", "只能是数字"),
    ],
)
def test_card_number_refusal_names_what_is_wrong(text: str, part: str) -> None:
    with pytest.raises(Refusal, match=part):
        read_card_number(text)


@pytest.mark.parametrize(
    "text", ["13812341234", "138 1234 1234", "+86 138-1234-1234", "８６13812341234"]
)
def test_phone_number_is_brought_to_eleven_digits(text: str) -> None:
    assert read_phone_number(text) == "13812341234"


@pytest.mark.parametrize(
    "text", ["1381234123", "23812341234", "12812341234", "电话", ""]
)
def test_phone_number_refuses_what_is_none(text: str) -> None:
    with pytest.raises(Refusal, match="11 位数字"):
        read_phone_number(text)
