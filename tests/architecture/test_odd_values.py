"""What nobody types into an address or a form by hand crashes no page.

Every list of the staff site and every page of the public, asked for as the county's
officer: with a zero sign, and with a number longer than Python reads.
"""

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.architecture.doors import DOORS
from tests.architecture.house import House, build, visitors
from tests.architecture.test_doors import addresses, paths_of
from tests.members.builders import notice, person
from unionportal.core.typed import record_key

ODD = ("%00", "9" * 5000)
NAMES = ("q", "after", "round", "from", "line", "name", "search", "number", "batch")
QUERIES = tuple("&".join(f"{name}={odd}" for name in NAMES) for odd in ODD)
CRASH = 500
# A probe says 503 while no worker answers, and there is none here.
PROBES = ("health",)


def crashes(client: Client, house: House) -> list[str]:
    """The addresses without a record's key that answer with our fault."""
    patterns = dict(addresses(get_resolver()))
    client.raise_request_exception = False
    found = []
    for name, door in DOORS.items():
        if name in PROBES:
            continue
        (path,) = paths_of(door, patterns[name], house, "get")
        for query in QUERIES:
            answer = client.get(f"{path}?{query}")
            b"".join(answer)  # a file is read to its end, and so closed
            if answer.status_code >= CRASH:
                found.append(f"{name} {path}?{query[:20]}")
    return found


def test_no_page_crashes_over_an_odd_address(db: None) -> None:
    house = build()
    assert crashes(visitors(house.officer)["own"], house) == []


@pytest.mark.parametrize("odd", ["\0", "9" * 19, "9" * 5000, "٣", "-1"])
def test_odd_line_of_a_notice_does_not_exist(
    db: None, client: Client, odd: str
) -> None:
    shown = notice(person())
    answer = client.post(f"/notices/{shown.pk}/object/", {"line": odd, "text": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("typed", "key"),
    [("17", 17), ("0017", 17), ("", 0), ("-1", 0), ("٣", 0), ("9" * 19, 0)],
)
def test_key_of_a_record_is_a_number_that_fits(typed: str, key: int) -> None:
    assert record_key(typed) == key
