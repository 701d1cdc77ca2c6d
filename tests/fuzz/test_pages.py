"""Junk in every field of every page, by those whom the page lets in and by strangers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from random import Random
from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver

from members.actions.user import sign_in_worker
from members.models import Person
from tests.architecture.doors import DOORS
from tests.architecture.house import WORKER_BACKEND, House, build, signed_in, visitors
from tests.architecture.test_doors import Crash, addresses, paths_of
from tests.assistance import builders as make
from tests.fuzz import WANTED
from tests.fuzz.digests import changed, digest
from tests.fuzz.forms import fields_of
from tests.fuzz.junk import TEXTS, WIRES

ROUNDS = int(WANTED or 1)  # tries at each address by each who may enter
FORM = "application/x-www-form-urlencoded"
# What Django says where nobody translated it.
ENGLISH = re.compile(
    "This field is required|Enter a (?:valid|number|whole)|Ensure this value"
    "|Select a valid choice|is not one of the available|Null characters are not"
    "|Traceback|cannot contain NUL"
)
# Names that a list takes beside its search row.
ASKED = {"after", "q", "page", "p", "o", "e", "round", "from", "line", "next", "term"}
# A probe says 500 while no worker answers, and there is none here.
PROBES = {"health", "ready"}
# Who came, when, and that he left: written down whatever he then asks.
SESSIONS = {
    *("django_session", "usersessions_usersession", "members_signinentry"),
    *("axes_accessattempt", "axes_accessfailurelog"),
}
# That somebody has read what was sent to him is his own mark, not an act.
MARKS = {
    "members:message-open": "core_message",
    "members:messages-read": "core_message",
}
SHUT = {"login", "desk", "403", "404", "405", "401"}


@dataclass(frozen=True)
class Target:
    """One address and method, who knocks, and the names of the fields it reads."""

    door: str
    method: str
    path: str
    who: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """Those who knock at the county's doors, where, and what stood before."""

    knocking: dict[str, Client]
    targets: list[Target]
    before: dict[str, str | None]


@pytest.fixture
def ground(db: None) -> Ground:
    house = build()
    knocking = visitors(house.officer)
    principal = Person.objects.get(pk=house.keys["members_person"])
    user = sign_in_worker(person_id=principal.pk, on=make.ON)
    knocking["principal"] = signed_in(user, WORKER_BACKEND)
    for client in knocking.values():
        client.raise_request_exception = False
    return Ground(knocking, list(targets_of(house, knocking)), digest())


def targets_of(house: House, knocking: dict[str, Client]) -> Iterator[Target]:
    """Each address for each who is let in; strangers of one kind at the others."""
    patterns = dict(addresses(get_resolver()))
    found = sorted(
        (name, method, path)
        for name, door in DOORS.items()
        for method in ("get", "post")
        for path in paths_of(door, patterns[name], house, method)
    )
    fields = fields_of(pages_of(found, knocking["own"], knocking["principal"]))
    for name, method, path in found:
        names = fields[(method, path)] | (ASKED if method == "get" else set())
        names = (names | set(DOORS[name].form)) if method == "post" else names
        for who in sorted(let_in(name, method)):
            yield Target(
                name, method, path, who, tuple(sorted(names - {"csrfmiddlewaretoken"}))
            )


def pages_of(found: list[tuple[str, str, str]], *readers: Client) -> dict[str, str]:
    """The HTML of every page, as each reader sees it."""
    pages: dict[str, str] = {}
    for path in sorted({path for _name, method, path in found if method == "get"}):
        for reader in readers:
            answer = reader.get(path)
            body = b"".join(answer).decode("utf-8", "replace")  # a file's end closes it
            if "html" in answer.headers.get("Content-Type", ""):
                pages[path] = pages.get(path, "") + body
    return pages


def let_in(name: str, method: str) -> set[str]:
    """Those whose input is read; where it is not, the table's own test is enough."""
    answers = DOORS[name].expected(method)
    inside = {who for who, got in answers.items() if got not in SHUT}
    if name.startswith(("assistance:", "members:")):
        inside.add("principal")
    if method == "post" and "own" in inside:
        inside.add("neighbour")
    return inside - ({"worker"} if "principal" in inside else set())


def junk_for(target: Target, chance: Random) -> list[tuple[str, bytes]]:
    """A form filled as it should be but for one field, or all of it junk."""
    names = chance.sample(target.names, min(len(target.names), chance.randint(1, 6)))
    junk = [(name, wire(chance)) for name in names]
    if target.method == "get" or chance.random() < 0.4:
        return junk
    right = {name: text.encode() for name, text in DOORS[target.door].form.items()}
    return [*(right | dict(junk[:1])).items(), *junk[-1:]]


def wire(chance: Random) -> bytes:
    kind = chance.random()
    if kind < 0.7:
        return chance.choice(TEXTS).encode("utf-8", "surrogatepass")
    if kind < 0.85:
        return chance.choice(WIRES)
    return bytes(chance.randrange(256) for _ in range(chance.randrange(30)))


def knock(
    client: Client, target: Target, sent: list[tuple[str, bytes]]
) -> HttpResponseBase:
    query = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in sent)
    if target.method == "get":
        return client.get(f"{target.path}?{query}")
    return client.post(target.path, query, content_type=FORM)


def faults_of(ground: Ground, target: Target, seed: int) -> Iterator[str]:
    """Knock once; whatever was done is undone."""
    sent = junk_for(target, Random(seed))  # noqa: S311
    client = ground.knocking[target.who]
    cookies = deepcopy(client.cookies)
    cache.clear()
    body, touched = "", set[str]()
    status = HTTPStatus.INTERNAL_SERVER_ERROR.value
    with transaction.atomic():
        with suppress(Crash), transaction.atomic():
            answer = knock(client, target, sent)
            body = b"".join(answer).decode("utf-8", "replace")
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Crash
            status = answer.status_code
            if target.method == "post":
                touched = changed(ground.before) - SESSIONS - {MARKS.get(target.door)}
        transaction.set_rollback(True)
    client.cookies = cookies
    where = f"{target.who} {target.method} {target.path} seed {seed} {sent!r}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and target.door not in PROBES:
        yield f"500: {where}"
    if english := ENGLISH.findall(body):
        yield f"{english}: {where}"
    # Who may act may also succeed; then the whole act is done and written down.
    may_act = target.who not in {"neighbour", "anonymous"}
    may_act = may_act or target.who in DOORS[target.door].writers
    if touched and not (may_act and "core_auditentry" in touched):
        yield f"{sorted(touched)}: {where}"


def test_junk_is_refused_and_nothing_is_done_in_part(ground: Ground) -> None:
    faults = [
        fault
        for seed in range(ROUNDS)
        for number, target in enumerate(ground.targets)
        for fault in faults_of(ground, target, seed * 10_000 + number)
    ]
    assert faults == [], "\n".join(faults)
