"""How a layout spells amounts, counts and days; read back only in that spelling."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from assistance.rules.banks.layout import AMOUNTS, COUNTS, Cell, Layout

_YUAN = re.compile(r"(?:0|[1-9][0-9]{0,15})\.[0-9]{2}")
_GROUPED = re.compile(r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3}){0,5})\.[0-9]{2}")
_DIGITS = re.compile(r"[0-9]{1,18}")
_PLAIN = re.compile(r"0|[1-9][0-9]{0,17}")
# What the books can hold of one payment, and of a file.
_LARGEST_AMOUNT = Decimal("999999999999.99")
_LARGEST_TOTAL = Decimal("99999999999999.99")
_SUM_DIGITS = 8
_SUM_LIMIT = 10**12


def spell(layout: Layout, value: Cell) -> str:
    """A cell as text, not yet padded to its width."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        if layout.unit == "fen":
            return f"{value * 100:.0f}"
        return f"{value:,.2f}" if layout.grouping else f"{value:.2f}"
    if isinstance(value, date):
        return value.strftime(layout.days)
    return str(value)


def speller(layout: Layout, name: str) -> Callable[[Any], str]:
    """How the cells of a column are spelt. Few amounts are as many as the payments."""
    if name in COUNTS:
        return str
    if name in AMOUNTS:
        return lru_cache(maxsize=4096)(partial(spell, layout))
    return partial(spell, layout)


def amount_of(layout: Layout, text: str) -> Decimal | None:
    """Return yuan, or None for what is no amount in the layout's spelling."""
    if layout.unit == "fen":
        fen = count_of(layout, text)
        if fen is None:
            return None
        amount = Decimal(fen).scaleb(-2).quantize(Decimal("0.01"))
    elif layout.grouping:
        if not _GROUPED.fullmatch(text):
            return None
        amount = Decimal(text.replace(layout.grouping, ""))
    elif _YUAN.fullmatch(text):
        amount = Decimal(text)
    else:
        return None
    return amount if amount <= _LARGEST_TOTAL else None


def line_amount_of(layout: Layout, text: str) -> Decimal | None:
    """The amount of one payment, or None for what the books could not hold."""
    amount = amount_of(layout, text)
    return None if amount is None or amount > _LARGEST_AMOUNT else amount


def count_of(layout: Layout, text: str) -> int | None:
    """A whole number, or None."""
    if layout.padding == " ":
        text, pattern = text.lstrip(" "), _PLAIN
    else:
        pattern = _DIGITS
    return int(text) if pattern.fullmatch(text) else None


def day_of(layout: Layout, text: str) -> date | None:
    """A day, or None."""
    try:
        day = datetime.strptime(text, layout.days).date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if day.strftime(layout.days) == text else None


class AccountSum:
    """A control total over the accounts (账号控制数): their last eight digits added up.

    It shows what neither count nor amounts show: that a digit of an account changed.
    """

    def __init__(self) -> None:
        """Begin at nothing."""
        self._sum = 0

    def add(self, account: str) -> None:
        """Take in the account of a line; one that is no number counts as nothing."""
        tail = account[-_SUM_DIGITS:]
        if tail.isascii() and tail.isdigit():
            self._sum += int(tail)

    @property
    def total(self) -> int:
        """The sum, twelve digits of it."""
        return self._sum % _SUM_LIMIT
