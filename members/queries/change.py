"""Changes since a cursor: what a client's reach saw written, and what it is now.

A page ends before the oldest transaction that is still open: whatever commits later has
a higher number, so that no committed row is ever left behind a cursor (ADR 0017).
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.fields import BigIntegerField

from members.enums import OrganisationState, RecordKind
from members.queries.of_client import (
    employers_of_client,
    memberships_of_client,
    organisations_of_client,
    people_of_client,
)
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.scope import outermost_paths

WINDOW = 20_000  # rows looked through in one page, however few of them are the client's
CURSOR = r"^[0-9]{1,20}-[0-9A-F]{8}\.[0-9]{1,18}\.[0-9]{1,18}$"
CHANGED, GONE, MOVED = "changed", "gone", "moved"
_NOW = """
    SELECT members_era(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
_PAGE = """
    WITH seen AS MATERIALIZED (
        SELECT id, transaction, kind, record_id, path FROM members_change
        WHERE era = %(era)s AND (transaction, id) > (%(transaction)s, %(id)s)
          AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ORDER BY transaction, id LIMIT %(window)s
    ), own AS (
        SELECT transaction, id, kind, record_id FROM seen
        WHERE EXISTS (SELECT FROM unnest(%(paths)s::text[]) AS reach (path)
            WHERE seen.path COLLATE "C" BETWEEN reach.path AND reach.path || '~')
          AND (%(kind)s = '' OR kind = %(kind)s)
        ORDER BY transaction, id LIMIT %(size)s
    )
    SELECT (SELECT count(*) FROM seen),
        (SELECT json_build_array(transaction, id) FROM seen
            ORDER BY transaction DESC, id DESC LIMIT 1)::text,
        (SELECT json_agg(json_build_array(transaction, id, kind, record_id)
            ORDER BY transaction, id) FROM own)::text
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a client has read, and in which life of the database."""

    era: str
    transaction: int
    id: int

    def __str__(self) -> str:
        """As it is given out."""
        return f"{self.era}.{self.transaction}.{self.id}"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A record that changed, as it is now: `moved_to` where another took its place."""

    kind: str
    id: int
    change: str
    moved_to: int | None
    external_id: str | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The lines of a page, and from where to read on."""

    lines: Sequence[ChangeLine]
    cursor: Cursor
    has_more: bool


def cursor_now() -> Cursor:
    """The place from which everything is heard that has not committed yet."""
    era, transaction, _end = _now()
    return Cursor(era, transaction, 10**18 - 1)


def read_cursor(text: str) -> Cursor:
    """The place a client gave back. Refuses (`cursor_lost`) one of another life.

    After a restore or a failover what it had read may never have been: it begins anew.
    """
    if not re.search(CURSOR, text) or text.endswith("\n"):
        raise Refusal("游标不对，请使用上一次答复中的 cursor。", code="cursor")
    era, transaction, number = text.strip().split(".")
    known, _transaction, end = _now()
    if era != known or int(transaction) > end:
        raise Refusal(
            "数据库已恢复或切换，这个游标不再有效：请不带 cursor 重新开始，并重读各列表。",
            code="cursor_lost",
        )
    return Cursor(era, int(transaction), int(number))


def _now() -> tuple[str, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        era, transaction, end = cursor.fetchone()
    return str(era), int(transaction), int(end)


def changes_since(
    since: Cursor, actor: Actor, *, kind: str = "", size: int = 500
) -> ChangePage:
    """What was written in the client's reach since, each record once a page."""
    values: dict[str, Any] = {
        "era": since.era,
        "transaction": since.transaction,
        "id": since.id,
        "window": WINDOW,
        "paths": outermost_paths(actor),
        "kind": kind,
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, values)
        count, last, found = cursor.fetchone()
    own = json.loads(found or "[]")
    is_full = len(own) == size
    end = own[-1][:2] if is_full else json.loads(last or "null")
    return ChangePage(
        lines=_lines([(kind, number) for _t, _i, kind, number in own], actor),
        cursor=Cursor(since.era, *end) if end else since,
        has_more=is_full or count == WINDOW,
    )


def _lines(written: Sequence[tuple[str, int]], actor: Actor) -> list[ChangeLine]:
    known = list(dict.fromkeys(reversed(written)))[::-1]  # the last time counts
    standing = {
        kind: _standing(kind, [number for of, number in known if of == kind], actor)
        for kind in dict.fromkeys(kind for kind, _number in known)
    }
    return [_line(kind, number, standing[kind].get(number)) for kind, number in known]


def _line(kind: str, number: int, row: Mapping[str, Any] | None) -> ChangeLine:
    if row is None:  # deleted, or it belongs to others now
        return ChangeLine(kind, number, GONE, None, None)
    change = MOVED if row["leads_to"] else GONE if row["is_gone"] else CHANGED
    return ChangeLine(kind, number, change, row["leads_to"], row["external_id"])


def _standing(
    kind: str, numbers: list[int], actor: Actor
) -> dict[int, Mapping[str, Any]]:
    """The records within reach as they are, by id."""
    rows = _OF_KIND[RecordKind(kind)](actor).filter(pk__in=numbers).order_by()
    named = list(rows.values("pk", "leads_to", "is_gone", "external_id"))
    led_to = {row["leads_to"] for row in named} - {None}
    open_to = set(_within_reach(kind, led_to, actor)) if led_to else set()
    return {row["pk"]: _as_seen(row, open_to) for row in named}


def _as_seen(row: Mapping[str, Any], open_to: Collection[int]) -> Mapping[str, Any]:
    """What went to a record of others is gone: there is no way on for this client."""
    if row["leads_to"] is None or row["leads_to"] in open_to:
        return row
    return {**row, "leads_to": None, "is_gone": True}


def _within_reach(kind: str, numbers: Collection[int], actor: Actor) -> list[int]:
    rows = _OF_KIND[RecordKind(kind)](actor).filter(pk__in=numbers).order_by()
    return list(rows.values_list("pk", flat=True))


_NOWHERE = Value(None, output_field=BigIntegerField())


def _organisations(actor: Actor) -> Any:  # noqa: ANN401 - a queryset with more columns
    return organisations_of_client(actor).annotate(
        leads_to=F("successor_id"), is_gone=Q(state=OrganisationState.DISSOLVED)
    )


def _employers(actor: Actor) -> Any:  # noqa: ANN401 - a queryset with more columns
    return employers_of_client(actor).annotate(
        leads_to=_NOWHERE, is_gone=Q(closed_on__isnull=False)
    )


def _people(actor: Actor) -> Any:  # noqa: ANN401 - a queryset with more columns
    return people_of_client(actor).annotate(
        leads_to=F("merged_into_id"), is_gone=Q(pk__lt=0)
    )


def _memberships(actor: Actor) -> Any:  # noqa: ANN401 - a queryset with more columns
    return memberships_of_client(actor).annotate(
        leads_to=_NOWHERE, is_gone=Q(pk__lt=0), external_id=Value(None)
    )


_OF_KIND: dict[RecordKind, Callable[[Actor], Any]] = {
    RecordKind.ORGANISATION: _organisations,
    RecordKind.EMPLOYER: _employers,
    RecordKind.PERSON: _people,
    RecordKind.MEMBERSHIP: _memberships,
}
