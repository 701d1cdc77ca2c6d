"""Where people work, and who may not stand for the committee of an employer's union."""

from datetime import date

import pytest

from members.actions.employer import EmployerEntry, cover_employer, register_employer
from members.actions.employment import (
    Tie,
    end_employment,
    start_employment,
    tie_to_employer,
    untie_from_employer,
)
from members.actions.office import Taking, take_office
from members.enums import Office, Role, TieKind
from members.models import Employer, Employment, Officer, Organisation
from members.queries.employment import employments_of
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db

CODE = "91350100M000100Y43"
STARTED = date(2025, 3, 1)


def firm() -> tuple[Employer, Organisation]:
    """An employer and the union that covers it."""
    employer = register_employer(
        code=CODE,
        keeper_id=union().pk,
        entry=EmployerEntry(name="尤溪纺织厂", division_id=COUNTY),
        on=ON,
        by=SYSTEM,
    )
    covered = basic_union("尤溪纺织厂")
    cover_employer(
        employer_id=employer.pk, organisation_id=covered.pk, on=ON, by=SYSTEM
    )
    return employer, covered


def take(
    union_: Organisation, name: str, office: str, person_id: int | None = None
) -> Officer:
    entry = Taking(
        organisation_id=union_.pk, name=name, office=office, person_id=person_id
    )
    return take_office(entry=entry, starts_on=ON, on=ON, by=SYSTEM)


@pytest.mark.parametrize("kind", TieKind)
def test_owner_partner_and_next_of_kin_may_not_join_the_committee(
    kind: TieKind,
) -> None:
    employer, covered = firm()
    boss = person("钱老板")
    tie = tie_to_employer(
        employer_id=employer.pk,
        entry=Tie(name="钱老板", kind=kind, id_number=boss.id_number),
        starts_on=STARTED,
        on=ON,
        by=staff(Role.MAKER),
    )
    for office in (
        Office.CHAIR,
        Office.MEMBER,
        Office.AUDIT_CHAIR,
        Office.WOMEN_MEMBER,
    ):
        for person_id in (None, boss.pk):
            with pytest.raises(Refusal, match="尤溪纺织厂的.*不得作为工会委员会成员"):
                take(covered, "钱老板", office, person_id)
    assert Officer.objects.count() == 0

    namesake = person("钱老板")
    take(covered, "钱老板", Office.MEMBER, namesake.pk)
    take(covered, "钱老板", Office.UNION_STAFF)
    take(basic_union("别家"), "钱老板", Office.CHAIR, boss.pk)
    untie_from_employer(
        tie_id=tie.pk, employer_id=employer.pk, ends_on=STARTED, on=ON, by=SYSTEM
    )
    take(covered, "钱老板", Office.CHAIR, boss.pk)
    assert Officer.objects.count() == 4
    verbs = AuditEntry.objects.filter(verb__in=("tie", "untie")).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["tie", "untie"]


def test_tie_is_entered_once_by_those_who_keep_the_employer() -> None:
    employer, _covered = firm()
    entry = Tie(name="钱老板", kind=TieKind.OWNER)
    for by, words in (
        (staff(Role.MAKER, at=NEXT_COUNTY), "登记用人单位须有"),
        (staff(Role.AUDITOR), "登记用人单位须有"),
    ):
        with pytest.raises(Refusal, match=words):
            tie_to_employer(
                employer_id=employer.pk, entry=entry, starts_on=STARTED, on=ON, by=by
            )
    maker = staff(Role.MAKER)
    made = tie_to_employer(
        employer_id=employer.pk, entry=entry, starts_on=STARTED, on=ON, by=maker
    )
    with pytest.raises(Refusal, match="已登记"):
        tie_to_employer(
            employer_id=employer.pk, entry=entry, starts_on=STARTED, on=ON, by=maker
        )
    with pytest.raises(Refusal, match="不能早于"):
        untie_from_employer(
            tie_id=made.pk,
            employer_id=employer.pk,
            ends_on=date(2025, 2, 28),
            on=ON,
            by=maker,
        )
    assert employer.ties.get().ends_on is None


def test_person_takes_up_work_and_leaves_with_both_days_kept() -> None:
    firm()
    someone, maker = person("李工"), staff(Role.MAKER)
    made = start_employment(
        person_id=someone.pk, employer_code=CODE, starts_on=STARTED, on=ON, by=maker
    )
    someone.refresh_from_db()
    assert someone.unit_name == "尤溪纺织厂"
    with pytest.raises(Refusal, match="已登记在该单位"):
        start_employment(
            person_id=someone.pk, employer_code=CODE, starts_on=ON, on=ON, by=maker
        )
    with pytest.raises(Refusal, match="不能早于"):
        end_employment(
            employment_id=made.pk, ends_on=date(2025, 2, 28), on=ON, by=maker
        )
    end_employment(employment_id=made.pk, ends_on=ON, on=ON, by=maker)
    start_employment(
        person_id=someone.pk, employer_code=CODE, starts_on=ON, on=ON, by=maker
    )
    assert [(one.starts_on, one.ends_on) for one in employments_of(someone)] == [
        (ON, None),
        (STARTED, ON),
    ]


def test_work_is_refused_without_the_right_or_the_employer() -> None:
    firm()
    someone = person("李工")
    for code, by, words in (
        ("91110000M000100Y4X", staff(Role.MAKER), "代码|校验"),
        (CODE, staff(Role.MAKER, at=NEXT_COUNTY), "人员登记须有"),
    ):
        with pytest.raises(Refusal, match=words):
            start_employment(
                person_id=someone.pk, employer_code=code, starts_on=ON, on=ON, by=by
            )
    someone.refresh_from_db()
    assert (Employment.objects.count(), someone.unit_name) == (0, "")
