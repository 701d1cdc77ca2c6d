"""What breaks a bulk door: every bad item at once, races, a death half-way, and merges."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from stdnum.cn import ric

from members.actions.organisation import Founding, apply_for_organisation
from members.actions.organisation_changes import (
    dissolve_organisation,
    merge_organisation,
)
from members.actions.person_merge import merge_people, propose_merge, undo_merge
from members.models import ApiClient, Change, Employer, ExternalId, Organisation, Person
from members.rules.uscc import whole_code
from tests.assistance.api.callers import API, bearing, registered, token_of
from tests.members.api.horizon import settled
from tests.members.api.test_bulk import firm, refusal_of, results, sent, worker
from tests.members.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    person,
    staff,
    union,
)
from tests.members.joining import member
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
PATIENCE = 20.0


def county() -> Client:
    return bearing(token_of(registered(COUNTY, may_write=True)))


def beside(act: Callable[[], object]) -> threading.Thread:
    """Run in a thread with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def waiting_backends() -> list[int]:
    """Who waits for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return [row[0] for row in cursor.fetchall()]


def somebody_waits() -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := waiting_backends():
            return found[0]
        time.sleep(0.02)
    raise AssertionError("nobody waits")


# --- five thousand


def bad_people() -> Iterator[tuple[dict[str, Any], list[str]]]:
    far, known, elsewhere = (
        person("邻人", at=NEXT_COUNTY),
        person("王明"),
        member("赵会", at=basic_union("会籍厂")),
    )
    gone = basic_union("已撤")
    entry = Founding(
        parent_id=union().pk, code="FORMING", name="未批工会", short_name="未批"
    )
    apply_for_organisation(entry=entry, on=ON, by=SYSTEM)
    dissolve_organisation(organisation_id=gone.pk, document="文", on=ON, by=SYSTEM)
    yield worker("bad-1", id_number="350426198003040001"), ["id_number:id_number"]
    yield worker("bad-2", phone="1"), ["phone:phone"]
    yield worker("bad-3", organisation=NEXT_COUNTY), ["organisation:outside"]
    yield worker("bad-4", organisation="999999"), ["organisation:unknown"]
    yield worker("bad-5", division="999999"), ["division:unknown"]
    yield worker("bad-6", name="邻人", id_number=far.id_number), ["id_number:outside"]
    yield worker("bad-7", id_number=known.id_number), ["name:other_name"]
    yield worker("bad-8", name="\x07"), ["name:unreadable"]
    yield worker("bad-9", organisation=gone.code), ["organisation:state"]
    yield worker("bad-10", organisation="FORMING"), ["organisation:state"]
    yield (
        worker("bad-11", name="赵会", id_number=elsewhere.person.id_number),
        ["organisation:member_elsewhere"],
    )


def test_five_thousand_with_every_bad_item_among_them_are_answered_one_by_one() -> None:
    bad = list(bad_people())
    before = Person.objects.count()
    good = [
        worker(f"g-{n}", id_number=_number(n), phone=f"139{n:08d}")
        for n in range(5_000 - len(bad))
    ]
    for place, (item, _codes) in enumerate(bad):
        good.insert(place * 400, item)

    answer = sent(county(), "people", good)

    told = results(answer)
    assert len(told) == 5_000
    wrong = [
        (i["external_id"], codes)
        for i, (_r, codes) in zip(good, told, strict=True)
        if codes
    ]
    assert wrong == [(item["external_id"], codes) for item, codes in bad]
    body = answer[1]
    assert (body["created"], body["refused"]) == (5_000 - len(bad), len(bad))
    assert Person.objects.count() == before + body["created"]
    assert ExternalId.objects.count() == body["created"]


def _number(number: int) -> str:
    body = f"110105{1960 + number // 1000}0304{number % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def test_bad_employers_and_unions_are_refused_each_for_its_reason() -> None:
    client = county()
    later = firm(1, counted_on="2025-07-31")
    assert results(sent(client, "employers", [later])) == [("created", [])]
    bad = [
        (firm(1, headcount=31), ["headcount:outdated"]),
        (firm(2, counted_on="2099-01-01"), ["counted_on:future"]),
        (firm(3, code="91350426000000000X"), ["code:uscc"]),
        (firm(4, keeper="999999"), ["keeper:unknown"]),
        (firm(5, code=whole_code("81350426", "MC000001")), ["code:uscc"]),
    ]
    told = results(sent(client, "employers", [item for item, _codes in bad]))
    assert told == [("refused", codes) for _item, codes in bad]
    assert Employer.objects.count() == 1
    day = {"founded_on": "2099-05-06", "document": "文"}
    one = {"external_id": "u", "code": "C1", "name": "厂工会", "parent": COUNTY}
    assert results(sent(client, "organisations", [one | day])) == [
        ("refused", ["founded_on:future"])
    ]
    day = {"founded_on": "2014-05-06", "document": "文"}
    circle = [
        one | day | {"code": "C2", "parent": "C3"},
        one | day | {"external_id": "v", "code": "C3", "parent": "C2"},
    ]
    assert refusal_of(sent(client, "organisations", circle))[:2] == (409, "parent")
    assert not Organisation.objects.filter(code__in=["C1", "C2", "C3"]).exists()


def test_an_external_id_ends_where_it_ends() -> None:
    client = county()
    for odd in ("a\n", "a\r", " a", "ａ", "a" * 65):
        assert refusal_of(sent(client, "people", [worker(odd)]))[:2] == (400, "shape")


# --- at once, and half-way


@pytest.mark.django_db(transaction=True)
def test_an_external_id_given_to_two_people_at_once_stays_with_the_first() -> None:
    client = county()
    first = person("先到")
    answers: list[tuple[int, dict[str, Any]]] = []
    item = worker("same", name="后到")
    with transaction.atomic():
        ExternalId.objects.create(
            client=ApiClient.objects.get(),
            kind="person",
            external_id="same",
            record_id=first.pk,
        )
        asking = beside(lambda: answers.append(sent(client, "people", [item], "k")))
        somebody_waits()
    asking.join(PATIENCE)

    (answer,) = answers
    assert refusal_of(answer)[:2] == (409, "conflict")
    assert not Person.objects.filter(name="后到").exists()
    # As the sentence says: the same key, and it is judged anew.
    assert results(sent(client, "people", [item], "k")) == [
        ("refused", ["external_id:external_id_taken"])
    ]


@pytest.mark.django_db(transaction=True)
def test_a_request_killed_half_way_leaves_nothing_and_may_be_sent_again() -> None:
    token = token_of(registered(COUNTY, may_write=True))
    client = Client(
        headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False
    )
    items = [worker(f"k-{n}") for n in range(3)]
    answers: list[tuple[int, dict[str, Any]]] = []
    with transaction.atomic():
        # The people are written, the ids are not: there the request waits.
        connection.cursor().execute("LOCK TABLE members_externalid IN SHARE MODE")
        asking = beside(lambda: answers.append(sent(client, "people", items, "k")))
        waits = somebody_waits()
        connection.cursor().execute("SELECT pg_terminate_backend(%s)", [waits])
        asking.join(PATIENCE)

    assert refusal_of(answers[0])[:2] == (503, "unavailable")
    assert not Person.objects.filter(name="张小三").exists()
    assert results(sent(client, "people", items, "k")) == [("created", [])] * 3
    again = sent(client, "people", items, "k")
    assert results(again) == [("created", [])] * 3
    assert Person.objects.filter(name="张小三").count() == 3


# --- the feed after merges


def changes(client: Client, cursor: str) -> dict[int, tuple[str, int | None]]:
    answer = client.get(f"{API}/changes/", {"cursor": cursor})
    assert answer.status_code == 200, answer.content
    lines = json.loads(answer.content)["changes"]
    return {one["id"]: (one["change"], one["moved_to"]) for one in lines}


def cursor_of(client: Client) -> str:
    settled()
    return str(json.loads(client.get(f"{API}/changes/").content)["cursor"])


@pytest.mark.django_db(transaction=True)
def test_merges_lead_on_where_the_client_sees_and_are_gone_where_not() -> None:
    here, there = county(), bearing(token_of(registered(NEXT_COUNTY)))
    kept, double = person("周一"), person("周一")
    mine, theirs = person("吴二"), person("吴二", at=NEXT_COUNTY)
    old, new = basic_union("旧厂"), basic_union("新厂")
    start = cursor_of(here)
    merge = propose_merge(
        kept_id=kept.pk,
        duplicate_id=double.pk,
        reason="同一人",
        on=ON,
        by=staff("maker"),
    )
    merge_people(merge_id=merge.pk, on=ON, by=staff("checker"))
    Person.objects.filter(pk=mine.pk).update(merged_into=theirs)
    merge_organisation(
        organisation_id=old.pk,
        into_id=new.pk,
        document="文",
        on=ON,
        by=SYSTEM,
    )
    settled()

    told = changes(here, start)
    assert told[double.pk] == ("moved", kept.pk)
    assert told[mine.pk] == ("gone", None)
    assert told[old.pk] == ("moved", new.pk)
    # Another's cursor is a place in time, not a right: each hears of his own.
    assert set(changes(there, start)) <= {theirs.pk}
    answer = here.get(f"{API}/people/{double.pk}/")
    assert (answer.status_code, answer["Location"]) == (301, f"{API}/people/{kept.pk}/")
    assert here.get(f"{API}/people/{mine.pk}/").status_code == 404
    moved = worker("m", name="吴二", id_number=mine.id_number)
    ((_result, codes),) = results(sent(here, "people", [moved], uuid4().hex))
    assert codes == ["id_number:moved"]

    middle = cursor_of(here)
    undo_merge(merge_id=merge.pk, reason="不是同一人", on=ON, by=staff("checker"))
    settled()
    assert changes(here, middle)[double.pk] == ("changed", None)
    assert here.get(f"{API}/people/{double.pk}/").status_code == 200
    ends = cursor_of(here)
    count = Change.objects.count()
    assert changes(here, ends) == {}
    assert Change.objects.count() == count
