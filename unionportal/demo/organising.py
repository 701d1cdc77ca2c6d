"""Guidance towards unions in the demonstration: some begun, one noted, one ended."""

from datetime import date, timedelta

from members.actions.organising import (
    end_organising,
    note_organising,
    start_organising,
)
from members.models import Employer, OrganisingCase
from members.models.employer import MUST_HAVE_A_UNION
from members.queries.organising import who_may_answer
from unionportal.core.actor import SYSTEM

# Days given to each; the last ends without a union, the one before has no step yet.
GIVEN = (30, 90, 270, 540, 600, 180)


def load_organising(*, on: date) -> int:
    """Follow up the first employers of 25 and more without a union."""
    lacking = Employer.objects.filter(
        organisation=None, closed_on=None, headcount__gte=MUST_HAVE_A_UNION
    ).select_related("keeper")
    cases = [
        _begun(employer, on=on, days=days)
        for employer, days in zip(
            lacking.order_by("id")[: len(GIVEN)], GIVEN, strict=False
        )
    ]
    for case in (*cases[:-2], *cases[-1:]):
        said = "上门宣传工会法，企业同意先推选筹备组"
        note_organising(case_id=case.pk, happened_on=on, said=said, on=on, by=SYSTEM)
    for case in cases[-1:]:
        reason = "企业准备迁出本县，暂缓"
        end_organising(case_id=case.pk, reason=reason, on=on, by=SYSTEM)
    return len(cases)


def _begun(employer: Employer, *, on: date, days: int) -> OrganisingCase:
    nearest = who_may_answer(employer, on=on).order_by("-posts__organisation__path")
    return start_organising(
        employer_id=employer.pk,
        responsible_id=nearest[0].pk,
        due_on=on + timedelta(days=days),
        on=on,
        by=SYSTEM,
    )
