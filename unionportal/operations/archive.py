"""Archiving a year (年度归档): out of the running tables, into a file with a checksum.

The partitions of a year move into the schema `archive`, where nobody may write. The
proofs go on reading them there. They come back as they left, or not at all.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from assistance.enums import BatchState, PaymentState, RoundState
from assistance.models import Batch, Payment, Round
from unionportal.core.actor import Actor
from unionportal.core.archive import AUDIT_TABLE
from unionportal.core.errors import Refusal
from unionportal.core.models import ArchivedYear, AuditEntry

OWNER = "owner"
TABLES = ("assistance_determination", "assistance_payment", AUDIT_TABLE)
OPEN_PAYMENTS = (
    *(PaymentState.PLANNED, PaymentState.HELD),
    *(PaymentState.INSTRUCTED, PaymentState.IN_DOUBT),
)
LOCK_TIMEOUT = "5s"


@dataclass(frozen=True, slots=True)
class ArchivedTable:
    """What one partition holds; the digest is over its rows in the order of ids."""

    table: str
    rows: int
    sha256: str


def detach_year(*, year: int, folder: Path, on: date, by: Actor) -> list[ArchivedTable]:
    """Export the partitions of a year and take them out of the running tables.

    Refused: the present year and later, a year archived before, and while a round, a
    batch or a payment of the year is open. All or nothing; the running tables are
    locked for a moment only, and not waited for.
    """
    _require_over(year, on)
    with _owner() as cursor:
        # Entries written before anybody thought of their year wait elsewhere.
        cursor.execute("SELECT core_ensure_audit_year(%s)", [year])
        parts = [table for table in TABLES if _exists(cursor, f"public.{table}_{year}")]
        if not parts:
            raise Refusal(f"{year} 年没有可归档的数据。", code="archive")
        exported = [
            _export(cursor, f"public.{table}_{year}", table, folder) for table in parts
        ]
        for table in parts:
            _run(cursor, f"ALTER TABLE {table} DETACH PARTITION {table}_{year}")
            _run(cursor, f"REVOKE ALL ON {table}_{year} FROM {settings.RUNNING_ROLE}")
            _run(cursor, f"ALTER TABLE {table}_{year} SET SCHEMA archive")
        _note(
            ArchivedYear(
                year=year,
                archived_on=on,
                tables=[asdict(each) for each in exported],
            ),
            verb="detach_year",
            on=on,
            by=by,
        )
        _make_views(cursor)
    _write_manifest(folder, year, exported)
    return exported


def attach_year(*, year: int, folder: Path, on: date, by: Actor) -> list[ArchivedTable]:
    """Bring a year back: from the schema `archive`, or else from its exported files.

    Refused: a year that is not archived, and rows that are not those that left.
    """
    archived = ArchivedYear.objects.filter(pk=year).first()
    if archived is None:
        raise Refusal(f"{year} 年没有归档，无需挂回。", code="archive")
    tables = [ArchivedTable(**each) for each in archived.tables]
    with _owner() as cursor:
        for each in tables:
            part = f"archive.{each.table}_{year}"
            if not _exists(cursor, part):
                _load(cursor, part, each, folder)
            _require_same(cursor, part, each)
        for each in tables:
            _run(cursor, f"DROP VIEW IF EXISTS whole.{each.table}")
            _run(cursor, f"ALTER TABLE archive.{each.table}_{year} SET SCHEMA public")
            _run(
                cursor,
                f"ALTER TABLE {each.table} ATTACH PARTITION {each.table}_{year} "
                f"{_bounds(each.table, year)}",
            )
        _note(archived, verb="attach_year", on=on, by=by)
        _make_views(cursor)
    return tables


def _bounds(table: str, year: int) -> str:
    if table == AUDIT_TABLE:
        return f"FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
    return f"FOR VALUES IN ({year})"


def _require_over(year: int, on: date) -> None:
    if year >= on.year:
        raise Refusal(f"{year} 年还没有结束，不能归档。", code="archive")
    if ArchivedYear.objects.filter(pk=year).exists():
        raise Refusal(f"{year} 年此前已经归档。", code="archive")
    rounds = Round.objects.filter(year=year).exclude(
        state__in=(RoundState.CLOSED, RoundState.CANCELLED)
    )
    batches = Batch.objects.filter(round__year=year).exclude(
        state__in=(BatchState.SETTLED, BatchState.CANCELLED)
    )
    payments = Payment.objects.filter(year=year, state__in=OPEN_PAYMENTS)
    open_things = (
        ("轮次没有办结", [str(pk) for pk in rounds.values_list("pk", flat=True)[:3]]),
        ("批次没有对账完成", list(batches.values_list("number", flat=True)[:3])),
        ("发放没有结果", list(payments.values_list("reference", flat=True)[:3])),
    )
    for words, found in open_things:
        if found:
            raise Refusal(
                f"{year} 年还有{words}（{'、'.join(found)}），不能归档。", code="open"
            )


# --- rows out and in


def _export(
    cursor: CursorWrapper, part: str, table: str, folder: Path
) -> ArchivedTable:
    """Write a partition's rows into `<table>.copy.gz`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{table}.copy.gz"
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with gzip.open(draft, "wb", compresslevel=1) as file:
            rows, digest = _digest(cursor, part, file.write)
        draft.replace(path)
    except OSError as error:
        raise Refusal(
            f"归档文件没有写出（{error.strerror}）：请腾出空间后重试，{part} 没有变动。",
            code="disk",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return ArchivedTable(table, rows, digest)


class _Sink:
    """Takes what COPY writes: passes it on, counts its lines, takes their digest."""

    def __init__(self, passed_on: Callable[[bytes], object]) -> None:
        self.passed_on = passed_on
        self.digest = hashlib.sha256()
        self.rows = 0

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.rows += content.count(b"\n")
        self.passed_on(content)
        return len(content)


def _digest(
    cursor: CursorWrapper, part: str, passed_on: Callable[[bytes], object]
) -> tuple[int, str]:
    sink = _Sink(passed_on)
    # The zone decides how instants are written.
    _run(cursor, "SET LOCAL timezone TO 'UTC'")
    cursor.cursor.copy_expert(
        f"COPY (SELECT {_columns(cursor, part, written=True)} FROM {part}"  # noqa: S608 - our own names
        " ORDER BY id) TO STDOUT",
        sink,
    )
    return sink.rows, sink.digest.hexdigest()


def _require_same(cursor: CursorWrapper, part: str, expected: ArchivedTable) -> None:
    rows, digest = _digest(cursor, part, len)
    if (rows, digest) != (expected.rows, expected.sha256):
        raise Refusal(
            f"{part} 与归档时不一致（{rows} 行，摘要 {digest[:12]}；"
            f"归档时 {expected.rows} 行，摘要 {expected.sha256[:12]}），不能挂回。",
            code="tampered",
        )


def _load(
    cursor: CursorWrapper, part: str, expected: ArchivedTable, folder: Path
) -> None:
    path = folder / f"{expected.table}.copy.gz"
    if not path.exists():
        raise Refusal(f"库中没有 {part}，也没有归档文件 {path}。", code="archive")
    _run(cursor, f"CREATE TABLE {part} (LIKE {expected.table} INCLUDING ALL)")
    with gzip.open(path, "rb") as file:
        _copy_in(cursor, part, file)


def _copy_in(cursor: CursorWrapper, part: str, file: IO[bytes] | gzip.GzipFile) -> None:
    columns = _columns(cursor, part, written=True)
    cursor.cursor.copy_expert(f"COPY {part} ({columns}) FROM STDIN", file)


def _write_manifest(folder: Path, year: int, tables: list[ArchivedTable]) -> None:
    body = {"year": year, "tables": [asdict(each) for each in tables]}
    (folder / "manifest.json").write_text(
        json.dumps(body, ensure_ascii=False, indent=1), "utf-8"
    )


# --- as the owner


@contextmanager
def _owner() -> Iterator[CursorWrapper]:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        _run(cursor, f"SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}'")
        yield cursor


def _run(cursor: CursorWrapper, statement: str) -> None:
    cursor.execute(statement)


def _exists(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    return bool(cursor.fetchone()[0])


def _note(archived: ArchivedYear, *, verb: str, on: date, by: Actor) -> None:
    """The row that says it, and the entry that says who; in the owner's transaction."""
    changes: dict[str, Any] = {"tables": archived.tables}
    year = archived.year
    if verb == "detach_year":
        archived.save(using=OWNER, force_insert=True)
    else:
        ArchivedYear.objects.using(OWNER).filter(pk=year).delete()
    AuditEntry.objects.using(OWNER).create(
        on=on,
        verb=verb,
        actor_kind=by.kind,
        actor_name=by.name,
        subject_kind="core.archivedyear",
        subject_id=year,
        changes=changes,
    )


def _make_views(cursor: CursorWrapper) -> None:
    """Views over attached and archived years, for the proofs (`core/archive.py`)."""
    role = settings.RUNNING_ROLE
    for schema in ("archive", "whole"):
        _run(cursor, f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    for table in TABLES:
        _run(cursor, f"DROP VIEW IF EXISTS whole.{table}")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'archive'::regnamespace"
            " AND relkind = 'r' AND starts_with(relname, %s) ORDER BY relname",
            [f"{table}_"],
        )
        parts = [f"archive.{row[0]}" for row in cursor.fetchall()]
        if not parts:
            continue
        columns = _columns(cursor, table)
        union = " UNION ALL ".join(
            f"SELECT {columns} FROM {part}"  # noqa: S608 - our own names
            for part in (f"public.{table}", *parts)
        )
        _run(cursor, f"CREATE VIEW whole.{table} AS {union}")
        _run(cursor, f"GRANT SELECT ON whole.{table} TO {role}")


def _columns(cursor: CursorWrapper, table: str, *, written: bool = False) -> str:
    """The columns of a table; `written` leaves out those that follow from others."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
        " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND (attgenerated = '' OR NOT %s)",
        [table, written],
    )
    return str(cursor.fetchone()[0])
