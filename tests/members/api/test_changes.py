"""Changes since a cursor: nothing that was committed is ever skipped."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.test import Client

from members.actions.employer import EmployerEntry, close_employer, register_employer
from members.actions.person import change_phone
from members.enums import RecordKind
from members.models import Change, Person
from members.rules.uscc import whole_code
from tests.assistance.api.callers import API, caller, refusal
from tests.members.api.horizon import settled
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.embedded import SUPERUSER, Engines


def read(client: Client, **query: str) -> dict[str, Any]:
    answer = client.get(f"{API}/changes/", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = json.loads(answer.content)
    return body


def told(page: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(one["kind"], one["id"], one["change"]) for one in page["changes"]]


def elsewhere(act: Callable[[], object]) -> None:
    """Run in a thread of its own, with its own connection, and wait for its end."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


@contextmanager
def stranger(engines: Engines) -> Iterator[None]:
    """A transaction in another database of the cluster, open all the while."""
    dsn = engines.addresses.database(role=SUPERUSER, name="postgres")
    with closing(psycopg2.connect(dsn)) as other:
        other.cursor().execute("SELECT pg_current_xact_id()")
        yield


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_told_late_and_never_skipped(
    running_engines: Engines,
) -> None:
    county, neighbour = caller(COUNTY), caller(NEXT_COUNTY)
    settled()
    start = read(county)["cursor"]
    first = person("先写")
    settled()

    with transaction.atomic():
        slow = person("后提交")  # its number is drawn, and it is not committed
        elsewhere(lambda: person("先提交"))
        quick = Person.objects.get(name="先提交")
        seen: list[dict[str, Any]] = []
        elsewhere(lambda: seen.append(read(county, cursor=start)))
        (early,) = seen
        # The quick one has committed; a cursor past it would pass the slow one too.
        assert told(early) == [("person", first.pk, "changed")]
    settled()
    late = read(county, cursor=early["cursor"])
    assert told(late) == [
        ("person", slow.pk, "changed"),
        ("person", quick.pk, "changed"),
    ]
    assert read(county, cursor=late["cursor"])["changes"] == []

    _every_kind_is_told(county, neighbour, late["cursor"])
    with stranger(running_engines):
        held = person("等别的库")
        waits = read(county)["cursor"]
        assert read(county, cursor=waits)["changes"] == []
    settled()
    assert told(read(county, cursor=waits)) == [("person", held.pk, "changed")]

    _pages_join(county, start)


def _every_kind_is_told(county: Client, neighbour: Client, cursor: str) -> None:
    """What moved leads on, what left is gone, and a neighbour hears of his own only."""
    settled()
    theirs = read(neighbour)["cursor"]
    old, kept = person("李四"), person("李四")
    Person.objects.filter(pk=old.pk).update(merged_into=kept)
    leaving = person("调走")
    Person.objects.filter(pk=leaving.pk).update(organisation=union(NEXT_COUNTY))
    entry = EmployerEntry(name="厂", division_id=COUNTY)
    code = whole_code("91350426", "00000077")
    firm = register_employer(
        code=code, keeper_id=union(COUNTY).pk, entry=entry, on=ON, by=SYSTEM
    )
    close_employer(employer_id=firm.pk, closed_on=ON, reason="注销", on=ON, by=SYSTEM)
    works = basic_union("某厂")
    change_phone(person_id=kept.pk, phone="13800138000", on=ON, by=SYSTEM)
    settled()

    page = read(county, cursor=cursor)
    assert told(page) == [
        ("person", old.pk, "moved"),
        ("person", leaving.pk, "gone"),
        ("employer", firm.pk, "gone"),
        ("organisation", works.pk, "changed"),
        ("person", kept.pk, "changed"),
    ]
    assert page["changes"][0]["moved_to"] == kept.pk
    assert told(read(neighbour, cursor=theirs)) == [("person", leaving.pk, "changed")]
    assert told(read(county, cursor=cursor, kind="employer")) == [
        ("employer", firm.pk, "gone")
    ]
    before = Change.objects.count()
    Person.objects.filter(pk=kept.pk).update(phone=kept.phone or "13800138000")
    assert Change.objects.count() == before  # sealed anew, and nothing to tell


def _pages_join(county: Client, start: str) -> None:
    whole = told(read(county, cursor=start))
    cursor, pages, has_more = start, [], True
    while has_more:
        page = read(county, cursor=cursor, page_size="2")
        pages += told(page)
        cursor, has_more = page["cursor"], page["has_more"]
    assert set(pages) == set(whole)
    assert {kind for kind, _id, _change in whole} <= set(RecordKind.values)


@pytest.mark.django_db
def test_cursors_of_another_life_and_made_up_ones_are_refused() -> None:
    county = caller(COUNTY)
    now = read(county)["cursor"]
    era, transaction_, number = now.split(".")

    lost = county.get(f"{API}/changes/", {"cursor": f"1-00000001.{transaction_}.1"})
    ahead = county.get(f"{API}/changes/", {"cursor": f"{era}.{10**17}.{number}"})
    made_up = county.get(f"{API}/changes/", {"cursor": "x"})
    unknown = county.get(f"{API}/changes/", {"after": "1"})
    sizes = [county.get(f"{API}/changes/", {"page_size": n}) for n in ("0", "1001")]

    assert refusal(lost) == (409, "client_error", "cursor_lost")
    assert refusal(ahead) == (409, "client_error", "cursor_lost")
    for answer in (made_up, unknown, *sizes):
        assert refusal(answer)[:2] == (400, "validation_error")
