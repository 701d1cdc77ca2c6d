"""Readers of cells that several kinds share: counts, sums of yuan, days, words."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from unionportal.core.errors import Refusal

_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
LARGEST_COUNT = 2_000_000_000
_LARGEST_SUM = Decimal(10) ** 12
YES = ("是", "否")


def read_count(text: str) -> str:
    """A whole number from nought on; `1,200` and `35.0` are numbers too."""
    bare = text.replace(",", "").replace("，", "")
    bare = bare.removesuffix(".0")
    if not (bare.isascii() and bare.isdecimal() and int(bare) <= LARGEST_COUNT):
        raise _refusal(f"“{text}”应为整数，不能有小数或负数。")
    return str(int(bare))


def read_sum(text: str) -> str:
    """Yuan with at most two decimals, nought or more."""
    try:
        amount = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise _refusal(f"“{text}”应为金额，如 1200.50。") from error
    if not amount.is_finite() or not 0 <= amount < _LARGEST_SUM:
        raise _refusal(f"“{text}”应为不小于零的金额。")
    if amount != amount.quantize(Decimal("0.01")):
        raise _refusal(f"“{text}”最多两位小数。")
    return str(amount.quantize(Decimal("0.01")))


def read_day(text: str) -> str:
    """A day, as 2014-01-02, 2014/1/2, 20140102 or 2014年1月2日."""
    found = _DAY.fullmatch(text.replace(" ", ""))
    parts = found.groups() if found else ("0", "0", "0")
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError as error:
        raise _refusal(f"“{text}”应为日期，如 2014-01-02。") from error


def read_yes(text: str) -> str:
    """是 or 否, as the database writes it."""
    return "true" if text == YES[0] else "false"


def words(choices: Iterable[tuple[str, object]]) -> dict[str, str]:
    """The words people choose from, and the value behind each."""
    return {str(label): str(value) for value, label in choices}


def read_word(known: dict[str, str]) -> Callable[[str], str]:
    """A reader that gives the value behind a word; the column lists the words."""
    return known.__getitem__


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, code="upload", field="file")
