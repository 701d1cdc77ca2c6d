"""Lists as Excel workbooks: text stays text, sums stay numbers.

The book is xlsxwriter's: its parts, formats, widths and head. The rows are written here,
into the sheet of that book: xlsxwriter needs four times as long for a row, and takes a
text between ``<r>`` and ``</r>`` for markup of its own, by which a name could bring a
formula in.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from io import BytesIO, TextIOWrapper
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Generic, Literal, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Row = TypeVar("Row")
Kind = Literal["text", "yuan", "count", "day"]
IN_MEMORY = 4 * 1024 * 1024
QUICK = 1  # of nine: a third of the time of packing, a fifth more bytes
LONGEST_NAME = 31  # of a sheet, by the format
LONGEST_FOOTER = 240  # of 255, by the format
LONGEST_TEXT = 32_767  # of a cell, by the format
DAY_ZERO = date(1899, 12, 30).toordinal()  # of the format's calendar
_FORMATS = {
    "text": "General",
    "yuan": "#,##0.00",
    "count": "#,##0",
    "day": "yyyy-mm-dd",
}
_SHEET = "xl/worksheets/sheet1.xml"
_STYLED = re.compile(r'<c r="[A-Z]+2"(?: s="(\d+)")?/>')
_STYLED_ROW = re.compile(r'<row r="2".*?</row>')
# What XML would obey, what it cannot hold, and what Excel would read as such a sign.
_SPECIAL = re.compile(r"[&<>]|[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column read from the database: which of its columns, and how they are shown.

    The rows are then plain tuples, for which no object is made: see `columns_of`.
    """

    title: str
    source: str | tuple[str, ...]
    shown: Callable[..., object] | None = None
    kind: Kind = "text"
    width: int = 14

    @property
    def sources(self) -> tuple[str, ...]:
        """What to ask the database for."""
        return (self.source,) if isinstance(self.source, str) else self.source


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column's head, how a row fills it, and what kind of cell that makes.

    `text` is written as a string whatever it begins with, so that no program takes a
    name for a formula; numbers of papers and accounts are text too.
    """

    title: str
    value: Callable[[Row], object]
    kind: Kind = "text"
    width: int = 14


def columns_of(
    fields: Sequence[Field],
) -> tuple[list[str], list[Column[tuple[Any, ...]]]]:
    """What to ask the database for, and the columns over the tuples it answers with."""
    sources = list(dict.fromkeys(name for field in fields for name in field.sources))
    columns = [
        Column(field.title, _reader(field, sources), field.kind, field.width)
        for field in fields
    ]
    return sources, columns


def _reader(field: Field, sources: list[str]) -> Callable[[tuple[Any, ...]], object]:
    places = [sources.index(name) for name in field.sources]
    shown = field.shown
    if shown is None:
        return itemgetter(places[0])
    if len(places) == 1:
        (place,) = places
        return lambda row: shown(row[place])
    return lambda row: shown(*[row[place] for place in places])


def write_sheet(
    name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], *, mark: str = ""
) -> IO[bytes]:
    """Write the rows one by one into a workbook; memory does not grow with them.

    `mark` says who took the list, when and why: on every printed page and on a sheet of
    its own.
    """
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the reader closes it
    try:
        with (
            ZipFile(_empty_book(name, columns, mark)) as frame,
            ZipFile(target, "w", ZIP_DEFLATED, compresslevel=QUICK) as book,
        ):
            for part in frame.namelist():
                if part != _SHEET:
                    book.writestr(part, frame.read(part))
            with book.open(_SHEET, "w") as sheet:
                _fill(sheet, frame.read(_SHEET).decode(), columns, rows)
    except BaseException:
        target.close()  # nothing of the half book is kept
        raise
    target.seek(0)
    return target


def _empty_book(name: str, columns: Sequence[Column[Row]], mark: str) -> BytesIO:
    """A book with the head and one row of empty cells that carry the styles."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name[:LONGEST_NAME])
        head = book.add_format({"bold": True, "bg_color": "#f7f8fa", "border": 1})
        styles = {
            kind: book.add_format({"num_format": code})
            for kind, code in _FORMATS.items()
        }
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, head)
            sheet.write_blank(1, place, None, styles[column.kind])
        if mark:
            _write_mark(book, sheet, mark)
    target.seek(0)
    return target


def _write_mark(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, mark: str
) -> None:
    doubled = mark.replace("&", "&&")  # a sign of its own in a footer
    sheet.set_footer(f"&L{doubled[:LONGEST_FOOTER]}&R&P/&N")
    book.set_properties({"comments": mark})
    aside = book.add_worksheet("导出记录")
    aside.set_column(0, 0, 100)
    aside.write_string(0, 0, mark)


def _fill(
    sheet: IO[bytes], frame: str, columns: Sequence[Column[Row]], rows: Iterable[Row]
) -> None:
    before, after = _STYLED_ROW.split(frame)
    styles = [f' s="{style or 0}"' for style in _STYLED.findall(frame)]
    text = TextIOWrapper(sheet, "utf-8")
    text.write(re.sub("<dimension [^>]*>", "", before))
    text.writelines(_lines(columns, styles, rows))
    text.write(after)
    text.flush()
    text.detach()


def _lines(
    columns: Sequence[Column[Row]], styles: Sequence[str], rows: Iterable[Row]
) -> Iterator[str]:
    placed = [
        (
            f'<c r="{xl_col_to_name(place)}',
            styles[place],
            _text if column.kind == "text" else partial(_number, column),
            column.value,
        )
        for place, column in enumerate(columns)
    ]
    for line, row in enumerate(rows, start=2):
        cells = [
            f'{begin}{line}"{style}{content(found)}</c>'
            for begin, style, content, value in placed
            if (found := value(row)) is not None and found != ""
        ]
        yield f'<row r="{line}">{"".join(cells)}</row>'


def _text(value: object) -> str:
    text = str(value)[:LONGEST_TEXT]
    if text.isalnum():  # nothing in it could mean anything else
        return f' t="inlineStr"><is><t>{text}</t></is>'
    text = _SPECIAL.sub(_harmless, text)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


def _number(column: Column[Row], value: object) -> str:
    if isinstance(value, date):
        return f"><v>{value.toordinal() - DAY_ZERO}</v>"
    if isinstance(value, Decimal):
        return f"><v>{value:f}</v>"
    if isinstance(value, int):
        return f"><v>{value}</v>"
    raise TypeError(f"{column.title}: {value!r} is no {column.kind}")


def _harmless(found: re.Match[str]) -> str:
    sign = found.group()
    return _MARKUP.get(sign) or f"_x{ord(sign):04X}_"
