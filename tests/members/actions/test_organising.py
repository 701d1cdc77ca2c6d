"""Guidance towards a union: who may answer, what is noted, and the two ways it ends."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.actions.employer import (
    EmployerEntry,
    change_employer,
    cover_employer,
    register_employer,
)
from members.actions.organising import (
    end_organising,
    found_organising,
    hand_over_organising,
    note_organising,
    start_organising,
)
from members.enums import OrganisingState, Role
from members.models import Employer, OrganisingCase
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

DUE = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


def firm(headcount: int = 40) -> Employer:
    return register_employer(
        code="91350100M000100Y43",
        keeper_id=union().pk,
        entry=EmployerEntry(
            name="县里纺织厂", division_id=COUNTY, headcount=headcount, counted_on=ON
        ),
        on=ON,
        by=SYSTEM,
    )


def started(of: Employer) -> OrganisingCase:
    maker = staff(Role.MAKER)
    return start_organising(
        employer_id=of.pk,
        responsible_id=maker.user_id or 0,
        due_on=DUE,
        on=ON,
        by=maker,
    )


def verbs(case: OrganisingCase) -> list[str]:
    found = AuditEntry.objects.filter(
        subject_kind="members.organisingcase", subject_id=case.pk
    )
    return list(found.order_by("id").values_list("verb", flat=True))


def test_it_begins_for_25_and_more_without_a_union_once_by_somebody_in_charge() -> None:
    of = firm(24)
    with pytest.raises(Refusal, match="不满 25 人"):
        started(of)
    entry = EmployerEntry(name=of.name, division_id=COUNTY, headcount=25, counted_on=ON)
    change_employer(employer_id=of.pk, entry=entry, on=ON, by=SYSTEM)
    stranger = staff(Role.MAKER, at=NEXT_COUNTY)
    charge: dict[str, Any] = {"employer_id": of.pk, "due_on": DUE, "on": ON}
    with pytest.raises(Refusal, match="责任工会或其上级工会任职"):
        start_organising(
            **charge, responsible_id=stranger.user_id or 0, by=staff(Role.MAKER)
        )
    with pytest.raises(Refusal, match="岗位"):
        start_organising(**charge, responsible_id=stranger.user_id or 0, by=stranger)
    case = started(of)
    assert (case.state, case.due_on) == (OrganisingState.GUIDING, DUE)
    with pytest.raises(Refusal, match="已有进行中"):
        started(of)
    with pytest.raises(IntegrityError, match="不能删除"), transaction.atomic():
        case.delete()


def test_it_is_noted_handed_over_and_ends_with_the_union_that_came() -> None:
    of = firm()
    case, other = started(of), staff(Role.MAKER)
    told: dict[str, Any] = {"case_id": case.pk, "on": ON, "by": other}
    with pytest.raises(Refusal, match="不能晚于今天"):
        note_organising(**told, happened_on=DUE, said="上门")
    note_organising(**told, happened_on=ON, said=" 上门见厂长 ")
    hand_over_organising(
        **told, responsible_id=other.user_id or 0, due_on=date(2026, 4, 1)
    )
    with pytest.raises(Refusal, match="先在单位页面登记建会"):
        found_organising(**told)
    came = basic_union("纺织厂")
    cover_employer(employer_id=of.pk, organisation_id=came.pk, on=ON, by=SYSTEM)
    ended = found_organising(**told)
    assert (ended.state, ended.organisation_id, ended.responsible_id) == (
        *(OrganisingState.FOUNDED, came.pk),
        other.user_id,
    )
    assert [step.said for step in case.steps.all()] == ["上门见厂长"]
    assert verbs(case) == ["start", "note", "hand_over", "found"]
    with pytest.raises(Refusal, match="已经结束"):
        note_organising(**told, happened_on=ON, said="再访")
    with pytest.raises(Refusal, match="已有工会覆盖"):
        started(of)


def test_without_a_union_it_ends_with_a_reason_and_may_begin_again() -> None:
    of = firm()
    case = started(of)
    with pytest.raises(Refusal, match="写明没有建会的原因"):
        end_organising(case_id=case.pk, reason=" ", on=ON, by=SYSTEM)
    next_ = staff(Role.MAKER, at=NEXT_COUNTY)
    with pytest.raises(Refusal, match="岗位"):
        end_organising(case_id=case.pk, reason="停产", on=ON, by=next_)
    ended = end_organising(case_id=case.pk, reason="停产", on=ON, by=SYSTEM)
    assert (ended.state, ended.end_reason, ended.ended_on) == (
        *(OrganisingState.ENDED, "停产"),
        ON,
    )
    assert started(of).pk != case.pk
