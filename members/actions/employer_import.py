"""Employers by the thousand: the legal-person database, and the list of those without a union."""

from datetime import date

from members.enums import EmployerSize, Ownership, Role, Trade
from members.permissions.organisations import can_import_organisations
from members.permissions.seats import CLIENT
from members.rules.uscc import read_employer_code
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.uploads.cells import (
    YES,
    read_count,
    read_day,
    read_word,
    read_yes,
    words,
)
from unionportal.core.uploads.columns import Column, ImportKind
from unionportal.core.uploads.staging import Flaw, counted, mark_flaws, mark_wrong
from unionportal.core.uploads.tables import (
    Target,
    judge_target,
    lay_out_target,
    outside,
    text,
    typed,
    unknown,
    write_target,
)

IMPORTERS = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
_OWNERSHIPS, _SIZES = words(Ownership.choices), words(EmployerSize.choices)
_TRADES = tuple(Trade.values)

CODE = Column(
    "code",
    "统一社会信用代码",
    read_employer_code,
    is_required=True,
    aliases=("信用代码", "单位代码"),
    width=22,
    hint="18 位，单位自己的代码，不是工会的",
)
NAME = Column(
    "name", "单位名称", is_required=True, aliases=("企业名称",), longest=120, width=30
)
HEADCOUNT = Column(
    "headcount", "职工人数", read_count, aliases=("从业人数",), hint="整数"
)
COUNTED_ON = Column("counted_on", "人数截至", read_day, hint="如 2025-06-30")
DIVISION = Column(
    "division",
    "所在区划代码",
    is_required=True,
    aliases=("行政区划代码",),
    longest=9,
    hint="6 或 9 位",
)
KEEPER = Column(
    "keeper",
    "责任工会代码",
    longest=18,
    hint="不填为所在区划的总工会",
)
UNION = Column(
    "organisation", "覆盖工会代码", longest=18, hint="已建会的，其工会的代码"
)
# What the list of those without a union says of each; the legal-person database says
# besides which union covers it.
OF_EACH = (
    CODE,
    NAME,
    Column("ownership", "经济类型", read_word(_OWNERSHIPS), choices=tuple(_OWNERSHIPS)),
    Column("size", "规模", read_word(_SIZES), choices=tuple(_SIZES)),
    Column("is_above_scale", "规模以上", read_yes, choices=YES),
    Column("trade", "行业门类", choices=_TRADES, hint="GB/T 4754 门类字母 A–T"),
    HEADCOUNT,
    COUNTED_ON,
    DIVISION,
    KEEPER,
)
COLUMNS = (*OF_EACH, UNION)
# The keeper not named is the one known, else the general union of the division or of
# its county.
_JOINS = """
    LEFT JOIN members_employer AS present ON present.code = row.record->>'code'
    LEFT JOIN members_organisation AS covering
        ON covering.code = row.record->>'organisation' AND covering.state IN ('normal', 'locked')
    LEFT JOIN members_division AS place ON place.code = row.record->>'division'
    LEFT JOIN members_organisation AS held ON held.id = present.keeper_id
    LEFT JOIN members_organisation AS named
        ON named.code = row.record->>'keeper' AND named.state IN ('normal', 'locked')
    LEFT JOIN LATERAL (
        SELECT id, path FROM members_organisation
        WHERE state IN ('normal', 'locked') AND code = ANY(ARRAY[
            place.code, left(place.code, 6), left(place.code, 4) || '00'])
        ORDER BY depth DESC LIMIT 1
    ) AS general ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN row.record ? 'keeper' THEN named.id
                WHEN present.id IS NOT NULL THEN held.id ELSE general.id END AS id,
            CASE WHEN row.record ? 'keeper' THEN named.path
                WHEN present.id IS NOT NULL THEN held.path ELSE general.path END AS path
    ) AS keeper
"""
_TARGET = Target(
    table="members_employer",
    joins=_JOINS,
    keys={"code": text("code")},
    values={
        "name": text("name"),
        "ownership": text("ownership"),
        "size": text("size"),
        "is_above_scale": typed("is_above_scale", "boolean"),
        "trade": text("trade"),
        "headcount": typed("headcount", "integer"),
        "counted_on": typed("counted_on", "date"),
        "division_id": "place.code",
        "keeper_id": "keeper.id",
        "organisation_id": "covering.id",
    },
    fallbacks={
        "ownership": "''",
        "size": "''",
        "trade": "''",
        "is_above_scale": "false",
    },
)


def judge_employers(by: Actor, on: date) -> None:
    """Compare the staged employers with the register; see `ImportKind.judge`."""
    mark_flaws(_flaws(by, on), beside=_JOINS)
    lay_out_target(_TARGET)
    judge_target(_TARGET)


def _flaws(by: Actor, on: date) -> list[Flaw]:
    paths = ("keeper.path", "held.path", "covering.path")
    return [
        unknown("division", "区划", "place.code"),
        unknown("keeper", "在册工会", "keeper.id"),
        unknown("organisation", "在册工会", "covering.id"),
        Flaw(
            "keeper",
            "'所在区划没有自己的在册总工会，请填写责任工会代码。'",
            "place.code IS NOT NULL AND NOT row.record ? 'keeper' AND keeper.id IS NULL",
            code="required",
        ),
        *(outside("keeper", path, by, IMPORTERS) for path in paths),
        *_wrong_counts(on),
    ]


def _wrong_counts(on: date) -> list[Flaw]:
    return [
        Flaw(
            "counted_on",
            "'职工人数和人数截至应一起填写。'",
            "(row.record ? 'headcount') <> (row.record ? 'counted_on')",
            code="required",
        ),
        Flaw(
            "counted_on",
            "'人数截至不能晚于今天，请核对。'",
            "(row.record->>'counted_on')::date > %s",
            (on,),
            code="future",
        ),
        Flaw(
            "headcount",
            "'登记的人数截至 ' || present.counted_on || '，比表中更新，请核对。'",
            "row.record ? 'counted_on'"
            " AND present.counted_on > (row.record->>'counted_on')::date",
            code="outdated",
        ),
    ]


def judge_without_union(by: Actor, on: date) -> None:
    """The same; who is on the list has no union, so one that has is wrong there."""
    mark_wrong(
        "code",
        "'该单位登记已有工会覆盖（' || (SELECT union_.name FROM members_employer AS known"
        " JOIN members_organisation AS union_ ON union_.id = known.organisation_id"
        " WHERE known.code = row.record->>'code') || '），请核对。'",
        "EXISTS (SELECT FROM members_employer WHERE code = row.record->>'code'"
        " AND organisation_id IS NOT NULL)",
        code="covered",
    )
    judge_employers(by, on)


def apply_employers(by: Actor, on: date) -> None:
    """Write what was judged new or changed; see `ImportKind.apply`."""
    counts = counted()
    write_target(_TARGET, {})
    record(
        by=by,
        verb="import",
        subject=("members.employer", 0),
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"new": counts.new, "changed": counts.changed},
    )


LEGAL_PERSONS = ImportKind(
    code="employers",
    label="用人单位（法人库）",
    columns=COLUMNS,
    key="code",
    may=can_import_organisations,
    judge=judge_employers,
    apply=apply_employers,
    example={
        "code": "91350100M000100Y43",
        "name": "尤溪某某纺织有限公司",
        "ownership": "私营",
        "size": "小型",
        "is_above_scale": "是",
        "trade": "C",
        "headcount": "126",
        "counted_on": "2025-06-30",
        "division": "350426",
        "keeper": "350426",
    },
)
WITHOUT_UNION = ImportKind(
    code="employers-without-union",
    label="未建会单位名单",
    columns=OF_EACH,
    key="code",
    may=can_import_organisations,
    judge=judge_without_union,
    apply=apply_employers,
    example=LEGAL_PERSONS.example,
)
