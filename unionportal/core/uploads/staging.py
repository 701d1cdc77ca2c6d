"""From the rows of a file to staged rows: checked in parts, copied, judged set-wise."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import islice

from django.db import connection

from unionportal.core.uploads.columns import (
    CheckedRow,
    Head,
    ImportKind,
    check_rows,
)

PART = 2_000
MAKE = """
    DROP TABLE IF EXISTS pg_temp.upload_row;
    CREATE TEMPORARY TABLE upload_row (
        number integer, key text COLLATE "C", record jsonb, errors jsonb, verdict text
    ) ON COMMIT DROP
"""
_COPY = "COPY upload_row FROM STDIN"
# Counting what stands in the records costs more than all that is asked of them.
ANALYZE = "ANALYZE upload_row (number, key, verdict)"
# A person reads the sentences; the codes are for systems, who get them at once.
_KEEP = """
    INSERT INTO core_uploadrow (upload_id, number, key, record, errors, verdict)
    SELECT %s, number, key, record, CASE WHEN errors = '[]' THEN errors ELSE (
            SELECT jsonb_agg(told - 2 ORDER BY place)
            FROM jsonb_array_elements(errors) WITH ORDINALITY AS each (told, place)
        ) END, verdict
    FROM upload_row
"""
_REPLACED = """
    DELETE FROM core_uploadrow
    WHERE upload_id = %s AND number IN (SELECT number FROM upload_row)
"""
_COUNT = """
    SELECT count(*), count(*) FILTER (WHERE verdict = 'new'),
        count(*) FILTER (WHERE verdict = 'changed'),
        count(*) FILTER (WHERE verdict = 'same'),
        count(*) FILTER (WHERE verdict = 'wrong')
"""
_LAY_OUT = """
    INSERT INTO upload_row (number, key, record, errors, verdict)
    SELECT number, key, record, '[]', 'new' FROM core_uploadrow
    WHERE upload_id = %s AND verdict <> 'wrong' ORDER BY number
"""

# A key that stands twice in a file: no row of it is taken, each names the other.
REPEATED = """
    UPDATE upload_row AS row
    SET verdict = 'wrong', errors = row.errors || jsonb_build_array(jsonb_build_array(
        %s::text, '与第 ' || CASE WHEN row.number = twice.first THEN twice.last
            ELSE twice.first END || ' ' || %s, 'repeated'))
    FROM (SELECT key, min(number) AS first, max(number) AS last FROM upload_row
          WHERE key <> '' GROUP BY key HAVING count(*) > 1) AS twice
    WHERE row.key = twice.key
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a file holds, by what they would do."""

    rows: int
    new: int
    changed: int
    same: int
    wrong: int


def stage_rows(
    kind: ImportKind, head: Head, rows: Iterable[tuple[int, list[str]]]
) -> Iterator[int]:
    """Check and copy the rows part by part; yield how many are staged so far.

    They lie in the temporary table `upload_row` until the transaction ends: it can be
    counted by ANALYZE, which a shared table of the owner's cannot.
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    source, staged = iter(rows), 0
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
    while part := list(islice(source, PART)):
        lines = StringIO()
        lines.writelines(_line(kind.key, row, encode) for row in check_rows(head, part))
        lines.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(_COPY, lines)
        staged += len(part)
        yield staged
    _mark_repeated(kind)


def known_column(kind: ImportKind) -> str:
    """The column by which a row is known."""
    return kind.key.split()[0].removesuffix("_index")


def _line(key: str, row: CheckedRow, encode: Callable[[object], str]) -> str:
    """A line for COPY. JSON writes tabs and line ends as signs of its own."""
    known = key_of(key, row)
    errors = encode(row.errors) if row.errors else "[]"
    verdict = "wrong" if row.errors else "new"
    written = f"{row.number}\t{known}\t{encode(row.record)}\t{errors}\t{verdict}\n"
    return written.replace("\\", "\\\\")


def key_of(key: str, row: CheckedRow) -> str:
    """What a row is known by; empty where a part of it is missing or wrong."""
    parts = [row.record.get(part, "") for part in key.split()]
    return "/".join(parts) if all(parts) else ""


def _mark_repeated(kind: ImportKind) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE)
        cursor.execute(REPEATED, [known_column(kind), "行重复，请只保留一行。"])


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a staged row: in which column, the sentence, when, and the code.

    Sentence and condition are SQL of the programme, never of the file; `row` is the
    staged row. The parameters are those of the condition.
    """

    column: str
    sentence: str
    where: str
    params: tuple[str | date | int, ...] = ()
    code: str = "refused"


def mark_wrong(
    column: str,
    sentence: str,
    where: str,
    params: Sequence[str | date] = (),
    code: str = "refused",
) -> int:
    """Give every row that meets a condition the same kind of error; return how many."""
    return mark_flaws([Flaw(column, sentence, where, tuple(params), code)])


def mark_flaws(flaws: Sequence[Flaw], *, beside: str = "") -> int:
    """Give every row its errors, in the order of the flaws; return how many are wrong.

    `beside` is a LEFT JOIN of what the conditions look at, at most one row each: all
    of them are asked in one pass, where one pass a flaw took three times as long.
    """
    told = " || ".join(
        f"CASE WHEN {flaw.where} THEN jsonb_build_array(jsonb_build_array("
        f"%s::text, {flaw.sentence}, %s::text)) ELSE '[]' END"
        for flaw in flaws
    )
    statement = f"""
        UPDATE upload_row AS row
        SET verdict = 'wrong', errors = row.errors || found.errors
        FROM (SELECT row.number, {told} AS errors FROM upload_row AS row {beside}
              WHERE {" OR ".join(f"({flaw.where})" for flaw in flaws)}) AS found
        WHERE found.number = row.number
    """  # noqa: S608 - conditions are constants of the import kinds
    params = [
        *(each for flaw in flaws for each in (*flaw.params, flaw.column, flaw.code)),
        *(value for flaw in flaws for value in flaw.params),
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def keep_rows(upload_id: int) -> Counts:
    """Keep the judged rows until somebody confirms or cancels; count all that is kept."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACED, [upload_id])
        cursor.execute(_KEEP, [upload_id])
        cursor.execute(
            f"{_COUNT} FROM core_uploadrow WHERE upload_id = %s", [upload_id]
        )
        return Counts(*cursor.fetchone())


def lay_out_rows(upload_id: int) -> None:
    """Lay the rows without error out again, to be judged anew and applied."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
        cursor.execute(_LAY_OUT, [upload_id])
        cursor.execute(ANALYZE)


def counted() -> Counts:
    """Count the rows that lie staged, by verdict."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_COUNT} FROM upload_row")
        return Counts(*cursor.fetchone())
