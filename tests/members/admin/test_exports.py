"""Files of the register hold what the search row asked for, and say so."""

from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from members.enums import Role, TargetGroup
from members.models import Disclosure, Person
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import NEXT_COUNTY, person, staff
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
PEOPLE = "admin:members_person_export"


def grouped(name: str, *groups: TargetGroup, at: str = "") -> Person:
    someone = person(name, at=at) if at else person(name)
    Person.objects.filter(pk=someone.pk).update(target_groups=list(groups))
    return someone


def test_people_of_a_group_are_exported_and_nobody_else() -> None:
    migrant = grouped("甲农", TargetGroup.MIGRANT)
    both = grouped("乙双", TargetGroup.MIGRANT, TargetGroup.SANITATION)
    for name, groups, at in (
        ("丙洁", (TargetGroup.SANITATION,), ""),
        ("丁常", (), ""),
        ("戊邻", (TargetGroup.MIGRANT,), NEXT_COUNTY),
    ):
        grouped(name, *groups, at=at)
    client = browser_of(staff(Role.MAKER))

    answer = client.post(
        f"{reverse(PEOPLE)}?group={TargetGroup.MIGRANT}", {"reason": "农民工摸底"}
    )

    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer)))
    told = str(book.get_sheet_by_index(0).to_python())
    named = [one for one in ("甲农", "乙双", "丙洁", "丁常", "戊邻") if one in told]
    assert named == ["甲农", "乙双"]
    assert str(TargetGroup.SANITATION.label) in told
    assert {one.person_id for one in Disclosure.objects.all()} == {migrant.pk, both.pk}
    entry = AuditEntry.objects.filter(verb="export_list").latest("id")
    assert (entry.changes["count"], "migrant" in entry.changes["filters"]) == (
        2,
        True,
    )
