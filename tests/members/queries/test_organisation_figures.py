"""Figures of unions: counted over the tree of the day, not over that of today."""

from datetime import date
from decimal import Decimal

import pytest

from members.actions.employer import EmployerEntry, cover_employer, register_employer
from members.actions.office import Taking, leave_office, take_office
from members.actions.organisation_changes import (
    dissolve_organisation,
    move_organisation,
)
from members.actions.yearly_return import ReturnEntry, file_return
from members.enums import Office
from members.models import Organisation
from members.queries.organisation_figures import FIGURES, counts_by_part, counts_on
from members.queries.organisation_tree import organisation_tree
from members.rules.uscc import whole_code
from tests.members.builders import CITY, COUNTY, NEXT_COUNTY
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2014, 1, 1), "on": date(2014, 12, 31)}
LATER = {"first": date(2016, 1, 1), "on": date(2016, 12, 31)}


def figure(code: str, union: Organisation, period: str) -> Decimal:
    found = next(each for each in FIGURES if each.code == f"members.{code}")
    return found.compute(union.path, period)


def test_unions_are_counted_where_they_hung_then() -> None:
    county, neighbour = union_of(), union_of(NEXT_COUNTY)
    old = basic_union("旧", on=date(2012, 3, 1))
    basic_union("新", on=date(2014, 9, 1))
    basic_union("后", on=date(2015, 2, 1))
    move_organisation(
        organisation_id=old.pk,
        under_id=neighbour.pk,
        document="文",
        on=date(2016, 1, 1),
        by=SYSTEM,
    )
    counted = {
        (union.code, year): (counts.basic, counts.founded)
        for union in (county, neighbour)
        for year, span in ((2014, YEAR), (2016, LATER))
        for counts in [counts_on(union.pk, **span)]
    }
    assert counted == {
        (COUNTY, 2014): (2, 1),
        (COUNTY, 2016): (2, 0),
        (NEXT_COUNTY, 2014): (0, 0),
        (NEXT_COUNTY, 2016): (1, 0),
    }
    assert figure("founded", county, "2014-09") == 1
    assert figure("founded", county, "2014-10") == 0


def test_union_that_has_ended_still_counts_in_its_years() -> None:
    union = basic_union(on=date(2012, 3, 1))
    dissolve_organisation(
        organisation_id=union.pk, document="文", on=date(2015, 6, 1), by=SYSTEM
    )
    counts = [counts_on(union_of().pk, **span).basic for span in (YEAR, LATER)]
    assert counts == [1, 0]


def test_parts_add_up_to_the_whole_less_the_union_itself() -> None:
    basic_union(on=date(2014, 3, 1))
    basic_union(under=union_of(NEXT_COUNTY), on=date(2014, 3, 1))
    city = union_of(CITY)
    whole, parts = counts_on(city.pk, **YEAR), dict(counts_by_part(city.pk, **YEAR))
    assert (parts["尤溪县"].basic, parts["建宁县"].basic) == (1, 1)
    for name in ("basic", "founded", "township", "township_general", "parks"):
        assert sum(getattr(each, name) for each in parts.values()) == getattr(
            whole, name
        )
    places = organisation_tree(on=YEAR["on"], root_id=city.pk)
    townships = [place for place in places if place.level == "township"]
    assert whole.township == len(townships)
    assert (
        whole.township_general + whole.township_federation + whole.township_committee
        == len(townships)
    )


def test_staff_are_counted_while_they_serve() -> None:
    township = Organisation.objects.filter(
        path__startswith=union_of().path, level="township"
    )[0]
    entry = Taking(
        organisation_id=township.pk, name="专干甲", office=Office.UNION_STAFF
    )
    first = take_office(
        entry=entry, starts_on=date(2013, 7, 1), on=date(2013, 7, 1), by=SYSTEM
    )
    take_office(entry=entry, starts_on=date(2014, 7, 1), on=date(2014, 7, 1), by=SYSTEM)
    leave_office(
        officer_id=first.pk, ends_on=date(2014, 12, 31), on=YEAR["on"], by=SYSTEM
    )
    counted = [counts_on(union_of().pk, **span) for span in (YEAR, LATER)]
    assert [(each.staff, each.staff_new, each.staffed) for each in counted] == [
        (2, 1, 1),
        (1, 0, 1),
    ]


def test_coverage_counts_firms_of_25_and_more_from_the_day_they_have_a_union() -> None:
    union = basic_union()
    for number, headcount in ((1, 25), (2, 400), (3, 24)):
        entry = EmployerEntry(
            name=f"厂{number}",
            division_id=COUNTY,
            headcount=headcount,
            counted_on=date(2014, 1, 1),
        )
        made = register_employer(
            code=whole_code("91350426", f"{number:08d}"),
            keeper_id=union_of().pk,
            entry=entry,
            on=date(2014, 1, 1),
            by=SYSTEM,
        )
    del made
    large = union_of().employers_kept.get(headcount=400)
    cover_employer(
        employer_id=large.pk,
        organisation_id=union.pk,
        on=date(2015, 5, 1),
        by=SYSTEM,
    )
    counted = [counts_on(union_of().pk, **span) for span in (YEAR, LATER)]
    assert [(each.employers, each.covered, each.coverage) for each in counted] == [
        (2, 0, Decimal("0.00")),
        (2, 1, Decimal("50.00")),
    ]


def test_what_was_granted_is_a_share_of_the_same_returns() -> None:
    for union, spending, granted in (
        (union_of(), "300.00", "211.50"),
        (basic_union(), "33.56", "23.66"),
    ):
        entry = ReturnEntry(
            year=2014,
            staff_count=1,
            member_count=1,
            has_account=True,
            has_books=True,
            spending=Decimal(spending),
            granted=Decimal(granted),
        )
        file_return(
            organisation_id=union.pk, entry=entry, on=date(2015, 1, 5), by=SYSTEM
        )
    counts = counts_on(union_of().pk, **YEAR)
    assert (counts.granted, counts.granted_share) == (
        Decimal("235.16"),
        Decimal("70.50"),
    )
    assert counts_on(union_of().pk, **LATER).granted_share is None
    assert figure("granted", union_of(), "2014") == Decimal("235.16")
    with pytest.raises(Refusal, match="期间应写作"):
        figure("granted", union_of(), "去年")
