"""Figures of flags: what became of those found in a period, of one reach."""

from datetime import date
from decimal import Decimal

import pytest

from members.actions.census import take_census
from members.actions.union_flag import repair_flag
from members.models import UnionFlag
from members.queries.flag_figures import flag_outcomes
from tests.members.builders import CITY, NEXT_COUNTY, ON, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.figures import figure

pytestmark = pytest.mark.django_db
NONE = dict.fromkeys(
    ("open", "overdue", "repaired", "explained", "dissolved", "gone"), 0
)


def test_flags_found_in_a_period_are_counted_by_what_became_of_them() -> None:
    bare = basic_union()
    take_census(organisation_id=bare.pk, on=ON, by=SYSTEM)
    UnionFlag.objects.filter(rule="no_return").update(due_on=date(2025, 12, 30))
    UnionFlag.objects.filter(rule="no_account").update(due_on=date(2025, 12, 31))
    repaired = UnionFlag.objects.get(rule="no_code")
    repair_flag(flag_id=repaired.pk, answer="已办证", on=ON, by=SYSTEM)
    counted = NONE | {"open": 7, "overdue": 1, "repaired": 1}
    assert flag_outcomes(union().path, "2025") == counted
    assert flag_outcomes(union(CITY).path, "2025-12") == counted
    assert flag_outcomes(union(NEXT_COUNTY).path, "2025") == NONE
    assert flag_outcomes(union().path, "2026") == NONE
    told = figure("members.flags_repaired").compute(union().path, "2025")
    assert told == Decimal(1)
