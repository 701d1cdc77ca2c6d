"""The household that an applicant names: checked, in one file only, taken over."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistance.actions.applications import (
    submit_aid_application,
    withdraw_aid_application,
)
from assistance.actions.dossier_intakes import file_dossier
from assistance.actions.dossiers import (
    MemberEntry,
    close_dossier,
    register_dossier,
    reopen_dossier,
)
from assistance.actions.household_rows import (
    drop_household_member,
    move_out_member,
    put_household_member,
)
from assistance.enums import DossierState, ExitReason, Relation
from assistance.models import HouseholdDossier, HouseholdMember
from assistance.queries.application_stories import story_of
from assistance.queries.holdings import holdings_in_aid
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance import intakes
from tests.assistance.actions.test_dossiers import entry
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
ON, OVER = intakes.APPLYING, intakes.OVER


def test_the_people_named_in_a_draft_are_checked_changed_and_taken_out() -> None:
    applicant = make.person("陈阿秀", phone="13600000001")
    draft = intakes.intake_drafted(applicant, intakes.intake_window())
    by = make.worker(applicant)
    keys: dict[str, Any] = {"application_id": draft.pk, "on": ON, "by": by}
    spouse, child = HouseholdMember.objects.filter(application=draft)
    assert (spouse.birth_date, child.birth_date) == (date(1976, 3, 2), date(2015, 9, 2))
    assert (spouse.yearly_income, child.yearly_income) == (Decimal(0), None)

    def refused(**said: Any) -> str:
        row = replace(intakes.spouse("李外婆"), **said)
        with pytest.raises(Refusal) as found:
            put_household_member(row=row, **keys)
        return f"{found.value.field}：{found.value}"

    assert refused(id_number="350102197603021234").startswith(
        "id_number：身份证号校验位"
    )
    assert "您本人" in refused(id_number=applicant.id_number)
    assert "已经填过" in refused(id_number=spouse.id_number)
    assert "不能与您或别的家人相同" in refused(phone="13600000001")
    assert "不能与您或别的家人相同" in refused(phone=spouse.phone)
    assert "0 或以上" in refused(yearly_income=Decimal(-1))
    assert refused(name=" ").startswith("name：")
    kept = replace(intakes.spouse("王建国"), id_number="", phone="", place="纺织厂")
    put_household_member(row=kept, member_id=spouse.pk, **keys)
    again = HouseholdMember.objects.get(pk=spouse.pk)
    assert (again.id_number, again.phone) == (spouse.id_number, spouse.phone)
    assert again.place == "纺织厂"
    with pytest.raises(Refusal, match="只能办理自己的申请"):
        put_household_member(
            application_id=draft.pk,
            row=intakes.spouse("李外婆"),
            on=ON,
            by=make.worker(make.person("外人")),
        )
    for _twice in range(2):
        drop_household_member(member_id=child.pk, **keys)
    draft.refresh_from_db()
    assert story_of(draft).missing == ("填写家庭成员（还差 1 人）",)
    with pytest.raises(Refusal, match="还差 1 人"):
        submit_aid_application(agreed=True, **keys)
    for name in ("王小明", "王小红"):
        put_household_member(row=intakes.child(name), **keys)
    with pytest.raises(Refusal, match="写了 3 人，家庭成员填了 3 人，连您共 4 人"):
        submit_aid_application(agreed=True, **keys)
    told = [one.value for one in holdings_in_aid(applicant)]
    assert any("王建国" in one and "纺织厂" in one for one in told)


def test_the_approved_dossier_takes_the_named_people_over_with_all_that_was_said() -> (
    None
):
    make.standard()
    found = intakes.intake_accepted(make.person("陈阿秀"), intakes.intake_window())
    with pytest.raises(Refusal, match="内容不能再改"):
        put_household_member(
            application_id=found.pk,
            row=intakes.spouse("李外婆"),
            on=ON,
            by=make.worker(found.applicant),
        )
    before = HouseholdMember.objects.filter(application=found).values_list("pk")
    intakes.intake_visited(found)
    intakes.intake_announced(found, by=make.staff(Role.MAKER, on=ON))
    intakes.notice_ended(found)
    dossier = file_dossier(application_id=found.pk, on=OVER, by=SYSTEM)
    assert list(dossier.members.values_list("pk")) == list(before)
    assert [(one.name, one.place) for one in dossier.members.all()] == [
        ("王建国", ""),
        ("王小明", "东街小学"),
    ]
    assert len(story_of(found).people) == 2


def test_somebody_of_another_live_file_or_application_is_refused_with_a_way_out() -> (
    None
):
    make.standard()
    window = intakes.intake_window()
    first = make.person("陈阿秀")
    held = intakes.intake_drafted(first, window)
    wife = HouseholdMember.objects.get(application=held, name="王建国")
    second = make.person("林阿福")
    other = intakes.intake_drafted(second, window)
    theirs = HouseholdMember.objects.get(application=other, name="王建国")
    theirs.id_number, theirs.id_number_index = wife.id_number, wife.id_number_index
    theirs.save()
    keys: dict[str, Any] = {
        "application_id": other.pk,
        "on": ON,
        "by": make.worker(second),
    }
    submit_aid_application(
        application_id=held.pk, agreed=True, on=ON, by=make.worker(first)
    )
    with pytest.raises(Refusal, match="王建国已在另一份正在办理的建档申请里"):
        submit_aid_application(agreed=True, **keys)
    withdraw_aid_application(application_id=held.pk, on=ON, by=make.worker(first))

    elsewhere = make.dossier("王家长")
    HouseholdMember.objects.create(
        dossier=elsewhere,
        name="王建国",
        relation="child",
        id_number=wife.id_number,
        id_number_index=wife.id_number_index,
    )
    with pytest.raises(Refusal) as refused:
        submit_aid_application(agreed=True, **keys)
    assert "一户只建一份档案" in str(refused.value)
    assert "0591-87654321" in str(refused.value)
    assert elsewhere.number not in str(refused.value)
    with pytest.raises(Refusal, match="登记迁出"):
        register_dossier(
            entry=entry(
                make.person("李秀"),
                MemberEntry(
                    name=wife.name,
                    relation=Relation.SPOUSE,
                    id_number=wife.id_number or "",
                ),
            ),
            on=ON,
            by=SYSTEM,
        )
    row = elsewhere.members.get()
    clerk, stranger = make.staff(Role.MAKER, on=ON), make.staff(Role.CHECKER, on=ON)
    with pytest.raises(Refusal):
        move_out_member(member_id=row.pk, reason="分家", on=ON, by=stranger)
    with pytest.raises(Refusal, match="写明迁出"):
        move_out_member(member_id=row.pk, reason=" ", on=ON, by=clerk)
    move_out_member(member_id=row.pk, reason="已分家另住", on=ON, by=clerk)
    submitted = submit_aid_application(agreed=True, **keys)
    assert submitted.state == "submitted"


def test_a_closed_file_is_not_reopened_while_its_people_are_in_another() -> None:
    make.standard()
    old = make.dossier("王家长")
    new = make.dossier("王建国")
    spouse = new.principal
    HouseholdMember.objects.create(
        dossier=old,
        name="王建国",
        relation="spouse",
        id_number=spouse.id_number,
        id_number_index=spouse.id_number_index,
    )
    HouseholdDossier.objects.filter(pk=old.pk).update(
        state=DossierState.CLOSED, closed_on=ON, exit_reason=ExitReason.RECOVERED
    )
    with pytest.raises(Refusal, match=f"在档档案 {new.number} 的困难职工"):
        reopen_dossier(dossier_id=old.pk, reason="返困", on=ON, by=SYSTEM)
    close_dossier(
        dossier_id=new.pk, exit_reason=ExitReason.DIED, reason="去世", on=ON, by=SYSTEM
    )
    reopened = reopen_dossier(dossier_id=old.pk, reason="返困", on=ON, by=SYSTEM)
    assert reopened.state == DossierState.ON_FILE
