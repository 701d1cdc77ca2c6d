"""Working days of the PRC with shifted weekends (调休), and due dates that explain
themselves.

Holidays and working weekends come from the package ``holidays``, which copies the State
Council's yearly notice. A year whose notice it does not hold yet is counted by statutory
holidays and weekends, and the result says that it is provisional.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import holidays

_CN = holidays.country_holidays("CN", language="zh_CN")
_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"
_LONGEST = 3660

# New Year's bridge days reach back into December: 2018-12-29 was a working Saturday by
# the notice for 2019.
_NEXT_NOTICE_FROM = (12, 26)


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a period, how it was counted, and whether it may still move."""

    on: date
    provisional: bool
    steps: tuple[str, ...]


def is_published(year: int) -> bool:
    """Tell whether the State Council's notice for a year is in the library."""
    return year in _CN.special_public_holidays


def is_provisional(day: date) -> bool:
    """Tell whether a notice not yet known may still move this day."""
    if not is_published(day.year):
        return True
    late = (day.month, day.day) >= _NEXT_NOTICE_FROM
    return late and not is_published(day.year + 1)


def is_working_day(day: date) -> bool:
    """Tell whether a day is worked: Monday to Friday not off, or a shifted weekend."""
    return bool(_CN.is_working_day(day))


def next_working_day(day: date) -> date:
    """Return the day itself if it is worked, else the first working day after it."""
    while not is_working_day(day):
        day += _DAY
    return day


def working_days_between(start: date, end: date) -> int:
    """Count working days after ``start`` up to and with ``end``; negative backwards."""
    if end < start:
        return -working_days_between(end, start)
    days = ((start + _DAY * at) for at in range(1, (end - start).days + 1))
    return sum(1 for day in days if is_working_day(day))


def add_working_days(start: date, count: int) -> DueDate:
    """Return the day on which ``count`` working days after ``start`` have passed.

    The first day is not counted (民法典第二百零一条). Refuses a count below 1.
    """
    _check_count(count)
    passed, day, counted = [], start, 0
    while counted < count:
        day += _DAY
        passed.append(day)
        counted += is_working_day(day)
    steps = (
        f"自{long_date(start)}起算，当日不计入，从次日开始计算",
        *_walk(passed),
        f"第{count}个工作日是{long_date(day)}，期限到当天结束",
    )
    return _due(start, day, steps)


def add_natural_days(start: date, count: int, *, roll: bool = True) -> DueDate:
    """Return the last day of a period of ``count`` calendar days after ``start``.

    The first day is not counted; a last day that is a holiday or rest day gives way to
    the next working day (民法典第二百零一条、第二百零三条) unless ``roll`` is off.
    """
    _check_count(count)
    last = start + _DAY * count
    steps = [
        f"自{long_date(start)}起算，当日不计入，从次日开始计算",
        f"满{count}日是{long_date(last)}",
    ]
    day = next_working_day(last) if roll else last
    if day != last:
        why = "、".join(dict.fromkeys(_reason(d) for d in _days(last, day - _DAY)))
        steps.append(f"最后一日遇{why}，顺延到{long_date(day)}")
    steps.append(f"期限到{long_date(day)}当天结束")
    return _due(start, day, tuple(steps))


def long_date(day: date) -> str:
    """Write a date with its weekday: 2026年11月22日（周日）."""
    weekday = _WEEKDAYS[day.weekday()]
    return f"{day.year}年{day.month}月{day.day}日（周{weekday}）"


def _check_count(count: int) -> None:
    if not 1 <= count <= _LONGEST:
        raise ValueError(f"天数应在 1 到 {_LONGEST} 之间：{count}")


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * at for at in range((last - first).days + 1)]


def _due(start: date, last: date, steps: tuple[str, ...]) -> DueDate:
    unsure = [day for day in _days(start + _DAY, last) if is_provisional(day)]
    if unsure:
        first = unsure[0]
        year = first.year if not is_published(first.year) else first.year + 1
        steps += (
            f"国务院{year}年放假安排尚未公布，暂按法定节假日和周末计算，公布后须重算",
        )
    return DueDate(on=last, provisional=bool(unsure), steps=steps)


def _walk(days: list[date]) -> list[str]:
    """Tell which days were passed over and which weekends count, in order."""
    steps = []
    for kind, run in groupby(days, key=_kind):
        if kind == "off":
            steps.append(_skipped(list(run)))
        elif kind == "shifted":
            steps.extend(f"{long_date(day)}调休上班，计入" for day in run)
    return steps


def _kind(day: date) -> str:
    if not is_working_day(day):
        return "off"
    return "shifted" if day.weekday() >= 5 else "worked"


def _skipped(run: list[date]) -> str:
    why = "、".join(dict.fromkeys(_reason(day) for day in run))
    first, last = run[0], run[-1]
    span = (
        long_date(first) if first == last else f"{long_date(first)}至{long_date(last)}"
    )
    return f"{span}为{why}，不计入"


def _reason(day: date) -> str:
    name = _CN.get(day)
    if name is None:
        return "周末"
    if "调休" in name:
        return "调休放假"
    return str(name).split("（")[0]


def months_before(on: date, months: int) -> date:
    """The same day so many months earlier; the month's last day where it has no such."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
