"""Figures of unions (组织建设指标), over the tree of the day they are asked for.

A report of 2014 counts the unions that hung below the union in 2014, under the form
they had then, also those that have ended since.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from members.models import Organisation
from members.queries.organisation_tree import BELOW
from unionportal.core.figures import Figure, span_of
from unionportal.core.money import yuan

ZERO = Decimal(0)
_COLUMNS = """
    count(*) FILTER (WHERE below.level = 'basic') AS basic,
    count(*) FILTER (WHERE union_.founded_on BETWEEN %(first)s AND %(on)s) AS founded,
    count(*) FILTER (WHERE below.level = 'township') AS township,
    count(*) FILTER (WHERE below.level = 'township'
        AND below.form = 'general_union') AS township_general,
    count(*) FILTER (WHERE below.level = 'township'
        AND below.form = 'federation') AS township_federation,
    count(*) FILTER (WHERE below.level = 'township'
        AND below.form IN ('committee', 'joint')) AS township_committee,
    count(*) FILTER (WHERE below.level = 'township' AND below.kind = 'park') AS parks,
    COALESCE(sum(office.posted), 0) AS staff,
    COALESCE(sum(office.posted_new), 0) AS staff_new,
    count(*) FILTER (WHERE below.level = 'township' AND office.posted > 0) AS staffed,
    COALESCE(sum(firm.large), 0) AS employers,
    COALESCE(sum(firm.covered), 0) AS covered,
    COALESCE(sum(filed.dues_due), 0) AS dues_due,
    COALESCE(sum(filed.dues_paid), 0) AS dues_paid,
    COALESCE(sum(filed.spending), 0) AS spending,
    COALESCE(sum(filed.granted), 0) AS granted
"""
_JOINS = """
    FROM below
    JOIN members_organisation AS union_ ON union_.id = below.id
    LEFT JOIN (
        SELECT organisation_id, count(*) AS posted,
            count(*) FILTER (WHERE starts_on >= %(first)s) AS posted_new
        FROM members_officer
        WHERE office = 'union_staff' AND starts_on <= %(on)s
          AND (ends_on IS NULL OR ends_on >= %(on)s)
        GROUP BY 1
    ) AS office ON office.organisation_id = below.id
    LEFT JOIN (
        SELECT keeper_id, count(*) AS large,
            count(*) FILTER (WHERE organisation_id IS NOT NULL
                AND COALESCE(covered_on <= %(on)s, true)) AS covered
        FROM members_employer
        WHERE headcount >= 25 AND (closed_on IS NULL OR closed_on > %(on)s)
        GROUP BY 1
    ) AS firm ON firm.keeper_id = below.id
    LEFT JOIN members_yearlyreturn AS filed
        ON filed.organisation_id = below.id AND filed.year = %(year)s
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of the unions below one, itself included; amounts in yuan."""

    basic: int = 0
    founded: int = 0
    township: int = 0
    township_general: int = 0
    township_federation: int = 0
    township_committee: int = 0
    parks: int = 0
    staff: int = 0
    staff_new: int = 0
    staffed: int = 0
    employers: int = 0
    covered: int = 0
    dues_due: Decimal = ZERO
    dues_paid: Decimal = ZERO
    spending: Decimal = ZERO
    granted: Decimal = ZERO

    @property
    def coverage(self) -> Decimal | None:
        """Employers of 25 and more that have a union, in percent; None without any."""
        return _percent(self.covered, self.employers)

    @property
    def granted_share(self) -> Decimal | None:
        """What went to basic unions, in percent of the spending."""
        return _percent(self.granted, self.spending)


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return yuan(Decimal(part) * 100 / Decimal(whole)) if whole else None


def counts_on(organisation_id: int, *, first: date, on: date) -> Counts:
    """The counts over everything below a union, for the days from `first` to `on`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{BELOW} SELECT {_COLUMNS} {_JOINS}", _asked(organisation_id, first, on)
        )
        return Counts(*cursor.fetchone())


def counts_by_part(
    organisation_id: int, *, first: date, on: date
) -> list[tuple[str, Counts]]:
    """The same for each union directly below on that day, by its name of that day."""
    statement = f"""
        {BELOW} SELECT part.short_name, {_COLUMNS} {_JOINS}
        JOIN below AS part ON part.id = below.part
        GROUP BY part.id, part.short_name ORDER BY part.id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, _asked(organisation_id, first, on))
        return [(row[0], Counts(*row[1:])) for row in cursor.fetchall()]


def _asked(organisation_id: int, first: date, on: date) -> dict[str, int | date]:
    return {"root": organisation_id, "first": first, "on": on, "year": on.year}


# --- the registered figures


def _of(column: str) -> Callable[[str, str], Decimal]:
    def compute(path: str, period: str) -> Decimal:
        first, on = span_of(period)
        union = Organisation.objects.filter(path=path).only("pk").first()
        if union is None:
            return ZERO
        return Decimal(getattr(counts_on(union.pk, first=first, on=on), column) or 0)

    return compute


_ROWS = (
    (
        "basic",
        "基层工会数",
        "期末在册的基层工会，按当时的隶属关系；筹备和注销的不计",
        "在册",
        "个",
    ),
    ("founded", "新建工会数", "期内由上级工会批准成立、期末仍在册的工会", "新建", "个"),
    (
        "township_general",
        "乡镇（街道、园区）总工会",
        "期末在册的乡镇级工会中，组织形式为总工会的",
        "在册",
        "个",
    ),
    (
        "township_federation",
        "乡镇级工会联合会",
        "期末在册的乡镇级工会中，组织形式为工会联合会的",
        "在册",
        "个",
    ),
    (
        "township_committee",
        "乡镇级工会委员会",
        "期末在册的乡镇级工会中，组织形式为工会委员会或联合工会的",
        "在册",
        "个",
    ),
    ("staff", "工会专干", "期末在任的工会专干", "在任", "人"),
    ("staff_new", "新任工会专干", "期内到任、期末仍在任的工会专干", "新任", "人"),
    (
        "employers",
        "25 人以上单位",
        "期末未停业、最近登记人数不少于 25 人的用人单位",
        "在册",
        "家",
    ),
    (
        "covered",
        "25 人以上已建会单位",
        "其中期末已有工会覆盖的；建会日期不明的按已建会计",
        "建会",
        "家",
    ),
    (
        "granted",
        "拨补基层经费",
        "年度报表所填支出中拨补基层的部分，按填报年度",
        "拨补",
        "元",
    ),
    (
        "granted_share",
        "拨补基层占支出",
        "同一批年度报表中，拨补基层经费占支出的百分比",
        "占比",
        "%",
    ),
)

FIGURES = tuple(
    Figure(f"members.{code}", name, definition, measure, unit, _of(code), on_desk=False)
    for code, name, definition, measure, unit in _ROWS
)
