"""The items of a request, staged as the rows of a file are: one statement for all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from unionportal.core.uploads.columns import CheckedRow, Head, ImportKind, check_rows
from unionportal.core.uploads.staging import (
    ANALYZE,
    MAKE,
    REPEATED,
    key_of,
    known_column,
)

_STAGE = f"""{MAKE};
    INSERT INTO upload_row (number, key, record, errors, verdict)
    SELECT number, key, record, errors, verdict FROM jsonb_to_recordset(%s::jsonb)
        AS staged(number integer, key text, record jsonb, errors jsonb, verdict text);
    {ANALYZE};{REPEATED}
"""  # noqa: S608 - all SQL is made of the programme's own names


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a system hands in: its own id for it, and the cells by column."""

    external_id: str
    cells: Mapping[str, str]


def stage_items(kind: ImportKind, items: Sequence[Item]) -> None:
    """Check the items and lay them into `upload_row`, numbered from one."""
    keys = [column.key for column in kind.columns]
    head = Head(tuple(enumerate(kind.columns)), ())
    rows = [
        (number, [item.cells.get(key, "") for key in keys])
        for number, item in enumerate(items, start=1)
    ]
    checked = check_rows(head, rows)
    _name(checked, items)
    staged = [
        {
            "number": row.number,
            "key": key_of(kind.key, row),
            "record": row.record,
            "errors": row.errors,
            "verdict": "wrong" if row.errors else "new",
        }
        for row in checked
    ]
    values = [
        json.dumps(staged, ensure_ascii=False),
        known_column(kind),
        "项重复，请只保留一项。",
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STAGE, values)


def _name(rows: Sequence[CheckedRow], items: Sequence[Item]) -> None:
    """Put the system's own ids beside; an id that stands twice is refused each time."""
    first: dict[str, int] = {}
    for row, item in zip(rows, items, strict=True):
        row.record["external_id"] = item.external_id
        earlier = first.setdefault(item.external_id, row.number)
        if earlier == row.number:
            continue
        for one in (rows[earlier - 1], row):
            told = {code for _column, _sentence, code in one.errors}
            if "repeated_external_id" not in told:
                sentence = "外部编号在本次请求中出现不止一次，请各用各的编号。"
                one.errors.append(("external_id", sentence, "repeated_external_id"))
