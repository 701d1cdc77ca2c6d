"""Memberships by the thousand: the roster of people, what the form says, and standing.

A row is a person of the roster (`people_import`) with the day of joining. Who is not
registered is registered with it; who is a member of another union is left to a
transfer; the same file a second time changes nothing.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial

from django.db import connection
from django.db.models import TextChoices

from members.actions.people_import import COLUMNS as PEOPLE_COLUMNS
from members.actions.people_import import apply_people, judge_people
from members.enums import (
    Education,
    HukouKind,
    JobKind,
    PoliticalStatus,
    SkillGrade,
    TargetGroup,
)
from members.permissions.people import can_import_people
from members.rules.nation import read_nation
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.uploads.columns import Column, ImportKind
from unionportal.core.uploads.staging import mark_wrong

CARD_DAYS = 5 * 365
TEXTS = (
    "nation",
    "education",
    "political_status",
    "unit_name",
    "trade",
    "skill_grade",
    "job_kind",
    "hukou_kind",
)
_SAID = " OR ".join(
    f"person.{name} <> COALESCE(row.record->>'{name}', person.{name})" for name in TEXTS
)
_GROUPS = "string_to_array(row.record->>'target_groups', ',')::varchar[]"
_HELD = """
    SELECT held.* FROM members_membership AS held
    JOIN members_person AS person ON person.id = held.person_id
    WHERE person.id_number_index = row.key
"""
_ELSEWHERE = f"""
    '该人的会籍在“' || (SELECT union_.name FROM members_organisation AS union_
        JOIN ({_HELD}) AS held ON held.organisation_id = union_.id)
    || '”，请办理转会，不能以导入改动。'
"""  # noqa: S608 - built from constants
# What people_import found the same may still lack its membership or what the form says.
_JUDGE = f"""
    UPDATE upload_row AS row SET verdict = 'changed'
    FROM members_person AS person
    WHERE person.id_number_index = row.key AND row.verdict = 'same'
      AND (NOT EXISTS ({_HELD}) OR {_SAID}
        OR person.target_groups <> COALESCE({_GROUPS}, person.target_groups))
"""  # noqa: S608 - built from constants
_PARTICULARS = """
    UPDATE members_person AS person SET {sets}, target_groups =
        COALESCE({groups}, person.target_groups)
    FROM upload_row AS row
    WHERE person.id_number_index = row.key AND row.verdict IN ('new', 'changed')
      AND ({said} OR person.target_groups <> COALESCE({groups}, person.target_groups))
""".format(  # noqa: S608 - built from constants
    sets=", ".join(
        f"{name} = COALESCE(row.record->>'{name}', person.{name})" for name in TEXTS
    ),
    groups=_GROUPS,
    said=_SAID,
)
_JOIN = """
    WITH joined AS (
        INSERT INTO members_membership
            (person_id, organisation_id, state, joined_on, since, standing_number)
        SELECT person.id, person.organisation_id, 'member',
            (row.record->>'joined_on')::date, (row.record->>'joined_on')::date, 1
        FROM upload_row AS row
        JOIN members_person AS person ON person.id_number_index = row.key
        WHERE row.verdict IN ('new', 'changed')
          AND NOT EXISTS (SELECT FROM members_membership AS held
              WHERE held.person_id = person.id)
        ORDER BY row.number
        RETURNING id, organisation_id, since
    ), carded AS (
        INSERT INTO members_membercard
            (membership_id, token, state, issued_on, expires_on, revoke_reason)
        SELECT id, replace(gen_random_uuid()::text, '-', ''), 'valid', %s::date,
            %s::date + %s, ''
        FROM joined
    )
    INSERT INTO members_standing (membership_id, number, act, organisation_id, state,
        since, document, reason, by_name)
    SELECT id, 1, 'join', organisation_id, 'member', since, '会员名册导入', '', %s
    FROM joined
"""


def _read_day(text: str) -> str:
    plain = text.replace("/", "-").replace(".", "-").partition(" ")[0]
    parts = plain.split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day).isoformat()
    except ValueError:
        raise Refusal(
            "入会日期应写作 2014-05-01，请核对。", code="date", field="joined_on"
        ) from None


def _read_label(text: str, *, known: Mapping[str, str]) -> str:
    return known[text]


def _read_groups(text: str) -> str:
    known = {str(each.label): each.value for each in TargetGroup}
    named = text.replace("、", ",").replace("，", ",").split(",")
    unknown = [part for part in named if part.strip() not in known]
    if unknown:
        raise Refusal(
            f"没有“{unknown[0]}”这个重点群体，应为：{'、'.join(known)}；多个用顿号隔开。",
            code="value",
        )
    wanted = {known[part.strip()] for part in named}
    return ",".join(value for value in known.values() if value in wanted)


def _chosen(key: str, title: str, choices: type[TextChoices]) -> Column:
    known = {str(each.label): str(each.value) for each in choices}
    read = partial(_read_label, known=known)
    return Column(key, title, read, choices=tuple(known))


COLUMNS = (
    *PEOPLE_COLUMNS,
    Column(
        "joined_on",
        "入会日期",
        _read_day,
        is_required=True,
        aliases=("入会时间",),
        hint="如 2014-05-01；原入会日期，不是导入日期",
    ),
    Column("nation", "民族", read_nation, width=8),
    _chosen("education", "学历", Education),
    _chosen("political_status", "政治面貌", PoliticalStatus),
    Column("unit_name", "工作单位", longest=90, width=24),
    Column("trade", "工种", longest=40),
    _chosen("skill_grade", "技能等级", SkillGrade),
    _chosen("job_kind", "用工形式", JobKind),
    _chosen("hukou_kind", "户籍类型", HukouKind),
    Column("target_groups", "重点群体", _read_groups, width=24, hint="多个用顿号隔开"),
)


def judge_memberships(by: Actor, on: date) -> None:
    """As people are judged, and further: the day, and a membership held elsewhere."""
    judge_people(by, on)
    mark_wrong(
        "joined_on",
        "'入会日期不能晚于今天，请核对。'",
        "(row.record->>'joined_on')::date > %s",
        (on,),
    )
    mark_wrong(
        "joined_on",
        "'入会日期早于年满十六周岁，请核对。'",
        "(row.record->>'joined_on')::date <"
        " (row.record->>'birth_date')::date + interval '16 years'",
    )
    mark_wrong(
        "organisation",
        _ELSEWHERE,
        "EXISTS (SELECT FROM members_membership AS held"
        " JOIN members_person AS person ON person.id = held.person_id"
        " JOIN row_place AS place ON place.number = row.number"
        " WHERE person.id_number_index = row.key AND held.organisation_id <> place.id"
        " AND held.state NOT IN ('left', 'expelled')"
        # Whoever would be moved was told so with the people already.
        " AND person.organisation_id = place.id)",
    )
    mark_wrong(
        "id_number",
        "'该会员已退会或被开除会籍，重新入会请在会籍中办理。'",
        f"EXISTS (SELECT FROM ({_HELD}) AS held WHERE state IN ('left', 'expelled'))",
    )
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE)


def apply_memberships(by: Actor, on: date) -> None:
    """Register the people, write what the form says, and let those join who have not."""
    apply_people(by, on)
    with connection.cursor() as cursor:
        cursor.execute(_PARTICULARS)
        cursor.execute(_JOIN, [on, on, CARD_DAYS, by.name])


MEMBERSHIPS = ImportKind(
    code="memberships",
    label="会员名册",
    columns=COLUMNS,
    key="id_number_index",
    may=can_import_people,
    judge=judge_memberships,
    apply=apply_memberships,
    example={
        "name": "林小满",
        "id_number": "11010519491231002X",
        "stated_sex": "女",
        "phone": "13800138000",
        "organisation": "350426",
        "joined_on": "2014-05-01",
        "nation": "汉族",
        "education": "高中",
        "unit_name": "尤溪县纺织厂",
        "trade": "挡车工",
        "target_groups": "女职工、农民工",
    },
)
