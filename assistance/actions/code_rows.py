"""What a round is opened for and paid from: periods (期次) and fund sources (资金来源).

Both are named by schemes, rounds and books, so a row may be corrected only until the
first of them does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction

from assistance.enums import FileLevel
from assistance.models import Account, AidWindow, FundSource, Period, Round
from assistance.permissions.funds import can_keep_code_rows
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

YEARS = range(2000, 2101)
Row = TypeVar("Row", Period, FundSource)
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEntry:
    """When: 元旦春节 of a year, a school year, a summer; both days belong to it."""

    code: str
    title: str
    year: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """Where money comes from: no level means files of every level, else these alone."""

    code: str
    name: str
    basis: str
    file_levels: Sequence[str] = ()


def save_period(*, entry: PeriodEntry, by: Actor, on: date) -> Period:
    """Enter a period, or correct one that no round and no window names yet.

    Refuses a code that is not of small letters, digits and hyphens, an end before the
    beginning, a year that the days do not touch, and what changes nothing.
    """
    with transaction.atomic():
        can_keep_code_rows(by).require()
        code = _code(entry.code, 20)
        if entry.ends_on < entry.starts_on:
            raise Refusal("结束日期早于开始日期。", field="ends_on")
        touched = range(entry.starts_on.year, entry.ends_on.year + 1)
        if entry.year not in YEARS or entry.year not in touched:
            raise Refusal(f"年度 {entry.year} 不在起止日期之内。", field="year")
        period = Period.objects.select_for_update().filter(code=code).first()
        if period and (
            Round.objects.filter(period=period).exists()
            or AidWindow.objects.filter(period=period).exists()
        ):
            raise Refusal(
                f"期次“{period}”已有轮次或受理窗口，不能更正；请用另一个代码新增。",
                field="code",
                code="in_use",
            )
        values = {
            "title": _words(entry.title, "title", 40),
            "year": entry.year,
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
        }
        return _put(period or Period(code=code), values, "save_period", by=by, on=on)


def save_fund_source(*, entry: SourceEntry, by: Actor, on: date) -> FundSource:
    """Enter a source, or correct one that has no account on the books yet.

    Refuses an unknown file level, a missing basis, and what changes nothing.
    """
    with transaction.atomic():
        can_keep_code_rows(by).require()
        code = _code(entry.code, 24)
        unknown = [one for one in entry.file_levels if one not in FileLevel.values]
        if unknown:
            known = "、".join(str(label) for label in FileLevel.labels)
            raise Refusal(f"档案级别只有：{known}。", field="file_levels")
        source = FundSource.objects.select_for_update().filter(code=code).first()
        if source and Account.objects.filter(source=source).exists():
            raise Refusal(
                f"资金来源“{source}”已有账户，不能更正；请用另一个代码新增。",
                field="code",
                code="in_use",
            )
        values = {
            "name": _words(entry.name, "name", 60),
            "basis": _words(entry.basis, "basis", 200),
            "file_levels": [
                str(level) for level in FileLevel.values if level in entry.file_levels
            ],
        }
        found = source or FundSource(code=code)
        return _put(found, values, "save_fund_source", by=by, on=on)


def _code(code: str, longest: int) -> str:
    code = code.strip()
    if not _CODE.fullmatch(code) or len(code) > longest:
        raise Refusal(
            f"代码应为 1 至 {longest} 位的小写字母、数字、连字符或下划线，例如 2027-winter。",
            field="code",
        )
    return code


def _words(text: str, name: str, longest: int) -> str:
    text = " ".join(text.split())
    if not text or len(text) > longest:
        raise Refusal(f"请填写，最多 {longest} 个字。", field=name)
    return text


def _put(
    row: Row, values: Mapping[str, object], verb: str, *, by: Actor, on: date
) -> Row:
    before = {} if row.pk is None else {name: getattr(row, name) for name in values}
    if before == values:
        raise Refusal("没有任何改动。", code="unchanged")
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record(
        by=by,
        verb=verb,
        subject=row,
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={
            name: [str(before.get(name, "")), str(value)]
            for name, value in values.items()
            if before.get(name) != value
        },
    )
    return row
