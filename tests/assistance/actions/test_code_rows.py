"""Periods and fund sources: entered at the top, corrected until something names them."""

from dataclasses import replace
from datetime import date

import pytest

from assistance.actions.code_rows import (
    PeriodEntry,
    SourceEntry,
    save_fund_source,
    save_period,
)
from assistance.actions.rounds import open_round
from assistance.models import FundSource, Period, Round
from members.enums import Role
from tests.assistance.builders import COUNTY, ON, PROVINCE, scheme_version, staff, union
from tests.assistance.paying import fund
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
WINTER = PeriodEntry(
    code="2027-winter",
    title="2027年元旦春节",
    year=2027,
    starts_on=date(2026, 12, 1),
    ends_on=date(2027, 2, 28),
)
DONOR = SourceEntry(
    code="donor_2027",
    name="某某集团定向捐赠",
    basis="捐赠协议 2026-18",
    file_levels=["city"],
)


def administrator(at: str = PROVINCE) -> Actor:
    return staff(Role.ADMINISTRATOR, at=at, name="省管理员")


def refusal_of(act: object) -> Refusal:
    assert callable(act)
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value


def test_a_period_is_entered_and_a_round_opened_for_it() -> None:
    period = save_period(entry=WINTER, by=administrator(), on=ON)
    assert (period.code, str(period)) == ("2027-winter", "2027年元旦春节")
    _open_round(period)
    assert Round.objects.get().period == period


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "2027 Winter"}, "code"),
        ({"code": "元旦"}, "code"),
        ({"title": "  "}, "title"),
        ({"ends_on": date(2026, 11, 30)}, "ends_on"),
        ({"year": 2025}, "year"),
    ],
)
def test_an_odd_period_is_refused_at_its_field(
    changes: dict[str, object], field: str
) -> None:
    entry = replace(WINTER, **changes)  # type: ignore[arg-type]
    refused = refusal_of(lambda: save_period(entry=entry, by=administrator(), on=ON))
    assert refused.field == field
    assert not Period.objects.filter(code=entry.code).exists()


def test_a_period_is_corrected_until_a_round_names_it() -> None:
    by = administrator()
    save_period(entry=WINTER, by=by, on=ON)
    assert refusal_of(lambda: save_period(entry=WINTER, by=by, on=ON)).code == (
        "unchanged"
    )
    longer = replace(WINTER, ends_on=date(2027, 3, 31))
    period = save_period(entry=longer, by=by, on=ON)
    assert Period.objects.get(code="2027-winter").ends_on == date(2027, 3, 31)
    _open_round(period)
    refused = refusal_of(lambda: save_period(entry=WINTER, by=by, on=ON))
    assert (refused.field, refused.code) == ("code", "in_use")


def _open_round(period: Period) -> None:
    open_round(
        version_id=scheme_version().pk,
        organisation_id=union(COUNTY).pk,
        period_id=period.pk,
        as_of=ON,
        by=staff(Role.MAKER),
        on=ON,
    )


def test_a_source_is_entered_with_its_strings_and_kept_once_it_has_an_account() -> None:
    by = administrator()
    source = save_fund_source(entry=DONOR, by=by, on=ON)
    assert (source.file_levels, source.basis) == (["city"], "捐赠协议 2026-18")
    odd = replace(DONOR, file_levels=["town"])
    assert refusal_of(lambda: save_fund_source(entry=odd, by=by, on=ON)).field == (
        "file_levels"
    )
    fund("100.00")
    used = FundSource.objects.get(code="county_own")
    entry = SourceEntry(code=used.code, name="改名", basis="改")
    refused = refusal_of(lambda: save_fund_source(entry=entry, by=by, on=ON))
    assert (refused.field, refused.code) == ("code", "in_use")


def test_a_county_s_administrator_enters_neither() -> None:
    by = administrator(at=COUNTY)
    for act in (
        lambda: save_period(entry=WINTER, by=by, on=ON),
        lambda: save_fund_source(entry=DONOR, by=by, on=ON),
    ):
        assert refusal_of(act).code == "forbidden"
