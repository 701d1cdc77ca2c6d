"""P10: a county's thousand records by the API against jsonb_to_recordset, commit and all.

Ours is the whole view: the body is read, checked cell by cell, sealed, compared with
the register, written, told in the trail and in the feed of changes, and answered item by
item. The floor writes the same rows unchecked; what is sealed it is given ready-made.
"""

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from time import perf_counter
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIRequestFactory, force_authenticate

from bench.province import ON, PROVINCE
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.statements import statement
from bench.turns import take_turns
from members.actions.api_client import register_client
from members.api.bulk import BulkUpsert, EmployerBulk, PersonBulk
from members.auth.client import ClientUser
from members.models import Organisation, Person
from members.queries.post import actor_of_client
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import spell_name
from members.rules.uscc import whole_code
from unionportal.core.actor import SYSTEM
from unionportal.core.secrets import blind_index, seal
from unionportal.demo.identity import check_sign

ITEMS, TURNS = 1000, 10
COUNTY = "350102"
Items = list[dict[str, Any]]
VIEWS: dict[str, tuple[str, type[BulkUpsert]]] = {
    "employers": ("用人单位", EmployerBulk),
    "people": ("人员（含加密）", PersonBulk),
}
_TABLES = {"employers": "members_employer", "people": "members_person"}
_STANDING = {
    "employers": "SELECT count(*), min(name), sum(headcount) FROM members_employer",
    "people": "SELECT count(*), min(name), max(birth_date) FROM members_person",
}


def run(options: Options) -> Sequence[Measured]:
    """A thousand employers, then a thousand people, all of them new."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    with scratch_database():
        union = Organisation.objects.get(code=PROVINCE)
        made = register_client(
            organisation_id=union.pk, name="基准", on=ON, by=SYSTEM, may_write=True
        )
        user = ClientUser(actor_of_client(made.client_id, on=ON))
        return [
            _line(options, user, "employers", *_employers()),
            _line(options, user, "people", *_people()),
        ]


def _line(
    options: Options, user: ClientUser, kind: str, items: Items, ready: Items
) -> Measured:
    turns = take_turns(
        Options(ITEMS, TURNS * options.rounds, options.say),
        ours=partial(_ours, kind, user, items),
        floor=partial(_floor, kind, ready),
    )
    with CaptureQueriesContext(connection) as queries:
        _ours(kind, user, items)
    # The transaction's own BEGIN, SAVEPOINT and COMMIT ask nothing of a table.
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    asked = [one for one in queries if not one["sql"].startswith(own)]
    trips = len(
        [one for one in asked if not one["sql"].startswith(("DELETE", "SELECT c"))]
    )
    title = f"接口批量写入 {ITEMS:,} 条{VIEWS[kind][0]}，逐项校验并回答"
    return turns.line("P10", title, 2.0, f"{trips} 次往返")


def _ours(kind: str, user: ClientUser, items: Items) -> tuple[float, Any]:
    body = json.dumps({"items": items}, ensure_ascii=False).encode()
    request = APIRequestFactory().post(
        "/",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": uuid4().hex},
    )
    force_authenticate(request, user=cast("Any", user))
    view = VIEWS[kind][1].as_view(
        authentication_classes=(), permission_classes=(), throttle_classes=()
    )
    begun = perf_counter()
    answer = view(request).render()
    seconds = perf_counter() - begun
    told = json.loads(answer.content)
    if told.get("created") != len(items):
        raise AssertionError(answer.content[:500])
    return seconds, _end(kind)


def _floor(kind: str, items: Items) -> tuple[float, Any]:
    sql = statement("bulk.sql", kind)
    begun = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        body = json.dumps(items, ensure_ascii=False)
        cursor.execute(sql, {"items": body})
        cursor.fetchone()[0].encode()
    return perf_counter() - begun, _end(kind)


def _end(kind: str) -> Any:  # noqa: ANN401 - what both came to
    """What stands now; then the register is as it was, for the next turn."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING[kind])
        found = cursor.fetchone()
        cursor.execute("DELETE FROM members_externalid")
        cursor.execute(f"DELETE FROM {_TABLES[kind]}")  # noqa: S608 - our own names
    return found


def _employers() -> tuple[Items, Items]:
    items: Items = [
        {
            "code": whole_code("91350102", f"{number:08d}"),
            "name": f"第{number}纺织有限公司",
            "ownership": "private",
            "is_above_scale": False,
            "trade": "C",
            "headcount": number,
            "counted_on": "2025-06-30",
            "division": COUNTY,
            "keeper": COUNTY,
        }
        for number in range(ITEMS)
    ]
    return [one | {"external_id": one["code"]} for one in items], items


def _people() -> tuple[Items, Items]:
    items: Items = []
    for number in range(ITEMS):
        day = date.fromordinal(date(1960, 1, 1).toordinal() + number // 400)
        body = f"{COUNTY}{day:%Y%m%d}{number % 400 * 2:03d}"
        items.append(
            {
                "name": "王小明",
                "id_number": body + check_sign(body),
                "phone": f"139{number:08d}",
                "organisation": COUNTY,
            }
        )
    named = [one | {"external_id": one["id_number"]} for one in items]
    return named, [_sealed(one) for one in items]


def _sealed(item: dict[str, Any]) -> dict[str, Any]:
    read = read_id_number(item["id_number"], on=ON)
    spelling = spell_name(item["name"])
    sealed: dict[str, Any] = {
        name: seal(item[name], context=f"{Person._meta.label_lower}.{name}").hex()
        for name in ("id_number", "phone")
    }
    indexes = {
        f"{n}_index": blind_index(item[n], kind=n) for n in ("id_number", "phone")
    }
    return {
        **sealed,
        **indexes,
        "name": item["name"],
        "organisation": item["organisation"],
        "pinyin": spelling.pinyin,
        "initials": spelling.initials,
        "birth_date": read.birth_date.isoformat(),
        "sex": read.sex,
    }


BULK = Row("P10", "bulk", run, grows=False)
