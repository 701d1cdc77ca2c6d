"""Two counties at the same second, and a merge between them: connections of their own."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from assistance.actions.releases import release_round
from assistance.models import PaymentClaim, StackingBalance
from assistance.queries.ledger import ledger_proof
from members.actions.person_merge import merge_people, propose_merge
from members.enums import Role
from members.models import Person
from tests.assistance.actions.test_races import at_once, refusals
from tests.assistance.actions.test_stacking import ONE, cap
from tests.assistance.builders import COUNTY, NEXT_COUNTY, ON, dossier, staff
from tests.assistance.students import answers, computed, school_aid, student, students
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

__all__ = ["students"]
pytestmark = pytest.mark.usefixtures("committed_db", "students")


def test_two_counties_at_once_pay_one_student_once_over_two_schemes() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    for name in ("张大", "张二", "张三"):
        student(name, father, mother)
    student("李小", father)
    student("王小", mother)
    rounds = [
        computed(
            school_aid("2000.00", code=f"test_{at}", title="助学", stacking=ONE), at
        )
        for at in (COUNTY, NEXT_COUNTY)
    ]

    results = at_once(
        *(
            lambda pk=each.pk: release_round(round_id=pk, on=ON, by=SYSTEM)
            for each in rounds
        )
    )

    assert refusals(results) == []
    assert sorted(PaymentClaim.objects.values_list("human__name", flat=True)) == sorted(
        ["张大", "张二", "张三", "李小", "王小"]
    )
    outcomes = sorted(
        clause for each in rounds for _, clause, _ in answers(each).values()
    )
    assert outcomes == [""] * 5 + ["stacked"] * 3
    assert ledger_proof().problems == ()


def test_a_merge_between_two_releases_leaves_no_human_beyond_the_cap() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    kept, duplicate = student("张大", father), student("张大旧", mother)
    student("李小", father)
    student("王小", mother)
    terms = cap("3000.00", "4000.00")
    here = computed(school_aid("3000.00", code="test_a", title="甲", stacking=terms))
    there = computed(
        school_aid("3000.00", code="test_b", title="乙", stacking=terms), NEXT_COUNTY
    )
    proposal = propose_merge(
        kept_id=kept.pk,
        duplicate_id=duplicate.pk,
        reason="同一人",
        on=ON,
        by=staff(Role.MAKER),
    )
    checker = staff(Role.CHECKER)

    def merge() -> object:
        try:
            return merge_people(merge_id=proposal.pk, on=ON, by=checker)
        except IntegrityError as guard:
            raise Refusal(str(guard)) from guard

    results = at_once(
        lambda: release_round(round_id=here.pk, on=ON, by=SYSTEM),
        merge,
        lambda: release_round(round_id=there.pk, on=ON, by=SYSTEM),
    )

    is_merged = Person.objects.get(pk=duplicate.pk).merged_into_id is not None
    sums = sorted(StackingBalance.objects.values_list("amount", flat=True))
    expected = ["3000.00", "3000.00", "4000.00" if is_merged else "3000.00"]
    assert sums == [
        *map(Decimal, expected),
        *([] if is_merged else [Decimal("3000.00")]),
    ]
    assert len(refusals(results)) == (0 if is_merged else 1)
    assert ledger_proof().problems == ()
