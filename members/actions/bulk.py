"""Bulk upsert: what a county's system knows, written set-wise and answered item by item."""

# ruff: noqa: S608 - all SQL is made of the programme's own names

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from members.actions.bulk_kinds import BULK_KINDS, BulkKind
from members.models import ApiClient
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.idempotency import digest_of, once
from unionportal.core.uploads.items import Item, stage_items
from unionportal.core.uploads.staging import Flaw, mark_flaws

LARGEST = 5_000
RESULTS = {
    "new": "created",
    "changed": "updated",
    "same": "unchanged",
    "wrong": "refused",
}
_KEEP_IDS = """
    INSERT INTO members_externalid (client_id, kind, external_id, record_id)
    SELECT %s, %s, row.record->>'external_id', target.id
    FROM upload_row AS row JOIN {join}
    WHERE row.verdict <> 'wrong'
    ON CONFLICT (client_id, kind, external_id) DO NOTHING;
    SELECT row.record->>'external_id', row.verdict, row.errors, target.id, {moved},
        row.verdict <> 'wrong' AND named.record_id IS DISTINCT FROM target.id
    FROM upload_row AS row LEFT JOIN {join}
    LEFT JOIN members_externalid AS named ON named.client_id = %s
        AND named.kind = %s AND named.external_id = row.record->>'external_id'
    ORDER BY row.number
"""
MEANWHILE = "别处同时登记了相同的记录，本次没有写入任何内容，请用同一个幂等键重新提交。"


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """What was asked: which kind, the items, and the key that makes it happen once."""

    kind: str
    items: Sequence[Item]
    key: str
    body: Mapping[str, Any]


def upsert_many(*, asked: BulkRequest, on: date, by: Actor) -> dict[str, Any]:
    """Create what is new, write what changed, refuse item by item; return the answer.

    The same key with the same body finds the stored answer, and nothing happens again;
    with another body it is refused (`key_reused`). An item that is wrong leaves the
    others alone; each refusal has a code, a field and a sentence. Refuses as a whole
    what somebody else registered in the same moment (`conflict`): it may be sent again.
    """
    bulk = BULK_KINDS[asked.kind]
    bulk.kind.may(by).require()
    client_id = _client_of(by)
    scope = f"bulk:{client_id}:{asked.kind}"
    try:
        with once(key=asked.key, scope=scope, body_digest=digest_of(asked.body)) as r:
            if not r.is_stored:
                r.store(_carried_out(bulk, asked.items, client_id, on=on, by=by))
    except IntegrityError as error:
        raise Refusal(MEANWHILE, code="conflict") from error
    answer: dict[str, Any] = r.body
    return answer


def _client_of(by: Actor) -> int:
    found = ApiClient.objects.filter(client_id=by.client_id).values_list("pk")
    return int(found.get()[0])


def _carried_out(
    bulk: BulkKind, items: Sequence[Item], client_id: int, *, on: date, by: Actor
) -> dict[str, Any]:
    """Write and answer; roll back where another request gave an id to other records."""
    with transaction.atomic():
        stage_items(bulk.kind, items)
        mark_flaws(_wrong_ids(), beside=_beside(bulk, client_id))
        bulk.kind.judge(by, on)
        bulk.kind.apply(by, on)
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP_IDS.format(join=bulk.join, moved=bulk.moved),
                [client_id, bulk.record] * 2,
            )
            rows = cursor.fetchall()
        # Another request may have given an id away since the items were judged.
        if any(is_taken for *_row, is_taken in rows):
            raise Refusal(MEANWHILE, code="conflict")
    return _answer(row[:-1] for row in rows)


def _beside(bulk: BulkKind, client_id: int) -> str:
    own = f"client_id = {client_id:d} AND kind = '{bulk.record.value}'"
    return f"""
        LEFT JOIN {bulk.join}
        LEFT JOIN (SELECT external_id, record_id FROM members_externalid
            WHERE {own}) AS named ON named.external_id = row.record->>'external_id'
        LEFT JOIN (SELECT external_id, record_id FROM members_externalid
            WHERE {own}) AS other ON other.record_id = target.id
    """


def _wrong_ids() -> list[Flaw]:
    """An external id stays with its record, and a record with its external id."""
    return [
        Flaw(
            "external_id",
            "'该外部编号已对应系统中编号为 ' || named.record_id"
            " || ' 的另一条记录，请核对。'",
            "named.record_id IS NOT NULL"
            " AND named.record_id IS DISTINCT FROM target.id",
            code="external_id_taken",
        ),
        Flaw(
            "external_id",
            "'该记录已登记为外部编号“' || other.external_id || '”，请沿用。'",
            "other.external_id <> row.record->>'external_id'",
            code="other_external_id",
        ),
    ]


def _answer(rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    results = [_result(*row) for row in rows]
    told = [one["result"] for one in results]
    return {
        "created": told.count("created"),
        "updated": told.count("updated"),
        "unchanged": told.count("unchanged"),
        "refused": told.count("refused"),
        "results": results,
    }


def _result(
    external_id: str,
    verdict: str,
    told: str,
    record_id: int | None,
    moved_to: int | None,
) -> dict[str, Any]:
    """A refused item names no record, unless it leads on to one that may be seen."""
    is_wrong, errors = verdict == "wrong", json.loads(told)
    leads_on = {code for _column, _sentence, code in errors} == {"moved"}
    return {
        "external_id": external_id,
        "result": RESULTS[verdict],
        "id": None if is_wrong else record_id,
        "moved_to": moved_to if leads_on else None,
        "errors": [
            {"code": code, "field": column, "detail": sentence}
            for column, sentence, code in errors
        ],
    }
