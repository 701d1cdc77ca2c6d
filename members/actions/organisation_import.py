"""Unions by the thousand: those that stand already, with the paper that founded them."""

# ruff: noqa: S608 - all SQL is made of the programme's own names

from datetime import date

from django.db import connection

from members.actions.planting import Seedling, plant
from members.actions.tree import leave_behind, lock_tree
from members.enums import OrganisationForm, OrganisationKind, OrganisationLevel, Role
from members.permissions.organisations import can_import_organisations
from members.permissions.seats import CLIENT
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.uploads.cells import read_day, read_word, words
from unionportal.core.uploads.columns import Column, ImportKind
from unionportal.core.uploads.staging import Flaw, counted, mark_flaws, mark_wrong
from unionportal.core.uploads.tables import (
    Target,
    judge_target,
    lay_out_target,
    outside,
    text,
    unknown,
)

IMPORTERS = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
_FORMS, _KINDS = words(OrganisationForm.choices), words(OrganisationKind.choices)
_LEVELS = words(
    (level.value, level.label)
    for level in (OrganisationLevel.BASIC, OrganisationLevel.TOWNSHIP)
)
COLUMNS = (
    Column("code", "工会代码", is_required=True, longest=18, width=22),
    Column("name", "名称", is_required=True, longest=90, width=34),
    Column("short_name", "简称", longest=60, hint="不填同名称"),
    Column("parent", "上级工会代码", is_required=True, longest=18, width=22),
    Column("level", "层级", read_word(_LEVELS), choices=tuple(_LEVELS)),
    Column("form", "组织形式", read_word(_FORMS), choices=tuple(_FORMS)),
    Column("kind", "建会类型", read_word(_KINDS), choices=tuple(_KINDS)),
    Column("division", "所在区划代码", longest=9, hint="不填同上级"),
    Column("founded_on", "成立日期", read_day, hint="新登记的必填"),
    Column("document", "批准文号", longest=120, hint="新登记的必填"),
)
# The union above stands in the register or in the same file.
_JOINS = """
    LEFT JOIN members_organisation AS present ON present.code = row.record->>'code'
    LEFT JOIN members_organisation AS above
        ON above.code = row.record->>'parent' AND above.state IN ('normal', 'locked')
    LEFT JOIN members_division AS place ON place.code = row.record->>'division'
"""
# By the key, whose spread the planner knows: by the record it would compare each row
# with each other.
_IN_FILE = """
    LEFT JOIN upload_row AS beside
        ON beside.key = (row.record->>'parent') COLLATE "C"
        AND beside.verdict <> 'wrong' AND beside.number <> row.number
"""
_TARGET = Target(
    table="members_organisation",
    joins=_JOINS,
    keys={"code": text("code")},
    values={
        "name": text("name"),
        "short_name": text("short_name"),
        "form": text("form"),
        "kind": text("kind"),
        "division_id": "place.code",
    },
)
_NEW = """
    SELECT row.record->>'code', row.record->>'parent', row.record->>'name',
        COALESCE(row.record->>'short_name', left(row.record->>'name', 60)),
        COALESCE(row.record->>'level', 'basic'),
        COALESCE(row.record->>'form', 'committee'),
        COALESCE(row.record->>'kind', 'single'),
        COALESCE(place.code, above.division_id),
        (row.record->>'founded_on')::date, row.record->>'document'
    FROM upload_row AS row
"""
_CHANGED = """
    SELECT known.id FROM incoming JOIN upload_row AS row USING (number)
    JOIN members_organisation AS known ON known.code = incoming.code
    WHERE row.verdict = 'changed' ORDER BY known.id
"""
_WRITE = """
    UPDATE members_organisation AS known SET
        name = COALESCE(incoming.name, known.name),
        short_name = COALESCE(incoming.short_name, known.short_name),
        form = COALESCE(incoming.form, known.form),
        kind = COALESCE(incoming.kind, known.kind),
        division_id = COALESCE(incoming.division_id, known.division_id)
    FROM incoming JOIN upload_row AS row USING (number)
    WHERE row.verdict = 'changed' AND known.code = incoming.code
"""


def judge_unions(by: Actor, on: date) -> None:
    """Compare the staged unions with the tree; see `ImportKind.judge`."""
    mark_flaws(_flaws(by, on), beside=_JOINS)
    _judge_new()
    lay_out_target(_TARGET)
    judge_target(_TARGET)


def _flaws(by: Actor, on: date) -> list[Flaw]:
    return [
        unknown("division", "区划", "place.code"),
        outside("parent", "present.path", by, IMPORTERS),
        outside("parent", "above.path", by, IMPORTERS),
        Flaw(
            "code",
            "'该工会在系统中已注销或在筹备，不能导入。'",
            "present.state IN ('forming', 'dissolved')",
            code="state",
        ),
        Flaw(
            "parent",
            "'该工会现隶属于另一个上级；变更隶属关系请在工会页面单独办理。'",
            "EXISTS (SELECT FROM members_organisation AS at_top"
            " WHERE at_top.path = left(present.path, -4)"
            " AND at_top.code <> row.record->>'parent')",
            code="other_parent",
        ),
        Flaw(
            "founded_on",
            "'成立日期不能晚于今天，请核对。'",
            "(row.record->>'founded_on')::date > %s",
            (on,),
            code="future",
        ),
        *(
            Flaw(
                column,
                f"'新登记的工会须填{title}；还没有批准的请在页面申请建会。'",
                f"present.id IS NULL AND NOT row.record ? '{column}'",
                code="required",
            )
            for column, title in (("founded_on", "成立日期"), ("document", "批准文号"))
        ),
    ]


def _judge_new() -> None:
    """What is new hangs on something that stands."""
    orphaned = (
        "row.record ? 'parent' AND row.number IN (SELECT row.number"
        f" FROM upload_row AS row {_JOINS} {_IN_FILE}"
        " WHERE present.id IS NULL AND above.id IS NULL AND beside.number IS NULL)"
    )
    sentence = (
        "'没有代码为“' || (row.record->>'parent')"
        " || '”的在册工会，文件中也没有无误的这一行，请核对。'"
    )
    where = f"row.verdict <> 'wrong' AND {orphaned}"
    while mark_wrong("parent", sentence, where, code="unknown"):
        pass  # whoever hangs on a row just refused is refused in the next turn


def apply_unions(by: Actor, on: date) -> None:
    """Plant what is new, write what changed with its history; see `ImportKind.apply`."""
    counts = counted()
    lock_tree()
    with connection.cursor() as cursor:
        cursor.execute(f"{_NEW} {_JOINS} WHERE row.verdict = 'new' ORDER BY row.number")
        names = Seedling.__slots__
        seedlings = [
            Seedling(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()
        ]
        plant(seedlings)
        cursor.execute(_CHANGED)
        changed = [key for (key,) in cursor.fetchall()]
        leave_behind(changed, on=on)
        cursor.execute(_WRITE)
    record(
        by=by,
        verb="import",
        subject=("members.organisation", 0),
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"new": counts.new, "changed": counts.changed},
    )


UNIONS = ImportKind(
    code="organisations",
    label="工会组织",
    columns=COLUMNS,
    key="code",
    may=can_import_organisations,
    judge=judge_unions,
    apply=apply_unions,
    example={
        "code": "81350426MC0000001X",
        "name": "尤溪某某纺织有限公司工会委员会",
        "short_name": "某某纺织",
        "parent": "350426",
        "level": "基层工会",
        "form": "工会委员会",
        "kind": "单独建会",
        "founded_on": "2014-05-06",
        "document": "尤工〔2014〕12号",
    },
)
