"""Certificate, elections, officers and the yearly return of a union."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from members.actions.office import (
    Certificate,
    Taking,
    certify_organisation,
    delay_election,
    elect_committee,
    leave_office,
    take_office,
)
from members.actions.organisation import (
    Founding,
    apply_for_organisation,
    approve_organisation,
)
from members.actions.yearly_return import ReturnEntry, file_return
from members.enums import Office, OrganisationForm, OrganisationKind, Role
from members.models import (
    LegalCertificate,
    Officer,
    OfficeTerm,
    Organisation,
    YearlyReturn,
)
from tests.members.builders import NEXT_COUNTY, ON, staff
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
CODE = "81330182MC1234566Y"
ELECTED_ON = date(2022, 3, 8)


def found(form: str, kind: str, under: Organisation | None = None) -> Organisation:
    """A union of a form, applied for and approved."""
    entry = Founding(
        parent_id=(under or union_of()).pk,
        code=f"F{Organisation.objects.count():07d}",
        name="某工会",
        short_name="某",
        form=form,
        kind=kind,
    )
    made = apply_for_organisation(entry=entry, on=ON, by=SYSTEM)
    return approve_organisation(
        organisation_id=made.pk, document="工字〔2025〕1号", on=ON, by=SYSTEM
    )


def test_certificate_bears_a_union_s_code_and_no_other_union_s() -> None:
    union, other = basic_union(), basic_union()
    entry = Certificate(
        organisation_id=union.pk,
        code=CODE,
        representative="林一",
        issued_on=date(2022, 4, 1),
        expires_on=date(2025, 3, 8),
    )
    made = certify_organisation(entry=entry, on=ON, by=staff(Role.MAKER))
    assert (made.code, made.expires_on) == (CODE, date(2025, 3, 8))
    for wrong, words in (
        (replace(entry, organisation_id=other.pk), "另一个工会"),
        (replace(entry, code="91350100M000100Y43"), "单位的代码"),
        (replace(entry, expires_on=entry.issued_on), "有效期"),
        (entry, "已登记"),
    ):
        with pytest.raises(Refusal, match=words):
            certify_organisation(entry=wrong, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="经办"):
        certify_organisation(entry=entry, on=ON, by=staff(Role.MAKER, at=NEXT_COUNTY))
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalCertificate.objects.update(code="91350100M000100Y43")
    assert LegalCertificate.objects.count() == 1


def test_election_sets_the_next_due_day_and_the_union_above_may_delay_it() -> None:
    union = basic_union()
    maker, above = staff(Role.MAKER), staff(Role.APPROVER)
    term = elect_committee(
        organisation_id=union.pk, years=3, starts_on=ELECTED_ON, on=ON, by=maker
    )
    assert (term.number, term.due_on) == (1, date(2025, 3, 8))
    with pytest.raises(Refusal, match="变更下级"):
        delay_election(
            organisation_id=union.pk,
            delayed_to=date(2025, 9, 8),
            document="尤工〔2025〕2号",
            on=ON,
            by=maker,
        )
    with pytest.raises(Refusal, match="文号"):
        delay_election(
            organisation_id=union.pk,
            delayed_to=date(2025, 9, 8),
            document="",
            on=ON,
            by=above,
        )
    delayed = delay_election(
        organisation_id=union.pk,
        delayed_to=date(2025, 9, 8),
        document="尤工〔2025〕2号",
        on=ON,
        by=above,
    )
    assert delayed.delayed_to == date(2025, 9, 8)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeTerm.objects.update(delayed_to=date(2025, 9, 9))


def test_local_union_has_five_years_and_elections_follow_each_other() -> None:
    union = basic_union()
    with pytest.raises(Refusal, match="三年或五年"):
        elect_committee(
            organisation_id=union.pk, years=4, starts_on=ELECTED_ON, on=ON, by=SYSTEM
        )
    for starts_on in (ELECTED_ON, date(2025, 3, 7)):
        elect_committee(
            organisation_id=union.pk, years=3, starts_on=starts_on, on=ON, by=SYSTEM
        )
    with pytest.raises(Refusal, match="晚于上一届"):
        elect_committee(
            organisation_id=union.pk, years=3, starts_on=ELECTED_ON, on=ON, by=SYSTEM
        )
    assert list(union.terms.values_list("number", flat=True)) == [2, 1]


def test_one_chair_at_a_time_and_as_many_members_as_there_are() -> None:
    union = basic_union()
    chair = Taking(organisation_id=union.pk, name="林一", office=Office.CHAIR)
    first = take_office(entry=chair, starts_on=ELECTED_ON, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="已有人在任"):
        take_office(entry=chair, starts_on=ON, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="不能早于"):
        leave_office(officer_id=first.pk, ends_on=date(2022, 3, 7), on=ON, by=SYSTEM)
    leave_office(officer_id=first.pk, ends_on=ON, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="已登记卸任"):
        leave_office(officer_id=first.pk, ends_on=ON, on=ON, by=SYSTEM)
    take_office(entry=replace(chair, name="陈二"), starts_on=ON, on=ON, by=SYSTEM)
    for name in ("甲", "乙"):
        member = replace(chair, name=name, office=Office.MEMBER)
        take_office(entry=member, starts_on=ON, on=ON, by=SYSTEM)
    assert Officer.objects.filter(ends_on=None).count() == 3


def test_return_is_filed_once_a_year_and_corrected_with_history() -> None:
    union = basic_union()
    entry = ReturnEntry(
        year=2024,
        staff_count=120,
        member_count=110,
        has_account=True,
        has_books=True,
        spending=Decimal("1000.00"),
        granted=Decimal("700.00"),
    )
    maker = staff(Role.MAKER)
    file_return(organisation_id=union.pk, entry=entry, on=ON, by=maker)
    corrected = replace(entry, member_count=115)
    file_return(organisation_id=union.pk, entry=corrected, on=ON, by=maker)
    assert YearlyReturn.objects.get().member_count == 115
    before = apps.get_model("members", "YearlyReturnEvent")._default_manager.get()
    assert vars(before)["member_count"] == 110
    assert AuditEntry.objects.filter(verb="file_return").count() == 2
    for wrong, words in (
        (replace(entry, year=2026), "以后的年度"),
        (replace(entry, granted=Decimal("1000.01")), "不能大于支出"),
    ):
        with pytest.raises(Refusal, match=words):
            file_return(organisation_id=union.pk, entry=wrong, on=ON, by=maker)
    with pytest.raises(Refusal, match="经办"):
        file_return(
            organisation_id=union.pk, entry=entry, on=ON, by=staff(Role.AUDITOR)
        )
    assert YearlyReturn.objects.get().granted == Decimal("700.00")


@pytest.mark.parametrize(
    ("chair", "member"),
    [
        (Office.AUDIT_CHAIR, Office.AUDIT_MEMBER),
        (Office.WOMEN_CHAIR, Office.WOMEN_MEMBER),
    ],
)
def test_audit_and_women_s_committees_have_one_chair_and_members(
    chair: Office, member: Office
) -> None:
    union = basic_union()
    entry = Taking(organisation_id=union.pk, name="林一", office=chair)
    take_office(entry=entry, starts_on=ELECTED_ON, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="已有人在任"):
        take_office(entry=replace(entry, name="陈二"), starts_on=ON, on=ON, by=SYSTEM)
    for name in ("甲", "乙"):
        sitting = replace(entry, name=name, office=member)
        take_office(entry=sitting, starts_on=ON, on=ON, by=SYSTEM)
    held = Officer.objects.filter(organisation=union, ends_on=None)
    assert sorted(held.values_list("office", flat=True)) == sorted(
        [chair, member, member]
    )


def test_industrial_and_local_unions_have_five_years_only() -> None:
    for entry in (
        union_of(),
        found(OrganisationForm.INDUSTRIAL, OrganisationKind.TRADE),
    ):
        with pytest.raises(Refusal, match="每届五年"):
            elect_committee(
                organisation_id=entry.pk, years=3, starts_on=ON, on=ON, by=SYSTEM
            )
        term = elect_committee(
            organisation_id=entry.pk, years=5, starts_on=ON, on=ON, by=SYSTEM
        )
        assert term.due_on == date(2030, 12, 1)


def test_a_union_of_every_form_is_founded_and_hangs_on_one_line() -> None:
    above = union_of()
    for form in OrganisationForm:
        made = found(form, OrganisationKind.SINGLE, under=above)
        assert (made.form, made.state, made.path[:-4]) == (form, "normal", above.path)
        # One dues line: that of the tree, until another is named.
        assert made.dues_to_id is None
        above = made if form == OrganisationForm.BRANCH else above
