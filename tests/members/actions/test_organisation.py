"""Founding a union: by application, with the approval of the union above."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from members.actions.organisation import (
    Founding,
    apply_for_organisation,
    approve_organisation,
    decline_organisation,
)
from members.enums import OrganisationState, Role
from members.models import FormerOrganisation, Organisation, Post
from members.queries.organisation_tree import organisation_tree
from members.queries.post import actor_of
from tests.members.builders import CITY, NEXT_COUNTY, ON, person, staff, staff_user
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
APPROVED_ON = date(2025, 12, 9)


def applied(by: Actor) -> Organisation:
    entry = Founding(
        parent_id=union_of().pk, code="81X", name="某厂工会委员会", short_name="某厂"
    )
    return apply_for_organisation(entry=entry, on=ON, by=by)


def approve(union: Organisation, by: Actor, document: str = "尤工〔2025〕9号") -> None:
    approve_organisation(
        organisation_id=union.pk, document=document, on=APPROVED_ON, by=by
    )


def stands(union: Organisation, on: date) -> bool:
    return union.pk in {place.id for place in organisation_tree(on=on)}


def test_applied_for_is_no_union_until_the_union_above_approves() -> None:
    union = applied(staff(Role.MAKER))
    assert (union.state, union.founded_on) == (OrganisationState.FORMING, None)
    assert not stands(union, ON)
    approver = staff(Role.APPROVER)

    approve(union, approver)

    union.refresh_from_db()
    assert (union.state, union.founded_on, union.approved_by_id) == (
        OrganisationState.NORMAL,
        APPROVED_ON,
        approver.user_id,
    )
    assert [stands(union, day) for day in (date(2025, 12, 8), APPROVED_ON)] == [
        False,
        True,
    ]
    verbs = AuditEntry.objects.filter(
        subject_kind="members.organisation", subject_id=union.pk
    ).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["apply", "approve"]


def test_applicant_may_not_approve_nor_may_his_second_user_or_his_deputy() -> None:
    somebody = person("两职")
    applicant = staff(Role.MAKER, Role.APPROVER, of=somebody)
    union = applied(applicant)
    deputy_user = staff_user()
    post = Post.objects.get(role=Role.APPROVER)
    Post.objects.create(
        user=deputy_user,
        organisation=post.organisation,
        role=Role.APPROVER,
        starts_on=ON,
        ends_on=date(2026, 12, 31),
        deputy_of=post,
    )
    for by in (applicant, actor_of(deputy_user, on=ON)):
        with pytest.raises(Refusal, match="同一人"):
            approve(union, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=union.pk).update(
            approved_by_id=applicant.user_id
        )
    union.refresh_from_db()
    assert union.state == OrganisationState.FORMING


@pytest.mark.parametrize(
    ("role", "at"), [(Role.MAKER, ""), (Role.APPROVER, NEXT_COUNTY)]
)
def test_only_an_approver_above_approves(role: str, at: str) -> None:
    union = applied(staff(Role.MAKER))
    with pytest.raises(Refusal, match="审批"):
        approve(union, staff(role, at=at or union_of().code))
    union.refresh_from_db()
    assert union.state == OrganisationState.FORMING


def test_approval_wants_a_document_and_happens_once() -> None:
    union = applied(staff(Role.MAKER))
    with pytest.raises(Refusal, match="批准文号"):
        approve(union, SYSTEM, document=" ")
    approve(union, SYSTEM)
    with pytest.raises(Refusal, match="筹备"):
        approve(union, SYSTEM)


def test_declined_application_never_stood() -> None:
    union = applied(staff(Role.MAKER))
    decline_organisation(
        organisation_id=union.pk, reason="未满 25 人且无场所", on=APPROVED_ON, by=SYSTEM
    )
    union.refresh_from_db()
    assert (union.state, union.dissolved_on) == (
        OrganisationState.DISSOLVED,
        APPROVED_ON,
    )
    assert not stands(union, ON)
    assert not stands(union, APPROVED_ON)


def test_nothing_is_founded_under_what_is_no_union() -> None:
    forming = applied(SYSTEM)
    entry = Founding(parent_id=forming.pk, code="81Y", name="分会", short_name="分会")
    with pytest.raises(Refusal, match="在册"):
        apply_for_organisation(entry=entry, on=ON, by=SYSTEM)


def test_database_holds_one_live_line_and_forgets_no_union() -> None:
    above = basic_union("甲")
    basic_union("乙", under=above)
    for change in (
        {"path": f"{union_of(CITY).path}ZZZZ0001", "depth": 5},
        {"state": OrganisationState.DISSOLVED, "dissolved_on": ON},
        {"dues_to_id": above.pk},
        {"state": OrganisationState.FORMING},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=above.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=above.pk)._raw_delete("default")
    assert FormerOrganisation.objects.count() == 0
