"""Working days with shifted weekends, and due dates that explain themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionportal.core.calendar import (
    add_natural_days,
    add_working_days,
    is_provisional,
    is_published,
    is_working_day,
    long_date,
    next_working_day,
    working_days_between,
)

# 国办发明电: the working weekends and the days off of the Spring Festival of 2026.
SHIFTED = [date(2026, 2, 14), date(2026, 2, 28), date(2026, 10, 10)]
OFF = [date(2026, 2, 16), date(2026, 2, 20), date(2026, 2, 23), date(2026, 10, 7)]


@pytest.mark.parametrize("day", SHIFTED)
def test_a_shifted_weekend_is_worked(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day)


@pytest.mark.parametrize("day", OFF)
def test_a_day_off_in_the_week_is_not_worked(day: date) -> None:
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_the_spring_festival_is_explained_step_by_step() -> None:
    due = add_working_days(date(2026, 2, 10), 5)
    assert due.on == date(2026, 2, 24)
    assert not due.provisional
    assert due.steps == (
        "自2026年2月10日（周二）起算，当日不计入，从次日开始计算",
        "2026年2月14日（周六）调休上班，计入",
        (
            "2026年2月15日（周日）至2026年2月23日（周一）"
            "为周末、农历除夕、春节、调休放假，不计入"
        ),
        "第5个工作日是2026年2月24日（周二），期限到当天结束",
    )


def test_a_period_ending_on_a_holiday_gives_way_to_the_next_working_day() -> None:
    due = add_natural_days(date(2026, 9, 16), 15)
    assert due.on == date(2026, 10, 8)
    assert due.steps[1:] == (
        "满15日是2026年10月1日（周四）",
        "最后一日遇国庆节、周末、调休放假，顺延到2026年10月8日（周四）",
        "期限到2026年10月8日（周四）当天结束",
    )


def test_a_period_ending_on_a_shifted_saturday_stays() -> None:
    assert add_natural_days(date(2026, 2, 4), 10).on == date(2026, 2, 14)


def test_without_rolling_the_last_day_stays() -> None:
    due = add_natural_days(date(2026, 9, 16), 15, roll=False)
    assert due.on == date(2026, 10, 1)


def test_a_year_without_notice_is_provisional() -> None:
    """If this fails, `holidays` holds the notice for 2027: take the next open year."""
    assert is_published(2026)
    assert not is_published(2027)
    due = add_working_days(date(2026, 12, 30), 5)
    assert due.provisional
    assert due.steps[-1] == (
        "国务院2027年放假安排尚未公布，暂按法定节假日和周末计算，公布后须重算"
    )


def test_the_last_days_of_december_hang_on_the_next_notice() -> None:
    """2018-12-29, a Saturday, was worked by the notice for 2019."""
    assert is_working_day(date(2018, 12, 29))
    assert not is_provisional(date(2026, 12, 25))
    assert is_provisional(date(2026, 12, 26))
    assert not is_provisional(date(2025, 12, 31))


@pytest.mark.parametrize("count", [0, -1, 3661])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    for add in (add_working_days, add_natural_days):
        with pytest.raises(ValueError, match="天数应在 1 到 3660 之间"):
            add(date(2026, 1, 5), count)


def test_dates_are_written_with_the_weekday() -> None:
    assert long_date(date(2026, 11, 22)) == "2026年11月22日（周日）"


DAYS = st.dates(min_value=date(2013, 1, 1), max_value=date(2026, 12, 31))


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    due = add_working_days(start, count)
    assert is_working_day(due.on)
    assert working_days_between(start, due.on) == count
    assert working_days_between(due.on, start) == -count


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_natural_days_end_on_a_working_day(start: date, count: int) -> None:
    due = add_natural_days(start, count)
    assert due.on == next_working_day(start + timedelta(days=count))
    assert is_working_day(due.on)
