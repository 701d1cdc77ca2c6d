"""Lists as CSV files, for programs that read no workbook: UTF-8 with its mark.

A text that a spreadsheet program would take for a formula is written behind an
apostrophe, as OWASP advises (CSV injection); sums, counts and days are none.
"""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, TypeVar

from unionportal.core.sheets import IN_MEMORY, Column

Row = TypeVar("Row")
# The full-width signs too: programs of this country read them as the narrow ones.
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")


def write_csv(
    columns: Sequence[Column[Row]], rows: Iterable[Row], *, mark: str = ""
) -> IO[bytes]:
    """Write the rows one by one; memory does not grow with them.

    `mark` says in a last line who took the list, when and why.
    """
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the reader closes it
    try:
        text = TextIOWrapper(target, "utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow([column.title for column in columns])
        placed = [(column.value, column.kind == "text") for column in columns]
        writer.writerows(
            [_cell(value(row), is_text=is_text) for value, is_text in placed]
            for row in rows
        )
        if mark:
            writer.writerow([_cell(mark, is_text=True)])
        text.flush()
        text.detach()
    except BaseException:
        target.close()  # nothing of the half file is kept
        raise
    target.seek(0)
    return target


def _cell(value: object, *, is_text: bool) -> str:
    if value is None:
        return ""
    told = str(value)
    if is_text and told.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{told}"
    return told
