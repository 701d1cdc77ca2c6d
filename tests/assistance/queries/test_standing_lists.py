"""Standing lists: each on the day before it counts and on the day itself."""

from datetime import date
from decimal import Decimal

import pytest

from assistance.actions.dossiers import recheck_dossier
from assistance.actions.visits import VisitEntry, record_visit
from assistance.enums import VisitPurpose
from assistance.models import HouseholdDossier, PaymentClaim
from assistance.queries.dossiers import dossiers_visible_to
from assistance.queries.standing_lists import (
    BY_CODE,
    LISTS,
    standing_counts,
    totals_of,
)
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import batch_of, released_round
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def on_list(code: str, on: date) -> bool:
    rows = HouseholdDossier.objects.all()
    return BY_CODE[code].narrow(rows, on).exists()


def visit(dossier: HouseholdDossier, on: date, purpose: VisitPurpose) -> None:
    record_visit(
        dossier_id=dossier.pk,
        entry=VisitEntry(
            purpose=purpose, visited_on=on, visitors="陈、林", found="在家"
        ),
        on=on,
        by=SYSTEM,
    )


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("unchanged", date(2026, 6, 1)),
        ("recheck_due", date(2026, 5, 2)),
        ("never_aided", date(2025, 8, 30)),
        ("not_visited", date(2026, 6, 1)),
    ],
)
def test_a_dossier_of_june_1st_is_on_the_list_from_its_day(
    code: str, first: date
) -> None:
    make.dossier()
    assert not on_list(code, date.fromordinal(first.toordinal() - 1))
    assert on_list(code, first)


def test_a_recheck_takes_a_dossier_off_the_lists_of_the_year() -> None:
    dossier = make.dossier()
    checked = date(2026, 6, 1)
    recheck_dossier(
        dossier_id=dossier.pk, facts=make.ON_THE_LINE, on=checked, by=SYSTEM
    )
    assert not on_list("unchanged", checked)
    assert not on_list("recheck_due", date(2027, 5, 1))
    assert on_list("recheck_due", date(2027, 5, 2))


def test_a_visit_of_any_kind_counts_for_a_year() -> None:
    dossier = make.dossier()
    visit(dossier, date(2026, 1, 15), VisitPurpose.CARE)
    assert not on_list("not_visited", date(2027, 1, 14))
    assert on_list("not_visited", date(2027, 1, 15))


def test_a_grant_takes_a_household_off_until_it_is_given_back() -> None:
    batch_of(released_round(1))
    late = date(2026, 3, 1)
    assert not on_list("never_aided", late)
    PaymentClaim.objects.update(released=True)
    assert on_list("never_aided", late)


def test_who_left_as_recovered_is_visited_between_half_a_year_and_two() -> None:
    dossier = make.dossier()
    make.left(dossier, on=date(2025, 12, 15))
    assert [on_list(one.code, date(2027, 1, 1)) for one in LISTS] == [
        *(False, False, False, False),
        True,
    ]
    assert not on_list("return_visit", date(2026, 6, 14))
    assert on_list("return_visit", date(2026, 6, 15))
    assert not on_list("return_visit", date(2027, 12, 15))
    visit(dossier, date(2026, 7, 1), VisitPurpose.RETURN)
    assert not on_list("return_visit", date(2026, 7, 1))


def test_counts_are_by_county_and_end_at_the_reach_of_the_post() -> None:
    make.dossier()
    make.dossier("乙", at=make.NEXT_COUNTY, wage_income=Decimal(0))
    late = date(2026, 6, 1)
    county = standing_counts(make.staff(Role.MAKER), late)
    assert [(row.code, row.counts) for row in county] == [
        (make.COUNTY, (1, 1, 1, 1, 0))
    ]
    city = standing_counts(make.staff(Role.MAKER, at=make.CITY), late)
    assert totals_of(city) == (2, 2, 2, 2, 0)
    own = dossiers_visible_to(make.staff(Role.MAKER))
    assert BY_CODE["unchanged"].narrow(own, late).count() == 1
