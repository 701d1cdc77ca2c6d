"""Bank file layouts: what a bank's files look like, declared in `assistance/banks`.

A layout says encoding, delimiter or widths (in bytes) or the elements of an XML
message, header and trailer, whether amounts are in yuan or fen and how they are spelt,
which control totals stand where, and what the bank's result and reason codes mean.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from assistance.rules.banks.markup import Markup, read_markup
from unionportal.core.errors import Refusal

FOLDER = Path(__file__).resolve().parents[2] / "banks"
ACCOUNT_SUM = "account_sum"
COUNTS = frozenset({"number", "count", "paid_count", "returned_count", ACCOUNT_SUM})
AMOUNTS = frozenset({"amount", "total", "paid_total", "returned_total"})
DATES = frozenset({"date"})
TEXTS = frozenset(
    {
        "batch",
        "payer",
        "account",
        "holder",
        "bank",
        "purpose",
        "reference",
        "result",
        "reason",
    }
)
OTHER_REASON = "other"
_BOMS = {"utf-16": ("utf-16-le", codecs.BOM_UTF16_LE)}

Cell = str | int | Decimal | date


@dataclass(frozen=True, slots=True)
class Field:
    """A column; ``width`` is in bytes and only fixed-width files have it."""

    name: str
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of line: the mark it begins with, then its columns."""

    mark: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class FileForm:
    """One kind of file: its name and its lines; header or trailer may be missing.

    The records of an XML message have the fields of its head, line and tail.
    """

    name: str
    header: Record | None
    line: Record
    trailer: Record | None
    markup: Markup | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What a file may begin with."""
        if self.header is not None:
            return (self.header.mark,)
        last = () if self.trailer is None else (self.trailer.mark,)
        return (self.line.mark, *last)

    @property
    def header_names(self) -> tuple[str, ...]:
        """The columns of the header; none where there is no header."""
        return () if self.header is None else self.header.names

    @property
    def trailer_names(self) -> tuple[str, ...]:
        """The columns of the trailer; none where there is no trailer."""
        return () if self.trailer is None else self.trailer.names


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything about one bank's files. ``results`` tells which codes mean paid.

    ``grouping`` stands between thousands of a yuan amount; ``padding`` fills numbers
    of a fixed-width file on the left; ``days`` tells how a day is written.
    """

    code: str
    title: str
    encoding: str
    newline: str
    delimiter: str | None
    unit: Literal["yuan", "fen"]
    instruction: FileForm
    answer: FileForm
    results: Mapping[str, bool]
    reasons: Mapping[str, str]
    grouping: str = ""
    padding: str = "0"
    days: str = "%Y%m%d"

    @property
    def result_of(self) -> Mapping[bool, str]:
        """The bank's code for paid (True) and returned (False)."""
        return {is_paid: code for code, is_paid in self.results.items()}

    @property
    def is_fixed(self) -> bool:
        """Whether cells are cut out by their width in bytes."""
        return self.delimiter is None and self.answer.markup is None

    @property
    def codec(self) -> str:
        """The encoding without its byte order mark."""
        return _BOMS.get(self.encoding, (self.encoding, b""))[0]

    @property
    def bom(self) -> bytes:
        """The byte order mark a file begins with, if the encoding has one."""
        return _BOMS.get(self.encoding, (self.encoding, b""))[1]


class LayoutError(ValueError):
    """A value that a file of this layout cannot hold."""


def layout_named(code: str) -> Layout:
    """Return a layout that comes with the portal; refuses an unknown one."""
    known = layouts()
    if code not in known:
        raise Refusal(
            f"没有银行文件格式“{code}”；可用的有：{'、'.join(sorted(known))}。"
            "请在付款账户中改正。",
            field="layout",
        )
    return known[code]


def layout_title(code: str) -> str:
    """A layout as people call it; an unknown one by its code."""
    found = layouts().get(code)
    return found.title if found else code


@cache
def layouts() -> Mapping[str, Layout]:
    """Return every layout in the folder by its code, which is the file's name."""
    found = {path.stem: read_layout(path) for path in sorted(FOLDER.glob("*.yaml"))}
    return MappingProxyType(found)


def read_layout(path: Path) -> Layout:
    """Read and check a declaration; a wrong one is a fault of the program."""
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    fixed = "delimiter" not in told
    if told["unit"] not in {"yuan", "fen"}:
        raise ValueError(f"{path.name}: unit")
    return Layout(
        code=path.stem,
        title=told["title"],
        encoding=told["encoding"],
        newline=told["newline"],
        delimiter=told.get("delimiter"),
        unit=told["unit"],
        instruction=_form(told["instruction"], fixed=fixed),
        answer=_form(told["answer"], fixed=fixed),
        results={str(k): v == "paid" for k, v in told["results"].items()},
        reasons={str(k): str(v) for k, v in told["reasons"].items()},
        grouping=told.get("grouping", ""),
        padding=told.get("padding", "0"),
        days=told.get("days", "%Y%m%d"),
    )


def _form(told: Mapping[str, Any], *, fixed: bool) -> FileForm:
    if "markup" in told:
        return _message(told)
    form = FileForm(
        name=told["name"],
        header=_record(told.get("header"), fixed=fixed),
        line=_some_record(told["line"], fixed=fixed),
        trailer=_record(told.get("trailer"), fixed=fixed),
    )
    # It is known when the last line has been written.
    if ACCOUNT_SUM in form.header_names:
        raise ValueError(f"{ACCOUNT_SUM} belongs into the trailer")
    return form


def _message(told: Mapping[str, Any]) -> FileForm:
    markup = read_markup(told["markup"])
    head, line, tail = (
        tuple(Field(name) for name in part.fields)
        for part in (markup.head, markup.line, markup.tail)
    )
    return FileForm(
        name=told["name"],
        header=Record("<?xml", head),
        line=Record("", line),
        trailer=Record("", tail),
        markup=markup,
    )


def _record(told: Mapping[str, Any] | None, *, fixed: bool) -> Record | None:
    return None if told is None else _some_record(told, fixed=fixed)


def _some_record(told: Mapping[str, Any], *, fixed: bool) -> Record:
    fields = tuple(_field(each) for each in told["fields"])
    for field in fields:
        if field.name not in COUNTS | AMOUNTS | DATES | TEXTS:
            raise ValueError(f"unknown column {field.name}")
        if (field.width is not None) is not fixed:
            raise ValueError(f"width of column {field.name}")
    return Record(str(told["mark"]), fields)


def _field(told: str | Mapping[str, int]) -> Field:
    if isinstance(told, str):
        return Field(told)
    ((name, width),) = told.items()
    return Field(name, int(width))
