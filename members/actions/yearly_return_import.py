"""Yearly returns by the thousand."""

from datetime import date

from members.enums import Role
from members.permissions.organisations import can_import_organisations
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.uploads.cells import YES, read_count, read_sum, read_yes
from unionportal.core.uploads.columns import Column, ImportKind
from unionportal.core.uploads.staging import counted, mark_wrong
from unionportal.core.uploads.tables import (
    Target,
    judge_target,
    lay_out_target,
    mark_outside,
    mark_unknown,
    typed,
    write_target,
)

IMPORTERS = (Role.MAKER, Role.ADMINISTRATOR)
FIRST_YEAR = 1950
_SUMS = {
    "dues_due": "应缴经费（元）",
    "dues_paid": "已缴经费（元）",
    "budget": "预算（元）",
    "spending": "支出（元）",
    "granted": "拨补基层（元）",
}
COLUMNS = (
    Column("organisation", "工会代码", is_required=True, longest=18, width=22),
    Column("year", "年度", read_count, is_required=True, width=8, hint="如 2025"),
    Column("staff_count", "职工人数", read_count, is_required=True),
    Column("member_count", "会员人数", read_count, is_required=True),
    Column("activity_count", "活动次数", read_count),
    Column("has_account", "独立账户", read_yes, is_required=True, choices=YES),
    Column("has_books", "单独建账", read_yes, is_required=True, choices=YES),
    *(
        Column(key, title, read_sum, hint="最多两位小数")
        for key, title in _SUMS.items()
    ),
)
_JOINS = """
    LEFT JOIN members_organisation AS union_
        ON union_.code = row.record->>'organisation'
        AND union_.state IN ('normal', 'locked')
"""
_TARGET = Target(
    table="members_yearlyreturn",
    joins=_JOINS,
    keys={"organisation_id": "union_.id", "year": typed("year", "integer")},
    values={
        **{
            name: typed(name, "integer")
            for name in ("staff_count", "member_count", "activity_count")
        },
        **{name: typed(name, "boolean") for name in ("has_account", "has_books")},
        **{name: typed(name, "numeric") for name in _SUMS},
    },
    fallbacks={"activity_count": "0", **dict.fromkeys(_SUMS, "0")},
)


def judge_returns(by: Actor, on: date) -> None:
    """Compare the staged returns with the register; see `ImportKind.judge`."""
    mark_unknown("organisation", "在册工会", "union_.id", _JOINS)
    mark_outside("organisation", "union_.path", _JOINS, by, IMPORTERS)
    mark_wrong(
        "year",
        f"'年度应在 {FIRST_YEAR} 到今年之间，请核对。'",
        f"(row.record->>'year')::numeric NOT BETWEEN {FIRST_YEAR} AND %s::integer",
        (str(on.year),),
    )
    mark_wrong(
        "granted",
        "'拨补基层是支出的一部分，不能大于支出。'",
        "COALESCE((row.record->>'granted')::numeric, 0)"
        " > COALESCE((row.record->>'spending')::numeric, 0)",
    )
    lay_out_target(_TARGET)
    judge_target(_TARGET)


def apply_returns(by: Actor, on: date) -> None:
    """Write what was judged new or changed; see `ImportKind.apply`."""
    counts = counted()
    write_target(_TARGET, {"filed_on": on, "filed_by_name": by.name})
    record(
        by=by,
        verb="import",
        subject=("members.yearlyreturn", 0),
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"new": counts.new, "changed": counts.changed},
    )


RETURNS = ImportKind(
    code="yearly-returns",
    label="工会年度报表",
    columns=COLUMNS,
    key="organisation year",
    may=can_import_organisations,
    judge=judge_returns,
    apply=apply_returns,
    example={
        "organisation": "350426",
        "year": "2025",
        "staff_count": "320",
        "member_count": "305",
        "activity_count": "6",
        "has_account": "是",
        "has_books": "是",
        "dues_due": "38400.00",
        "dues_paid": "38400.00",
        "budget": "36000.00",
        "spending": "35120.50",
        "granted": "0.00",
    },
)
