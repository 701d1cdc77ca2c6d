"""Employers: once by their own code, covered by a union, closed down."""

from dataclasses import replace
from datetime import date

import pytest
from django.apps import apps

from members.actions.employer import (
    EmployerEntry,
    change_employer,
    close_employer,
    cover_employer,
    register_employer,
)
from members.enums import Role
from members.models import Employer
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
CODE = "91350100M000100Y43"
ENTRY = EmployerEntry(
    name="尤溪某某纺织有限公司",
    division_id=COUNTY,
    ownership="private",
    trade="C",
    headcount=40,
    counted_on=date(2025, 6, 30),
)


def registered() -> Employer:
    return register_employer(
        code=CODE, keeper_id=union().pk, entry=ENTRY, on=ON, by=staff(Role.MAKER)
    )


def test_employer_is_registered_once_by_its_own_code() -> None:
    made = registered()
    assert (made.code, made.headcount, made.organisation_id) == (CODE, 40, None)
    with pytest.raises(Refusal, match="已登记"):
        registered()
    with pytest.raises(Refusal, match="工会的代码"):
        register_employer(
            code="81330182MC1234566Y",
            keeper_id=union().pk,
            entry=ENTRY,
            on=ON,
            by=SYSTEM,
        )
    assert Employer.objects.count() == 1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (replace(ENTRY, counted_on=None), "一起填写"),
        (replace(ENTRY, counted_on=date(2025, 12, 2)), "不能晚于今天"),
        (replace(ENTRY, division_id="999999"), "没有这个区划"),
    ],
)
def test_entry_that_cannot_be_true_is_refused(entry: EmployerEntry, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        register_employer(
            code=CODE, keeper_id=union().pk, entry=entry, on=ON, by=SYSTEM
        )
    assert Employer.objects.count() == 0


def test_change_keeps_what_was_and_says_what_changed() -> None:
    made = registered()
    fewer = replace(ENTRY, headcount=20)
    for _again in range(2):
        change_employer(employer_id=made.pk, entry=fewer, on=ON, by=SYSTEM)
    assert (
        apps.get_model("members", "EmployerEvent")
        ._default_manager.filter(headcount=40)
        .exists()
    )
    assert AuditEntry.objects.get(verb="change").changes == {"headcount": [40, 20]}


def test_covered_by_a_union_within_reach() -> None:
    made, joint = registered(), basic_union("园区联合")
    far = union(NEXT_COUNTY)
    with pytest.raises(Refusal, match="登记用人单位"):
        cover_employer(
            employer_id=made.pk, organisation_id=far.pk, on=ON, by=staff(Role.MAKER)
        )
    cover_employer(
        employer_id=made.pk, organisation_id=joint.pk, on=ON, by=staff(Role.MAKER)
    )
    made.refresh_from_db()
    assert (made.organisation_id, made.covered_on) == (joint.pk, ON)


def test_closed_employer_changes_no_more() -> None:
    made = registered()
    close_employer(employer_id=made.pk, closed_on=ON, reason="注销", on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="停业"):
        change_employer(employer_id=made.pk, entry=ENTRY, on=ON, by=SYSTEM)
