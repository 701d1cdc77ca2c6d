"""Searching people: every way to name somebody is the beginning of an index."""

from copy import copy

import pytest
from django.db import connection

from members.enums import SkillGrade, TargetGroup
from members.models import Membership, Person
from members.queries.filters import PersonFilter
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


def crowd(someone: Person) -> None:
    """So many others that reading any index from end to end is the dearer way."""
    twins = []
    for number in range(500):
        twin = copy(someone)
        twin.pk, twin.phone, twin.phone_index = None, None, ""
        twin.id_number_index = f"{number:032d}"
        twins.append(twin)
    Person.objects.bulk_create(twins)


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
    crowd(someone)
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


@pytest.mark.parametrize("at", [PROVINCE, CITY])
def test_a_group_and_a_grade_are_read_in_the_order_of_their_own_indexes(
    at: str, by_index_alone: None
) -> None:
    someone = person("张小三")
    people = persons_visible_to(staff("maker", at=at))
    chosen = [("group", one, f"person_of_{one}") for one in TargetGroup.values]
    chosen += [("skill", one, "person_by_skill") for one in SkillGrade.values]
    for name, value, index in chosen:
        leg = Leg(PersonFilter({name: value}, queryset=people).qs)
        for plan in (plan_of(leg), plan_of(leg, someone.pk)):
            assert index in plan
            assert "Sort" not in plan


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


def test_people_are_narrowed_by_group_and_grade() -> None:
    driver = person("公交甲")
    Person.objects.filter(pk=driver.pk).update(
        target_groups=["bus", "migrant"], skill_grade="one"
    )
    Person.objects.filter(pk=person("环卫乙").pk).update(target_groups=["sanitation"])
    person("无丙")
    everybody = Person.objects.order_by("id")

    def found(**asked: str) -> list[str]:
        return [one.name for one in PersonFilter(asked, queryset=everybody).qs]

    assert found(group="bus") == ["公交甲"]
    assert found(group="migrant", skill="one") == ["公交甲"]
    assert found(group="sanitation", skill="one") == []
    assert found(group="", skill="") == ["公交甲", "环卫乙", "无丙"]
