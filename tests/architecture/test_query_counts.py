"""A page asks the database as often for two hundred rows as for twenty (promise P12).

Every address of the resolver that the county's own people may read, at three sizes of
the county. Counted is what the page asks itself: not the session, the user, his
posts and when he was last seen, or the token and its union, which every page needs;
nor the number of unread messages, which every page of a worker shows.
"""

import re
from http import HTTPStatus

from django.core.cache import cache
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from members.actions.user import sign_in_worker
from tests.architecture.crowd import crowded
from tests.architecture.doors import DOORS
from tests.architecture.house import WORKER_BACKEND, House, build, signed_in, visitors
from tests.architecture.test_doors import addresses, paths_of
from tests.assistance import builders as make

Reader = tuple[str, str]
"""Who reads, and the name of the address."""

SIZES = (range(1, 20), range(20, 200))
WHO_IS_IT = {"own": 4, "own_system": 3, "worker": 3}
LIST, RECORD = 6, 10
# Pages of many parts, each of which asks once.
LARGER: dict[str, tuple[int, str]] = {
    "admin:index": (
        64,
        "every work queue of the portal, and the figures of the first page",
    ),
    "staff_assistance:round": (
        28,
        "answers, reasons, ends, notices, batches, jobs, sample, certificate, trail",
    ),
    "staff_assistance:reconciliation": (
        13,
        "statement, books, open items on both sides, signatures, files, trail",
    ),
    "admin:members_person_change": (
        15,
        "person, employers, standings of both registers, merges, who looked, trail",
    ),
    "members:record": (39, "what each app holds of the person, who looked, requests"),
    "members:record-copy": (30, "what each app holds of the person"),
    "members:membership": (7, "standing, card, transfer, history, entitlements"),
    "members:me": (8, "person, cards, consents, messages, a waiting change of phone"),
    "home": (22, "account, notices, matters, exits, applications, what could be had"),
    "staff_members:privacy-request": (
        11,
        "request, person, what is held, duties, what was said before, trail",
    ),
    "staff_assistance:dossier": (
        16,
        "household, its members' words, class proposed, exit told, visits and papers, answers, trail",
    ),
    "assistance:matter": (11, "answer, notice, claim, payment, card, questions"),
    "assistance:matter-list": (
        10,
        "each matter with its answer, notice, claim, payment and card",
    ),
}
# What pghistory sends ahead of a statement, and what moves the transaction alone.
AHEAD = re.compile(r"^SELECT set_config\('pghistory[^;]*; ")
CONTROL = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET )")


def readers(house: House) -> dict[str, Client]:
    """Those who may read the county's records; the worker is one of its households."""
    knocking = visitors(house.officer)
    worker = sign_in_worker(person_id=house.keys["members_person"], on=make.ON)
    return {
        "own": knocking["own"],
        "own_system": knocking["own_system"],
        "worker": signed_in(worker, WORKER_BACKEND),
    }


def asked(house: House, clients: dict[str, Client]) -> dict[Reader, int]:
    """How often each page asks, of those that show something."""
    patterns = dict(addresses(get_resolver()))
    found = {}
    for name, door in DOORS.items():
        (path,) = paths_of(door, patterns[name], house, "get")
        for who, client in clients.items():
            cache.clear()
            reset_queries()  # the log holds nine thousand and warns beyond
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
                b"".join(answer)  # a file is read to its end, and so closed
            if answer.status_code == HTTPStatus.OK:
                told = [AHEAD.sub("", query["sql"]) for query in queries]
                own = sum(1 for sql in told if not CONTROL.match(sql))
                found[who, name] = own - WHO_IS_IT[who]
    return found


def most(name: str) -> int:
    """What a page may ask: a record more than a list, a page of many parts its own."""
    if name in LARGER:
        return LARGER[name][0]
    return RECORD if DOORS[name].key else LIST


def test_no_page_asks_more_often_when_there_are_more_rows(db: None) -> None:
    house = build()
    clients = readers(house)
    one = asked(house, clients)
    twenty, many = (
        asked(house := crowded(house, numbers), clients) for numbers in SIZES
    )

    assert len(many) > 90, "the pages were not reached"
    grown = [
        f"{who} {name}: {one.get((who, name))}, {twenty[who, name]}, {count}"
        for (who, name), count in many.items()
        # A first row may bring a look at what hangs on it; no further one does.
        if count != twenty[who, name] or count > one.get((who, name), count) + 1
    ]
    assert not grown, "\n".join(grown)
    excessive = [
        f"{who} {name}: {count} > {most(name)}"
        for (who, name), count in many.items()
        if count > most(name)
    ]
    assert not excessive, "\n".join(excessive)
