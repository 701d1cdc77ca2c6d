"""Money for people: a student is paid once, to whichever parent; two students both."""

from decimal import Decimal

import pytest

from assistance.actions.payments import end_payment, withdraw_payment
from assistance.actions.releases import release_round
from assistance.enums import PaymentEnd
from assistance.models import (
    Determination,
    FundSource,
    HouseholdDossier,
    Payment,
    PaymentClaim,
)
from assistance.queries.batch_lists import batch_list_values
from assistance.queries.ledger import ledger_proof
from members.actions.person_merge import merge_people, propose_merge, undo_merge
from members.enums import Role
from members.models import Person, PersonMerge
from tests.assistance.builders import NEXT_COUNTY, ON, dossier, staff
from tests.assistance.paying import (
    answer_to,
    batch_of,
    bring_in,
    fund,
    instructed_batch,
    officers,
)
from tests.assistance.students import (
    answers,
    computed,
    released,
    school_aid,
    student,
    students,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

__all__ = ["students"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("students")]
PAID = ("eligible", "", Decimal("3000.00"))
REFUSED = ("ineligible", "already_granted", None)


def merge(kept: Person, duplicate: Person) -> PersonMerge:
    proposal = propose_merge(
        kept_id=kept.pk,
        duplicate_id=duplicate.pk,
        reason="同一人，两个证件号",
        on=ON,
        by=staff(Role.MAKER),
    )
    return merge_people(merge_id=proposal.pk, on=ON, by=staff(Role.CHECKER))


def humans() -> list[tuple[int, int, bool]]:
    rows = PaymentClaim.objects.order_by("id")
    return list(rows.values_list("subject_id", "human_id", "released"))


def test_two_students_of_one_payee_are_both_paid_once_each_and_listed_by_name() -> None:
    home = dossier("张父")
    first, second = student("张大", home), student("张二", home)
    round_ = released(school_aid())

    assert answers(round_) == {"张大": PAID, "张二": PAID}
    assert humans() == [(first.pk, first.pk, False), (second.pk, second.pk, False)]
    assert set(PaymentClaim.objects.values_list("payee_id", flat=True)) == {
        home.principal_id
    }
    lines = batch_list_values(batch_of(round_), on=ON, printed_by="经办")["lines"]
    assert isinstance(lines, list)
    assert [(one["name"], one["dossier"]) for one in lines] == [
        ("张父（张大）", home.number),
        ("张父（张二）", home.number),
    ]
    assert ledger_proof().problems == ()


def test_a_student_whom_both_parents_apply_for_is_paid_by_the_first_county() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    child, other = student("张大", father, mother), student("李小", mother)
    version = school_aid()
    here, there = computed(version), computed(version, NEXT_COUNTY)

    release_round(round_id=here.pk, on=ON, by=SYSTEM)
    release_round(round_id=there.pk, on=ON, by=SYSTEM)

    assert answers(here) == {"张大": PAID}
    assert answers(there) == {"张大": REFUSED, "李小": PAID}
    assert humans() == [(child.pk, child.pk, False), (other.pk, other.pk, False)]
    left_out = Determination.objects.get(round=there, outcome="ineligible")
    assert "已安排 3000.00 元" in left_out.facts["already_granted"]


def test_two_registrations_of_one_student_are_one_in_one_round_and_over_two() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    kept, duplicate = student("张大", father), student("张大旧", father, mother)
    merge(kept, duplicate)
    version = school_aid()
    here, there = computed(version), computed(version, NEXT_COUNTY)

    release_round(round_id=here.pk, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="没有符合条件"):
        release_round(round_id=there.pk, on=ON, by=SYSTEM)

    assert answers(here) == {"张大": PAID, "张大旧": REFUSED}
    assert humans() == [(kept.pk, kept.pk, False)]
    assert answers(there) == {"张大旧": PAID}  # refused as a whole: nothing changed
    assert ledger_proof().problems == ()


def test_a_grant_to_both_registrations_stands_against_the_merge_until_one_ends() -> (
    None
):
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    kept, duplicate = student("张大", father), student("张大旧", mother)
    version = school_aid()
    released(version, NEXT_COUNTY)
    fund("3000.00")
    who = officers()
    batch = instructed_batch(released(version), who)
    with pytest.raises(Refusal, match="须先追回或终止其中一笔"):
        merge(kept, duplicate)

    reference = Payment.objects.get(batch=batch).reference
    bring_in(answer_to(batch, returned={reference: "closed"}))
    end_payment(
        payment_id=Payment.objects.get(batch=batch).pk,
        reason=PaymentEnd.DECLINED,
        by=who.maker,
        on=ON,
    )
    merged = merge(kept, duplicate)

    assert humans() == [
        (duplicate.pk, kept.pk, False),
        (kept.pk, kept.pk, False),
    ]
    assert ledger_proof().problems == ()
    undo_merge(merge_id=merged.pk, reason="查实是两人", on=ON, by=staff(Role.CHECKER))
    assert [human for _, human, _ in humans()] == [duplicate.pk, kept.pk]


def test_a_withdrawn_grant_lets_the_other_registration_be_paid() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    kept, duplicate = student("张大", father), student("张大旧", mother)
    merge(kept, duplicate)
    version = school_aid()
    here, there = computed(version), computed(version, NEXT_COUNTY)
    release_round(round_id=here.pk, on=ON, by=SYSTEM)
    withdraw_payment(
        payment_id=Payment.objects.get().pk, reason="由母亲一方发放", by=SYSTEM, on=ON
    )

    release_round(round_id=there.pk, on=ON, by=SYSTEM)

    assert answers(there) == {"张大旧": PAID}
    assert humans() == [(kept.pk, kept.pk, True), (duplicate.pk, kept.pk, False)]


def test_a_source_for_national_files_bears_a_student_by_the_payee_s_file() -> None:
    national, city = dossier("张父"), dossier("李父")
    HouseholdDossier.objects.filter(pk=national.pk).update(file_level="national")
    student("张大", national)
    student("李小", city)
    for source in ("provincial_warmth", "county_own"):
        fund("9000.00", source=source)
    FundSource.objects.filter(code="provincial_warmth").update(file_levels=["national"])

    released(school_aid())

    borne = Payment.objects.values_list("claim__payee__name", "source__code")
    assert dict(borne) == {"张父": "provincial_warmth", "李父": "county_own"}
