"""COPY into a table: rows of Python values, in the text format of PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from django.db import connection, models

Cell = str | bytes | int | bool | date | Decimal | None
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"},
)


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write rows to a model's table; the columns are those of the database."""
    text = StringIO()
    text.writelines("\t".join(map(_cell, row)) + "\n" for row in rows)
    text.seek(0)
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, text)


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` keys from the table's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) "
            "FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _cell(value: Cell) -> str:
    match value:
        case None:
            return "\\N"
        case str():
            return value.translate(_ESCAPES)
        case bytes():
            return "\\\\x" + value.hex()
        case True:
            return "t"
        case False:
            return "f"
        case _:
            return str(value)
