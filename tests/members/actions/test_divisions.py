"""The reference load: complete, well-formed, and nothing the second time."""

from datetime import date

import pytest
from django.db import connection

from members.actions.divisions import (
    ReferenceLoad,
    load_organisations,
    load_reference,
)
from members.actions.organisation import Founding, apply_for_organisation
from members.enums import DivisionLevel
from members.models import Division, Organisation
from tests.members.builders import CITY, COUNTY, ON, staff, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def problems() -> list[str]:
    """Places of unions the tree library would stumble over, found set-wise."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH children AS (
                SELECT left(path, -4) AS path, count(*) AS counted
                FROM members_organisation GROUP BY 1
            )
            SELECT o.path FROM members_organisation o
            LEFT JOIN children c USING (path)
            WHERE o.path !~ '^([0-9A-Z]{4})+$'
                OR o.depth <> length(o.path) / 4
                OR o.numchild <> COALESCE(c.counted, 0)
            UNION ALL
            SELECT c.path FROM children c
            LEFT JOIN members_organisation o USING (path)
            WHERE o.id IS NULL AND c.path <> ''
            """
        )
        return [row[0] for row in cursor.fetchall()]


def test_tree_check_finds_a_wrong_count() -> None:
    Organisation.objects.filter(code=COUNTY).update(numchild=99)
    assert problems() == [union().path]


def test_reference_holds_every_division() -> None:
    counted = {
        level: Division.objects.filter(level=level).count()
        for level in DivisionLevel.values
    }
    assert counted == {
        "province": 31,
        "prefecture": 342,
        "county": 2975,
        "township": 41352,
    }


def test_reference_load_twice_changes_nothing() -> None:
    entries = AuditEntry.objects.count()
    again = load_reference(on=date(2030, 1, 1), by=SYSTEM)
    assert again == ReferenceLoad(divisions=0, organisations=0)
    assert AuditEntry.objects.count() == entries


def test_every_division_has_its_union_in_a_sound_tree() -> None:
    assert Organisation.objects.count() == Division.objects.count()
    assert problems() == []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM members_organisation o
            JOIN members_division d ON d.code = o.code
            LEFT JOIN members_organisation above ON above.code = d.parent_id
            WHERE left(o.path, -4) <> COALESCE(above.path, '')
                OR o.level <> d.level OR o.division_id <> o.code
            """
        )
        assert cursor.fetchone() == (0,)


def test_townships_of_a_city_without_counties_hang_on_the_city() -> None:
    township = union("441900003")
    assert (township.depth, township.path[:8]) == (3, union("441900").path)


def test_new_division_gets_a_union_after_its_siblings() -> None:
    before = union(CITY).numchild
    Division.objects.create(
        code="350499", name="新设区", level=DivisionLevel.COUNTY, parent_id=CITY
    )
    assert load_organisations(on=ON, by=SYSTEM) == 1
    made = union("350499")
    assert (made.name, made.path[:8]) == ("新设区总工会", union(CITY).path)
    assert union(CITY).numchild == before + 1
    assert problems() == []


def test_division_that_has_ended_gets_no_union() -> None:
    Division.objects.create(
        code="350498",
        name="旧区",
        level=DivisionLevel.COUNTY,
        parent_id=CITY,
        valid_to=date(2020, 1, 1),
    )
    assert load_organisations(on=ON, by=SYSTEM) == 0


def test_reference_load_is_for_the_system_only() -> None:
    Division.objects.filter(pk="350426101").update(name="改名镇")
    with pytest.raises(Refusal):
        load_reference(on=ON, by=staff("administrator"))
    assert Division.objects.get(pk="350426101").name == "改名镇"


def test_basic_union_is_founded_below_its_parent() -> None:
    entry = Founding(
        parent_id=union().pk,
        code="81350426MC0000001X",
        name="尤溪县某某公司工会委员会",
        short_name="某某公司",
    )
    founded = apply_for_organisation(entry=entry, on=ON, by=staff("maker"))
    assert (founded.level, founded.division_id) == ("basic", COUNTY)
    assert founded.path.startswith(union().path)
    assert problems() == []


def test_founding_refuses_a_taken_code_and_a_foreign_place() -> None:
    before = Organisation.objects.count()
    taken, foreign = (COUNTY, union()), ("X1", union("350430"))
    for (code, parent), words in ((taken, "已被使用"), (foreign, "经办")):
        entry = Founding(parent_id=parent.pk, code=code, name="某工会", short_name="某")
        with pytest.raises(Refusal, match=words):
            apply_for_organisation(entry=entry, on=ON, by=staff("maker"))
    assert Organisation.objects.count() == before
