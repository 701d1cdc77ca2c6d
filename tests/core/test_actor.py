"""Actors, seats, verdicts, and what they reach as a condition on a path."""

import pytest

from unionportal.core.actor import SYSTEM, Actor, Seat
from unionportal.core.errors import Refusal
from unionportal.core.models import Message
from unionportal.core.scope import outermost_paths, within
from unionportal.core.verdict import ALLOWED, denied

COUNTY = Seat("maker", 3, "000100020003")
CITY = Seat("maker", 2, "00010002")
DEPUTY = Seat("checker", 3, "000100020003", principal_id=9)


def staff(*seats: Seat) -> Actor:
    return Actor(kind="staff", name="王经办", user_id=7, seats=seats)


def test_seat_reaches_itself_and_what_is_below() -> None:
    officer = staff(COUNTY)
    assert officer.reaches("000100020003")
    assert officer.reaches("0001000200030001")
    assert not officer.reaches("00010002")
    assert not officer.reaches("000100020004")
    assert SYSTEM.reaches("9999")
    assert not staff().reaches("0001")


def test_seat_without_a_path_reaches_nothing() -> None:
    assert not staff(Seat("maker", 1, "")).reaches("0001")


def test_seat_for_a_role_prefers_the_nearest_and_one_s_own() -> None:
    own = Seat("checker", 2, "00010002")
    officer = staff(CITY, COUNTY, DEPUTY, own)
    place = "0001000200030001"
    assert officer.seat_for("maker", place) == COUNTY
    assert officer.seat_for("checker", place) == own
    assert officer.seat_for("approver", place) is None


def test_verdict_that_denies_raises_its_reason() -> None:
    ALLOWED.require()
    assert ALLOWED
    assert not denied("只有复核人可以办理。")
    with pytest.raises(Refusal, match="只有复核人") as refused:
        denied("只有复核人可以办理。").require()
    assert refused.value.code == "forbidden"


def test_inner_seats_add_nothing_to_outer_ones() -> None:
    assert outermost_paths(staff(COUNTY, CITY)) == ["00010002"]
    assert outermost_paths(staff(Seat("maker", 1, ""))) == []


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (SYSTEM, {"0001", "00010002", "000100020003", "000100020003000Z", "00010003"}),
        (staff(), set()),
        (staff(COUNTY), {"000100020003", "000100020003000Z"}),
        (staff(CITY, COUNTY), {"00010002", "000100020003", "000100020003000Z"}),
        (
            staff(COUNTY, Seat("maker", 4, "00010003")),
            {"000100020003", "000100020003000Z", "00010003"},
        ),
    ],
)
def test_within_selects_what_the_seats_reach(
    db: None, actor: Actor, expected: set[str]
) -> None:
    for path in ("0001", "00010002", "000100020003", "000100020003000Z", "00010003"):
        Message.objects.create(
            key=path, person_id=1, template="t", about_kind="x", about_id=1
        )
    found = Message.objects.filter(within(actor, "key"))
    assert set(found.values_list("key", flat=True)) == expected
