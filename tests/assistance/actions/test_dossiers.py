"""Dossiers: one household, one file; rechecked, closed with a reason, reopened."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assistance.actions.dossiers import (
    DossierEntry,
    MemberEntry,
    close_dossier,
    recheck_dossier,
    register_dossier,
    reopen_dossier,
)
from assistance.actions.leavings import tell_leaving
from assistance.enums import (
    Cause,
    DossierState,
    ExitReason,
    FileKind,
    HardshipClass,
    Relation,
)
from assistance.models import HouseholdDossier, HouseholdMember
from assistance.queries.dossiers import dossiers_visible_to
from members.actions.consent import say_consent
from members.enums import Role
from members.models import Person
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def entry(principal: Person, *members: MemberEntry) -> DossierEntry:
    return DossierEntry(
        principal_id=principal.pk,
        division_code=make.COUNTY,
        keeper_id=make.union().pk,
        applied_on=make.APPLIED,
        approved_on=make.APPROVED,
        facts=make.ON_THE_LINE,
        members=members,
    )


def register(one: DossierEntry, by: Actor = SYSTEM) -> HouseholdDossier:
    return register_dossier(entry=one, on=make.APPROVED, by=by)


def test_register_dossier_writes_household_members_and_trail() -> None:
    by = make.staff(Role.MAKER)
    child = MemberEntry(
        name="张小小", relation=Relation.CHILD, birth_date=date(2012, 9, 1)
    )
    dossier = register(entry(make.person(), child), by)
    assert dossier.number.startswith("3501022025")
    assert (dossier.organisation, dossier.rechecked_on) == (make.union(), make.APPROVED)
    assert [member.name for member in dossier.members.all()] == ["张小小"]
    (written,) = history_of(dossier)
    assert (written.verb, written.user_id) == ("register_dossier", by.user_id)


def test_register_dossier_is_refused_to_the_next_county() -> None:
    principal = make.person()
    with pytest.raises(Refusal, match="“经办”岗位"):
        register(entry(principal), make.staff(Role.MAKER, at=make.NEXT_COUNTY))
    assert HouseholdDossier.objects.count() == 0


def test_register_dossier_is_refused_a_second_time() -> None:
    first = make.dossier()
    with pytest.raises(Refusal, match=f"已有在档的档案 {first.number}"):
        register(entry(first.principal))
    make.left(first)
    with pytest.raises(Refusal, match="返困的请在原档案上“返困重开”"):
        register(entry(first.principal))
    assert HouseholdDossier.objects.count() == 1


def test_register_dossier_is_refused_for_a_household_that_has_one() -> None:
    first = make.dossier("甲")
    spouse = MemberEntry(
        name="甲", relation=Relation.SPOUSE, id_number=first.principal.id_number
    )
    with pytest.raises(Refusal, match="一户只能建一份档案"):
        register(entry(make.person("乙"), spouse))
    assert (HouseholdDossier.objects.count(), HouseholdMember.objects.count()) == (1, 0)


def test_register_dossier_is_refused_with_a_cause_named_twice() -> None:
    facts = replace(make.ON_THE_LINE, other_causes=(Cause.ILLNESS,))
    with pytest.raises(Refusal, match="次要原因最多三项，且不能重复"):
        register(replace(entry(make.person()), facts=facts))
    assert HouseholdDossier.objects.count() == 0


def test_recheck_dossier_dates_it_and_keeps_before_and_after() -> None:
    dossier = make.dossier()
    facts = replace(make.ON_THE_LINE, wage_income=Decimal("36000.00"), homes_count=0)

    recheck_dossier(
        dossier_id=dossier.pk, facts=facts, on=make.ON, by=make.staff(Role.MAKER)
    )

    dossier.refresh_from_db()
    assert (dossier.rechecked_on, dossier.homes_count) == (make.ON, 0)
    written = history_of(dossier).first()
    assert written is not None
    assert written.changes == {
        "wage_income": ["30000.00", "36000.00"],
        "homes_count": [1, 0],
        "rechecked_on": ["2025-06-01", "2025-12-01"],
    }


def test_close_dossier_and_reopen_it_as_the_same_file() -> None:
    dossier = make.dossier()
    checker = make.staff(Role.CHECKER)
    tell_leaving(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.RECOVERED,
        reason="连续六个月收入达标",
        on=date(2025, 11, 3),
        by=make.staff(Role.MAKER),
    )
    with pytest.raises(Refusal, match="请写明退出的理由"):
        close_dossier(
            dossier_id=dossier.pk,
            exit_reason=ExitReason.RECOVERED,
            reason="",
            on=make.ON,
            by=checker,
        )
    close_dossier(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.RECOVERED,
        reason="连续六个月收入达标",
        on=make.ON,
        by=checker,
    )
    dossier.refresh_from_db()
    assert (dossier.state, dossier.closed_on) == (DossierState.CLOSED, make.ON)
    with pytest.raises(Refusal, match="档案已退出，不用复核"):
        recheck_dossier(
            dossier_id=dossier.pk, facts=make.ON_THE_LINE, on=make.ON, by=SYSTEM
        )

    reopen_dossier(dossier_id=dossier.pk, reason="再次患病", on=make.ON, by=checker)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.closed_on) == (DossierState.ON_FILE, None)
    assert dossier.file_kind == FileKind.RELAPSED


def test_close_dossier_is_refused_to_the_maker_and_twice() -> None:
    dossier = make.dossier()

    def close(by: Actor) -> None:
        close_dossier(
            dossier_id=dossier.pk,
            exit_reason=ExitReason.DIED,
            reason="家属告知",
            on=make.ON,
            by=by,
        )

    with pytest.raises(Refusal, match="“复核”岗位"):
        close(make.staff(Role.MAKER))
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ON_FILE
    close(SYSTEM)
    with pytest.raises(Refusal, match="不能“退出”"):
        close(SYSTEM)
    with pytest.raises(Refusal, match="本人已去世，不能重开"):
        reopen_dossier(dossier_id=dossier.pk, reason="误登", on=make.ON, by=SYSTEM)


def test_dossiers_are_visible_to_their_unions_and_their_principal_only() -> None:
    dossier = make.dossier("甲")
    make.dossier("乙", at=make.NEXT_COUNTY)
    county = make.staff(Role.MAKER)
    assert list(dossiers_visible_to(county)) == [dossier]
    assert dossiers_visible_to(make.maker()).count() == 2
    assert list(dossiers_visible_to(make.worker(dossier.principal))) == [dossier]
    assert not dossiers_visible_to(make.worker(make.person("丙"))).exists()
    stranger = Actor(kind="staff", name="无岗", user_id=1)
    assert not dossiers_visible_to(stranger).exists()


def test_who_withdrew_is_not_rechecked_until_he_signs_anew() -> None:
    household = make.dossier()
    someone = household.principal
    say_consent(
        person_id=someone.pk,
        purpose="hardship_aid",
        act="withdrawn",
        on=make.ON,
        by=make.worker(someone),
    )
    with pytest.raises(Refusal, match="重新签署"):
        recheck_dossier(
            dossier_id=household.pk, facts=make.ON_THE_LINE, on=make.ON, by=SYSTEM
        )


def test_a_class_other_than_the_proposed_one_needs_a_reason_that_is_kept() -> None:
    make.standard()
    one = entry(make.person())
    decided = replace(
        one.facts, hardship_class=HardshipClass.RELATIVE, class_reason=" "
    )
    with pytest.raises(
        Refusal, match="按规则建议为“深度困难”。要核定为别的类别"
    ) as told:
        register(replace(one, facts=decided))
    assert told.value.field == "class_reason"
    assert HouseholdDossier.objects.count() == 0

    reason = "子女已就业，收入尚未入账"
    made = register(replace(one, facts=replace(decided, class_reason=reason)))
    assert (made.hardship_class, made.class_reason) == ("relative", reason)
    assert [written.reason for written in history_of(made)] == [reason]

    recheck_dossier(
        dossier_id=made.pk,
        facts=replace(decided, hardship_class=HardshipClass.DEEP, class_reason=reason),
        on=make.ON,
        by=SYSTEM,
    )
    made.refresh_from_db()
    assert (made.hardship_class, made.class_reason) == ("deep", "")
