"""Every address of the portal, and what each kind of visitor gets there.

The visitors: nobody (`anonymous`), a worker of the next county (`worker`), the next
county's staff with every role (`neighbour`), its system with a token
(`neighbour_system`), and the county's own staff (`own`) and system (`own_system`).
None but the last two may read a word of the county's records, or change one.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.doors import DOORS, FORM, Door
from tests.architecture.house import (
    NAME,
    STAFF_BACKEND,
    House,
    build,
    signed_in,
    staff_of_all_roles,
    visitors,
)
from tests.assistance import builders as make
from unionportal.core.models.audit import AuditEntry

TABLE = "tests/architecture/doors.py"
OWN = {"own", "own_system"}
METHODS = ("get", "post")
# Doors that must show the county its own records, or the search for words is blind.
SHOWING = {
    "staff_assistance:batch",
    "staff_assistance:determination",
    "staff_assistance:dossier",
    "staff_assistance:dossiers",
    "staff_assistance:inquiry",
    "staff_assistance:payment",
    "staff_assistance:outstanding",
    "staff_assistance:reconciliation",
    "staff_assistance:statement",
    "staff_assistance:statement-line",
    "admin:members_person_change",
    "admin:members_person_changelist",
    "assistance_api:dossiers",
    "assistance_api:payments",
    "assistance_api:statement-lines",
    "members_api:people",
    "members_api:person",
    "members_api:employers",
}
# Doors where a human sees full numbers: for a reason, and written down.
IN_FULL = {"admin:members_person_reveal", "staff_messages:message-phone"}


def addresses(
    resolver: URLResolver, prefix: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Name and pattern of every address; the pattern stands for a missing name."""
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name)) if entry.name else pattern, pattern
        else:
            space = (entry.namespace,) if entry.namespace else ()
            yield from addresses(entry, pattern, (*spaces, *space))


def test_every_address_has_an_entry() -> None:
    missing = sorted({name for name, _ in addresses(get_resolver())} - set(DOORS))
    assert not missing, (
        f"New addresses: {missing}. Add each to DOORS in {TABLE}, with what every "
        "visitor gets there."
    )


def test_every_entry_has_an_address() -> None:
    gone = sorted(set(DOORS) - {name for name, _ in addresses(get_resolver())})
    assert not gone, f"No such address any more: {gone}. Take it out of {TABLE}."


# --- the walk


class Crash(Exception):  # noqa: N818 - no error of ours
    """A door answered 500."""


@dataclass(frozen=True)
class Visit:
    """One visitor at one door, and how he came away."""

    door: str
    path: str
    method: str
    who: str
    expected: str
    got: str
    words: tuple[str, ...]
    has_full_number: bool
    has_changed_something: bool

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.path} ({self.door})"


@pytest.fixture
def visits(db: None) -> list[Visit]:
    """Every visitor at every door; nothing that a visit wrote stays."""
    house = build()
    knocking = visitors(house.officer)
    for client in knocking.values():
        client.raise_request_exception = False  # a crash is an answer too: 500
    patterns = dict(addresses(get_resolver()))
    return [
        visit(name, path, method, who, knocking[who], house)
        for name, door in DOORS.items()
        for method in METHODS
        for path in paths_of(door, patterns[name], house, method)
        for who in door.expected(method)
    ]


def paths_of(door: Door, pattern: str, house: House, method: str) -> list[str]:
    """The door's path before the county's record; posted to once for each verb."""
    if door.path:
        return [door.path.format(**house.keys)]
    key = str(house.keys.get(door.key, ""))
    path = re.sub(r"<(int:pk|str:pk|path:object_id)>", key, f"/{pattern}")
    verbs = door.verbs if method == "post" else door.verbs[:1]
    return [path.replace("<slug:verb>", verb) for verb in verbs]


def visit(
    name: str, path: str, method: str, who: str, client: Client, house: House
) -> Visit:
    """Knock once; what was written, also the throttles' counts, is undone."""
    cookies = deepcopy(client.cookies)
    cache.clear()
    with transaction.atomic():
        before = AuditEntry.objects.count()
        with suppress(Crash), transaction.atomic():
            answer = knock(client, method, path, DOORS[name].form)
            if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Crash  # the transaction may be broken
        has_changed = AuditEntry.objects.count() != before
        transaction.set_rollback(True)
    client.cookies = cookies
    body = b"".join(answer).decode("utf-8", "replace")
    return Visit(
        door=name,
        path=path,
        method=method,
        who=who,
        expected=DOORS[name].expected(method)[who],
        got=named(answer.status_code, answer.headers.get("Location", "")),
        words=tuple(word for word in house.marks if word in body),
        has_full_number=any(number in body for number in house.numbers),
        has_changed_something=has_changed,
    )


def knock(
    client: Client, method: str, path: str, form: Mapping[str, str]
) -> HttpResponseBase:
    """Ask; the API is sent JSON or, for a token, the form that OAuth2 wants."""
    if method == "get":
        return client.get(path)
    if path.endswith(("/token", "/revoke")):
        form_type = "application/x-www-form-urlencoded"
        return client.post(path, urlencode(form), content_type=form_type)
    if path.startswith("/api/"):
        return client.post(path, dict(form), content_type="application/json")
    return client.post(path, dict(form))


def named(status: int, target: str) -> str:
    """An answer in the words of the table."""
    if status != HTTPStatus.FOUND:
        return str(status)
    if target.startswith(("/login/", "/staff/login/")):
        return "login"
    return "desk" if target == "/staff/" else "moved"


def test_every_door_answers_as_the_table_says(visits: list[Visit]) -> None:
    wrong = [
        f"{one}: {one.got}, not {one.expected}"
        for one in visits
        if one.got != one.expected
    ]
    assert not wrong, "\n".join(wrong)

    told = [f"{one}: {one.words}" for one in visits if one.words and one.who not in OWN]
    assert not told, "\n".join(told)

    changed = [
        str(one)
        for one in visits
        if one.has_changed_something and one.who not in OWN | DOORS[one.door].writers
    ]
    assert not changed, "\n".join(changed)

    # Masked for every role: the county's own officer holds them all.
    unmasked = [
        f"{one}: {one.words}"
        for one in visits
        if one.has_full_number and one.who != "own_system" and one.door not in IN_FULL
    ]
    assert not unmasked, "\n".join(unmasked)

    shown = {one.door for one in visits if one.words and one.who in OWN}
    assert shown >= SHOWING, f"the search for words is blind at {SHOWING - shown}"


# --- a round of the province, which every county may open


def test_a_provincial_round_shows_the_next_county_its_own_alone(db: None) -> None:
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    household = make.dossier(NAME)
    make.dossier("李另户")
    make.dossier("邻户", at=make.NEXT_COUNTY)
    round_ = make.computed_round()
    knocking = visitors(staff_of_all_roles(make.COUNTY, "县里职员"))
    secrets = (NAME, "李另户", household.number, "1,800.00", "1800.00", "1,200.00")
    page = f"/staff/assistance/rounds/{round_.pk}/"
    api = f"/api/v1/rounds/{round_.pk}/"

    told = {
        path: [word for word in secrets if word in body_of(knocking[who], path)]
        for who, path in (
            ("neighbour", page),
            ("neighbour", f"{page}progress/"),
            ("neighbour", f"/staff/assistance/determinations/?round={round_.pk}"),
            ("neighbour", "/staff/assistance/rounds/"),
            ("neighbour", "/staff/"),
            ("neighbour_system", api),
            ("neighbour_system", f"{api}determinations/"),
            ("neighbour_system", f"{api}payments/"),
        )
    }

    assert {path: words for path, words in told.items() if words} == {}
    assert NAME in body_of(
        knocking["own"], f"/staff/assistance/determinations/?round={round_.pk}"
    )


def body_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("verb", DOORS["staff_assistance:round-verb"].verbs)
def test_a_provincial_round_is_not_moved_by_a_county(db: None, verb: str) -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    county = signed_in(staff_of_all_roles(make.COUNTY, "县里职员"), STAFF_BACKEND)
    before = AuditEntry.objects.count()

    answer = county.post(f"/staff/assistance/rounds/{round_.pk}/{verb}/", FORM)

    round_.refresh_from_db()
    assert answer.status_code == 302
    assert (round_.state, AuditEntry.objects.count()) == ("computed", before)
