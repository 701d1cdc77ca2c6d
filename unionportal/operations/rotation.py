"""Sealing everything anew under the key in use, while the portal goes on working.

What is not done yet is seen by the values themselves (each names its key), so a run that
was killed is simply begun again. A row is written only if its value is still the one
that was read: whoever changed it meanwhile has sealed it under the key in use already.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Model

from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.models import Upload
from unionportal.core.papers import paper_models
from unionportal.core.secrets import (
    active_key_id,
    blind_index,
    key_id_of,
    seal_bytes,
    unseal_bytes,
)
from unionportal.core.uploads.steps import CONTEXT as UPLOAD_CONTEXT
from unionportal.operations.keys import sealed_fields

OWNER = "owner"
AFTER_BATCH = declare_crashpoint("rotate_keys.after_batch")
INDEX_KINDS = {"number": "account"}
PASSES = 5
Told = Callable[[str, int], None]
Rows = list[tuple[int, bytes, str | None]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed column; `index` is the column of its blind index, or nothing."""

    label: str
    table: str
    column: str
    context: str
    index: str = ""
    kind: str = ""


def sealed_columns() -> Iterator[Sealed]:
    """Every sealed column of the portal, files too."""
    for model, field in sealed_fields():
        names = {each.name for each in model._meta.concrete_fields}
        index = f"{field.name}_index"
        yield Sealed(
            label=f"{model._meta.verbose_name}·{field.verbose_name}",
            table=model._meta.db_table,
            column=str(field.column),
            context=str(field.context),
            index=index if index in names else "",
            kind=INDEX_KINDS.get(str(field.name), str(field.name)),
        )
    for model, context in sealed_files():
        meta = model._meta
        label = f"{meta.verbose_name}·content"
        yield Sealed(label, meta.db_table, "content", context)


def sealed_files() -> Iterator[tuple[type[Model], str]]:
    """The tables whose column `content` is a sealed file, and what it is bound to."""
    yield Upload, UPLOAD_CONTEXT
    for model in paper_models():
        yield model, model.SEALED_FOR


def rotate_keys(*, batch: int, tell: Told) -> int:
    """Seal anew, column by column; return how many values were written.

    Repeats while writers of an older configuration leave values behind.
    """
    written = 0
    for _pass in range(PASSES):
        for place in sealed_columns():
            count = 0
            for done in _rotate_column(place, batch):
                count += done
                tell(place.label, count)
                crashpoint(AFTER_BATCH)
            written += count
        if not leftovers():
            break
    return written


def leftovers() -> dict[str, int]:
    """How many values of each column still need an earlier key; empty when none does."""
    found = {}
    for place in sealed_columns():
        count = sum(len(_stale(place, rows)) for rows in _read(place, 2000))
        if count:
            found[place.label] = count
    return found


def _rotate_column(place: Sealed, batch: int) -> Iterator[int]:
    for rows in _read(place, batch):
        stale = _stale(place, rows)
        if stale:
            yield _write(place, stale)


def _read(place: Sealed, batch: int) -> Iterator[Rows]:
    """Pages by key, each in a short transaction of its own."""
    index = f'"{place.index}"' if place.index else "NULL"
    statement = f"""
        SELECT id, "{place.column}", {index} FROM "{place.table}"
        WHERE id > %s AND "{place.column}" IS NOT NULL ORDER BY id LIMIT %s
    """  # noqa: S608 - names of our own tables
    last = 0
    while True:
        with connections[OWNER].cursor() as cursor:
            cursor.execute(statement, [last, batch])
            rows = [(row[0], bytes(row[1]), row[2]) for row in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _stale(place: Sealed, rows: Rows) -> Rows:
    """The rows under an earlier key; of an index only its value tells."""
    key = active_key_id()
    return [
        row
        for row in rows
        if key_id_of(row[1]) != key or (_has_index(row[2]) and _is_old(place, row))
    ]


def _has_index(index: str | None) -> bool:
    """Whether an index stands there that is made of the value."""
    return bool(index) and not str(index).startswith("forgotten")


def _is_old(place: Sealed, row: tuple[int, bytes, str | None]) -> bool:
    if not settings.BLIND_INDEX_OTHER_KEY:
        return False
    plain = unseal_bytes(row[1], context=place.context).decode()
    return row[2] != blind_index(plain, kind=place.kind)


def _write(place: Sealed, rows: Rows) -> int:
    values = []
    for number, sealed, index in rows:
        content = unseal_bytes(sealed, context=place.context)
        fresh = seal_bytes(content, context=place.context)
        found = index
        if _has_index(index):
            found = blind_index(content.decode(), kind=place.kind)
        values.append((number, sealed, fresh, found))
    also = f', "{place.index}" = new.index' if place.index else ""
    statement = f"""
        UPDATE "{place.table}" AS held SET "{place.column}" = new.fresh{also}
        FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::text[])
            AS new (id, was, fresh, index)
        WHERE held.id = new.id AND held."{place.column}" = new.was
    """  # noqa: S608 - names of our own tables
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(statement, [list(each) for each in zip(*values, strict=True)])
        return int(cursor.rowcount)
