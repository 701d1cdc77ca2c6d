"""Lists as Excel workbooks: text stays text, sums stay numbers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Generic, Literal, TypeVar

import xlsxwriter

Row = TypeVar("Row")
Kind = Literal["text", "yuan", "count", "day"]
IN_MEMORY = 4 * 1024 * 1024
LONGEST_NAME = 31  # of a sheet, by the format
_FORMATS = {"yuan": "#,##0.00", "count": "#,##0", "day": "yyyy-mm-dd"}


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


def write_sheet(
    name: str, columns: Sequence[Column[Row]], rows: Iterable[Row]
) -> IO[bytes]:
    """Write the rows one by one into a workbook; memory does not grow with them."""
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the reader closes it
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    try:
        _fill(book, name, columns, rows)
    except BaseException:
        book.close()  # ends its temporary files; nothing of the half book is kept
        target.close()
        raise
    book.close()
    target.seek(0)
    return target


def _fill(
    book: xlsxwriter.Workbook,
    name: str,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
) -> None:
    sheet = book.add_worksheet(name[:LONGEST_NAME])
    head = book.add_format({"bold": True, "bg_color": "#f7f8fa", "border": 1})
    formats = {
        kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()
    }
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, head)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = column.value(row)
            if value is None or value == "":
                continue
            if column.kind == "text":
                sheet.write_string(line, place, str(value))
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, formats["day"])
            elif isinstance(value, int | Decimal):
                sheet.write_number(line, place, value, formats[column.kind])
            else:
                raise TypeError(f"{column.title}: {value!r} is no {column.kind}")
