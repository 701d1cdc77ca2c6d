"""Terms of office: when an election is due and how long it may be put off."""

from datetime import date

import pytest

from members.rules.office_term import (
    due_after,
    latest_delay,
    require_delay,
    years_allowed,
)
from unionportal.core.errors import Refusal


@pytest.mark.parametrize(
    ("starts_on", "years", "due_on"),
    [
        (date(2022, 3, 8), 3, date(2025, 3, 8)),
        (date(2020, 2, 29), 5, date(2025, 2, 28)),
        (date(2020, 2, 29), 3, date(2023, 2, 28)),
    ],
)
def test_election_is_due_on_the_same_day_after_the_term(
    starts_on: date, years: int, due_on: date
) -> None:
    assert due_after(starts_on, years) == due_on


def test_only_basic_unions_choose_three_years() -> None:
    assert years_allowed("basic", "committee") == (3, 5)
    assert years_allowed("basic", "industrial") == (5,)
    assert years_allowed("county", "general_union") == (5,)


def test_delay_ends_within_six_months() -> None:
    due_on = date(2025, 8, 31)
    assert latest_delay(due_on) == date(2026, 2, 28)
    require_delay(due_on, date(2026, 2, 28))
    for wrong in (date(2026, 3, 1), due_on):
        with pytest.raises(Refusal, match="六个月"):
            require_delay(due_on, wrong)
