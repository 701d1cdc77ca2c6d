"""Bulk upserts: each item has its answer, each request its one effect."""

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import Employer, ExternalId, Organisation, Person
from members.rules.uscc import whole_code
from tests.assistance.api.callers import API, bearing, registered, token_of
from tests.members.builders import (
    COUNTY,
    NEXT_COUNTY,
    id_number,
    person,
    union,
)
from tests.members.unions import basic_union
from unionportal.core.models import StoredReply
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Client:
    return bearing(token_of(registered(COUNTY, may_write=True)))


def sent(
    client: Client, kind: str, items: list[Any], key: str = ""
) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        f"{API}/{kind}/bulk/",
        json.dumps({"items": items}),
        content_type="application/json",
        headers={"Idempotency-Key": key or uuid4().hex},
    )
    return answer.status_code, json.loads(answer.content)


def results(answer: tuple[int, dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The result of each item, with the codes of what was wrong."""
    status, body = answer
    assert status == 200, body
    return [
        (one["result"], [f"{e['field']}:{e['code']}" for e in one["errors"]])
        for one in body["results"]
    ]


def worker(external_id: str, **changes: str) -> dict[str, str]:
    known = {
        "external_id": external_id,
        "name": "张小三",
        "id_number": id_number(),
        "phone": "13800138000",
        "organisation": COUNTY,
    }
    return known | changes


def firm(number: int, **changes: Any) -> dict[str, Any]:
    known = {
        "external_id": f"firm-{number}",
        "code": whole_code("91350426", f"{number:08d}"),
        "name": f"第{number}纺织厂",
        "division": COUNTY,
        "headcount": 30,
        "counted_on": "2025-06-30",
        "is_above_scale": False,
    }
    return known | changes


def refusal_of(answer: tuple[int, dict[str, Any]]) -> tuple[int, str, str]:
    status, body = answer
    return status, body["errors"][0]["code"], body["errors"][0]["attr"]


# --- what happens to items


def test_people_are_created_then_unchanged_then_updated(county: Client) -> None:
    one, two = worker("s-1"), worker("s-2", phone="")
    del two["phone"]

    assert results(sent(county, "people", [one, two])) == [("created", [])] * 2
    assert results(sent(county, "people", [one, two])) == [("unchanged", [])] * 2
    one["phone"] = "13900139000"
    _status, body = sent(county, "people", [one, two])

    assert [each["result"] for each in body["results"]] == ["updated", "unchanged"]
    assert (body["created"], body["updated"], body["unchanged"], body["refused"]) == (
        *(0, 1, 1, 0),
    )
    kept = Person.objects.get(pk=body["results"][0]["id"])
    assert (kept.name, kept.phone, kept.sex, kept.name_initials) == (
        *("张小三", "13900139000", kept.sex, "zxs"),
    )
    assert ExternalId.objects.get(external_id="s-1").record_id == kept.pk


def test_unions_hang_under_each_other_and_employers_name_them(county: Client) -> None:
    day = {"founded_on": "2014-05-06", "document": "尤工〔2014〕1号"}
    below = {"external_id": "u2", "code": "B2", "name": "二车间分会", "parent": "B1"}
    above = {"external_id": "u1", "code": "B1", "name": "某厂工会", "parent": COUNTY}
    below |= day | {"form": "branch"}
    above |= day

    assert results(sent(county, "organisations", [below, above])) == [
        ("created", []),
        ("created", []),
    ]
    made = Organisation.objects.get(code="B2")
    assert made.path[:-4] == Organisation.objects.get(code="B1").path
    assert (made.form, made.division_id) == ("branch", COUNTY)
    covered = firm(1, organisation="B1", ownership="private", trade="C")
    assert results(sent(county, "employers", [covered])) == [("created", [])]
    employer = Employer.objects.select_related("organisation", "keeper").get()
    assert (employer.ownership, employer.headcount, employer.keeper.code) == (
        *("private", 30, COUNTY),
    )
    assert employer.organisation is not None
    assert employer.organisation.code == "B1"


def test_a_wrong_item_says_why_and_leaves_the_others_alone(county: Client) -> None:
    merged, kept = person("李重复", number=id_number()), person("李重复")
    Person.objects.filter(pk=merged.pk).update(merged_into=kept)
    far = person("邻县人", at=NEXT_COUNTY)
    known = person("王小明")
    items = [
        worker("good"),
        worker("bad-number", id_number="350426198003040001"),
        worker("far", organisation=NEXT_COUNTY),
        worker("nowhere", organisation="999999"),
        worker("moved", name="李重复", id_number=merged.id_number),
        worker("theirs", name="邻县人", id_number=far.id_number),
        worker("renamed", id_number=known.id_number),
        worker("bare", name=" "),
        worker("surrogate", name="\ud800"),
    ]

    status, body = sent(county, "people", items)

    assert results((status, body)) == [
        ("created", []),
        ("refused", ["id_number:id_number"]),
        ("refused", ["organisation:outside"]),
        ("refused", ["organisation:unknown"]),
        ("refused", ["id_number:moved"]),
        ("refused", ["id_number:outside"]),
        ("refused", ["name:other_name"]),
        ("refused", ["name:required"]),
        ("refused", ["name:unreadable"]),
    ]
    assert [one["moved_to"] for one in body["results"]] == [
        *[None] * 4,
        kept.pk,
        *[None] * 4,
    ]
    assert [one["id"] is None for one in body["results"]] == [False, *[True] * 8]
    assert ExternalId.objects.count() == 1


def test_external_ids_stay_with_their_records(county: Client) -> None:
    one, two = worker("a"), worker("b")
    sent(county, "people", [one, two])

    swapped = [one | {"external_id": "b"}, two | {"external_id": "c"}]
    assert results(sent(county, "people", swapped)) == [
        ("refused", ["external_id:external_id_taken", "external_id:other_external_id"]),
        ("refused", ["external_id:other_external_id"]),
    ]
    twice = [worker("x"), worker("x"), one | {"external_id": "d"}, one]
    assert results(sent(county, "people", twice)) == [
        ("refused", ["external_id:repeated_external_id"]),
        ("refused", ["external_id:repeated_external_id"]),
        ("refused", ["id_number:repeated", "external_id:other_external_id"]),
        ("refused", ["id_number:repeated"]),
    ]
    assert Person.objects.filter(phone__isnull=False).count() == 2


def test_a_system_writes_nothing_out_of_its_reach(county: Client) -> None:
    far = basic_union("邻县厂", under=union(NEXT_COUNTY))
    day = {"founded_on": "2014-05-06", "document": "文"}
    renamed = {"external_id": "f", "code": far.code, "name": "改名", "parent": COUNTY}
    planted = {"external_id": "g", "code": "G1", "name": "新", "parent": NEXT_COUNTY}

    assert results(sent(county, "organisations", [renamed | day, planted | day])) == [
        ("refused", ["parent:outside", "parent:other_parent"]),
        ("refused", ["parent:outside"]),
    ]
    kept = [firm(2, keeper=NEXT_COUNTY), firm(3, division=NEXT_COUNTY)]
    assert results(sent(county, "employers", kept)) == [
        ("refused", ["keeper:outside"]),
        ("refused", ["keeper:outside"]),
    ]
    assert not Employer.objects.exists()
    far.refresh_from_db()
    assert far.name == "邻县厂工会委员会"


# --- the same request


def test_the_same_key_answers_the_same_and_acts_once(county: Client) -> None:
    items = [worker("once")]
    first = sent(county, "people", items, key="k-1")
    entries = AuditEntry.objects.count()

    again = sent(county, "people", items, key="k-1")
    other = sent(county, "people", [worker("twice")], key="k-1")

    assert again == first
    assert refusal_of(other)[:2] == (409, "key_reused")
    assert AuditEntry.objects.count() == entries
    assert Person.objects.filter(name="张小三").count() == 1
    neighbour = bearing(token_of(registered(NEXT_COUNTY, may_write=True)))
    theirs = [worker("once", organisation=NEXT_COUNTY)]
    assert results(sent(neighbour, "people", theirs, key="k-1")) == [("created", [])]


@pytest.mark.parametrize("key", ["-", "含中文", "a b", "x" * 101])
def test_a_request_without_a_proper_key_is_refused(county: Client, key: str) -> None:
    headers = {} if key == "-" else {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = county.post(
        f"{API}/people/bulk/",
        json.dumps({"items": [worker("k")]}),
        content_type="application/json",
        headers=headers,
    )
    found = refusal_of((answer.status_code, json.loads(answer.content)))
    assert found == (400, "idempotency_key", "Idempotency-Key")
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        ({"items": []}, "shape", "items"),
        ({}, "required", "items"),
        ([], "shape", "body"),
        ({"items": [{}]}, "required", "items.0.external_id"),
        ({"items": [1]}, "shape", "items.0"),
        ({"items": [worker("a b")]}, "shape", "items.0.external_id"),
        ({"items": [worker("a"), worker("b", name="")]}, "shape", "items.1.name"),
        ({"items": [worker("a") | {"age": 3}]}, "unknown_field", "items.0.age"),
        ({"items": [worker("a") | {"name": 3}]}, "shape", "items.0.name"),
        ({"items": [worker("a")], "more": 1}, "unknown_field", "more"),
    ],
)
def test_a_body_of_another_shape_is_refused_whole(
    county: Client, body: object, code: str, at: str
) -> None:
    answer = county.post(
        f"{API}/people/bulk/",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    found = refusal_of((answer.status_code, json.loads(answer.content)))
    assert found == (400, code, at)
    assert not Person.objects.exists()
    assert not StoredReply.objects.exists()


def test_too_many_too_long_and_too_deep_are_refused(county: Client) -> None:
    many = [{"external_id": "a"}] * 5001
    assert refusal_of(sent(county, "people", many)) == (400, "shape", "items")
    for body, status, code in (
        (b'{"items":["' + b"x" * 8_400_000 + b'"]}', 413, "too_large"),
        (b"[" * 100_000, 400, "parse_error"),
        (b'{"items":', 400, "parse_error"),
    ):
        answer = county.post(
            f"{API}/people/bulk/",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )
        told = refusal_of((answer.status_code, json.loads(answer.content)))
        assert told[:2] == (status, code)


def test_a_thousand_items_take_as_few_statements_as_one(county: Client) -> None:
    counts = []
    for amount in (1, 60):
        items = [worker(f"{amount}-{number}") for number in range(amount)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert sent(county, "people", items)[0] == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_acts_once(county: Client) -> None:
    items = [worker(f"race-{number}") for number in range(20)]
    answers: list[tuple[int, dict[str, Any]]] = []
    together = threading.Barrier(2)

    def ask() -> None:
        try:
            together.wait(30)
            answers.append(sent(county, "people", items, key="race"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _turn in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    first, second = answers
    assert first == second
    assert (first[0], first[1]["created"]) == (200, 20)
    assert Person.objects.count() == 20
    assert AuditEntry.objects.filter(verb="import").count() == 1
