"""Searching people: every way to name somebody is the beginning of an index."""

import pytest
from django.db import connection

from members.models import Membership, Person
from members.queries.membership import membership_conditions
from members.queries.person import (
    persons_matching,
    persons_visible_to,
    search_conditions,
)
from tests.members.builders import CITY, PROVINCE, person, staff
from unionportal.core.admin.keyset import Leg

pytestmark = pytest.mark.django_db

SERVED = {
    "": ["members_person_pkey"],
    "zhangxiao": ["person_by_spelling", "person_by_letters"],
    "zxs": ["person_by_spelling", "person_by_letters"],
    "张小": ["person_by_name_and_id"],
}


@pytest.fixture
def by_index_alone() -> None:
    """Let the planner sort or read a table whole only where it has no other way."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "sort", "incremental_sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def plan_of(leg: Leg[Person] | Leg[Membership], after: int = 0) -> str:
    rows = leg.after(after).values_list("pk")[:51]
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("typed", SERVED)
@pytest.mark.parametrize("at", [PROVINCE, CITY])
def test_rows_come_in_the_order_of_an_index_and_are_never_sorted(
    typed: str, at: str, by_index_alone: None
) -> None:
    someone = person("张小三")
    people = persons_visible_to(staff("maker", at=at))
    legs = [Leg(people.filter(found), by) for by, found in search_conditions(typed)]
    for leg, index in zip(legs, SERVED[typed], strict=True):
        for plan in (plan_of(leg), plan_of(leg, someone.pk)):
            assert index in plan
            assert "Sort" not in plan


def test_whole_numbers_are_found_by_their_blind_indexes(by_index_alone: None) -> None:
    someone = person("张小三", phone="13812341234")
    people = persons_visible_to(staff("maker", at=PROVINCE))
    with connection.cursor() as cursor:  # few rows: read by two indexes, then sorted
        cursor.execute("SET LOCAL enable_sort = on; SET LOCAL enable_indexscan = off")
    for typed in (someone.id_number, "13812341234"):
        ((by, found),) = search_conditions(typed)
        plan = plan_of(Leg(people.filter(found), by))
        assert "person_once_per_id_number" in plan
        assert "person_by_phone" in plan


def test_members_are_found_by_the_same_indexes(by_index_alone: None) -> None:
    ((by, found),) = membership_conditions("00000001")
    plan = plan_of(Leg(Membership.objects.filter(found), by))
    assert "members_membership_number" in plan
    ((by, found),) = membership_conditions("张小")
    plan = plan_of(Leg(Membership.objects.filter(found), by))
    assert "person_by_name_and_id" in plan


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zeng", ["曾小三"]),
        ("ZengXiao", ["曾小三"]),
        ("zx", ["曾小三"]),
        ("shan", ["单雄"]),
        ("sx", ["单雄"]),
        ("cyf", ["单于飞"]),
        ("qiu", ["仇英"]),
        ("ceng", []),
        ("单", ["单雄", "单于飞"]),
        ("小三", []),
    ],
)
def test_names_are_found_by_their_beginning_and_surnames_as_they_are_spoken(
    typed: str, expected: list[str]
) -> None:
    for name in ("曾小三", "单雄", "单于飞", "仇英"):
        person(name)
    found = persons_matching(Person.objects.order_by("id"), typed)
    assert list(found.values_list("name", flat=True)) == expected
