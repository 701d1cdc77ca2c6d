"""Standards: one at a time, found by county and day."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Value

from members.enums import StandardKind
from members.models import Division, Standard
from members.queries.standard import standard_in_force, subsistence_line_at
from tests.members.builders import COUNTY, standard
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
LINE = StandardKind.SUBSISTENCE_LINE


def test_new_standard_ends_the_one_in_force_the_day_before() -> None:
    old = standard("750.00", since=date(2025, 1, 1))
    new = standard("780.00", since=date(2026, 1, 1))
    old.refresh_from_db()
    assert (old.valid_to, new.valid_to) == (date(2025, 12, 31), None)
    assert standard_in_force(LINE, COUNTY, "urban", date(2025, 12, 31)) == old
    assert standard_in_force(LINE, COUNTY, "urban", date(2026, 1, 1)) == new
    assert standard_in_force(LINE, COUNTY, "urban", date(2024, 12, 31)) is None
    assert standard_in_force(LINE, COUNTY, "rural", date(2026, 1, 1)) is None


def test_standard_not_after_the_one_in_force_is_refused() -> None:
    standard("750.00", since=date(2025, 1, 1))
    for since in (date(2025, 1, 1), date(2024, 6, 1)):
        with pytest.raises(Refusal, match="已有自 2025-01-01"):
            standard("780.00", since=since)
    assert Standard.objects.get().valid_to is None


def test_standard_needs_an_amount_above_zero() -> None:
    with pytest.raises(Refusal, match="大于 0"):
        standard("0")
    assert not Standard.objects.exists()


def test_database_refuses_two_standards_on_one_day() -> None:
    first = standard("750.00", since=date(2025, 1, 1))
    with (
        pytest.raises(IntegrityError, match="standard_one_at_a_time"),
        transaction.atomic(),
    ):
        Standard.objects.create(
            kind=first.kind,
            division_id=COUNTY,
            residence="urban",
            amount=Decimal("1.00"),
            valid_from=date(2025, 6, 1),
            valid_to=date(2025, 6, 1),
            document="x",
        )


def test_township_reads_the_standard_of_its_county() -> None:
    line = standard("750.00")
    township = Division.objects.filter(parent_id=COUNTY).first()
    assert township is not None
    assert standard_in_force(LINE, township, "urban", date(2025, 5, 1)) == line


@pytest.mark.parametrize(
    ("code", "residence", "day", "expected"),
    [
        (COUNTY, "urban", date(2025, 12, 31), Decimal("750.00")),
        (COUNTY, "urban", date(2026, 1, 1), Decimal("780.00")),
        (COUNTY, "rural", date(2026, 1, 1), None),
        (COUNTY, "urban", date(2024, 12, 31), None),
        ("350426101", "urban", date(2025, 2, 1), Decimal("750.00")),
        ("350430", "urban", date(2025, 2, 1), None),
        ("441900003", "urban", date(2025, 2, 1), Decimal("1000.00")),
    ],
)
def test_subsistence_line_as_an_expression(
    code: str, residence: str, day: date, expected: Decimal | None
) -> None:
    standard("750.00", since=date(2025, 1, 1))
    standard("780.00", since=date(2026, 1, 1))
    standard("1000.00", at="441900")
    row = (
        Division.objects.filter(pk=code)
        .annotate(place=F("code"), living=Value(residence), day=Value(day))
        .annotate(line=subsistence_line_at("place", "living", "day"))
        .get()
    )
    assert row.line == expected
