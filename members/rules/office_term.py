"""Terms of office (任期): when an election is due, and how long it may be put off.

Basic unions choose three or five years at their founding, local and industrial unions
have five (工会法 16; 工会章程). A delay wants the consent of the union above and ends
within six months.
"""

from calendar import monthrange
from datetime import date

from unionportal.core.errors import Refusal

MONTHS_OF_DELAY = 6
YEARS_OF_BASIC = (3, 5)
YEARS_OF_OTHERS = (5,)


def years_allowed(level: str, form: str) -> tuple[int, ...]:
    """The terms a union may choose among."""
    is_basic = level == "basic" and form != "industrial"
    return YEARS_OF_BASIC if is_basic else YEARS_OF_OTHERS


def due_after(starts_on: date, years: int) -> date:
    """The day by which the next election is due: the same day of the month."""
    return _later(starts_on, months=12 * years)


def latest_delay(due_on: date) -> date:
    """The last day to which an election may be put off."""
    return _later(due_on, months=MONTHS_OF_DELAY)


def require_delay(due_on: date, delayed_to: date) -> None:
    """Refuse a day that is no delay, and one beyond six months."""
    if not due_on < delayed_to <= latest_delay(due_on):
        raise Refusal(
            f"延期应晚于 {due_on:%Y-%m-%d}，最迟到 {latest_delay(due_on):%Y-%m-%d}"
            "（不超过六个月）。",
            field="delayed_to",
        )


def _later(day: date, *, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
