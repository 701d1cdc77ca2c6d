"""The ground of every act on the tree: its lock, and what a union was before the act."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from members.actions.divisions import TREE_LOCK
from members.enums import OrganisationState
from members.models import Organisation
from unionportal.core.errors import Refusal

_LATER = (
    "SELECT name, since FROM members_organisation WHERE id = ANY(%s) AND since > %s"
)
_LEAVE = """
    INSERT INTO members_formerorganisation (organisation_id, valid_from, valid_to,
        parent_id, name, short_name, level, form, kind, state, dues_to_id, division_id)
    SELECT union_.id, union_.since, %s::date - 1, above.id, union_.name,
        union_.short_name, union_.level, union_.form, union_.kind, union_.state,
        union_.dues_to_id, union_.division_id
    FROM members_organisation AS union_
    LEFT JOIN members_organisation AS above ON above.path = left(union_.path, -4)
    WHERE union_.id = ANY(%s) AND (union_.since IS NULL OR union_.since < %s)
"""
_SINCE = "UPDATE members_organisation SET since = %s WHERE id = ANY(%s)"


def lock_tree() -> None:
    """One act on the tree at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def leave_behind(ids: Collection[int], *, on: date) -> None:
    """Keep what these unions were up to the day before; the rows hold from `on` on.

    Acts are entered in the order of their days: refuses a day before the last change.
    Of several acts on one day the last one stays.
    """
    listed = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(f"{_LATER} LIMIT 1", [listed, on])
        later = cursor.fetchone()
        if later is not None:
            raise Refusal(
                f"{later[0]}自 {later[1]:%Y-%m-%d} 起已有变更，办理日期不能更早。",
                code="order",
                field="on",
            )
        cursor.execute(_LEAVE, [on, listed, on])
        cursor.execute(_SINCE, [on, listed])


def locked(organisation_id: int) -> Organisation:
    """The union as it is now, under the lock of the tree."""
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)


def hang(organisation: Organisation, under: Organisation) -> None:
    """Put a union with all that is below it under another; both rows are read anew."""
    tree: Any = Organisation.objects
    tree.move(tree.get(pk=organisation.pk), tree.get(pk=under.pk), pos="last-child")
    organisation.refresh_from_db()
    under.refresh_from_db()


def require_alive(organisation: Organisation) -> None:
    """Refuse a union that is being founded or has ended."""
    alive = (OrganisationState.NORMAL, OrganisationState.LOCKED)
    if organisation.state not in alive:
        raise Refusal(
            f"{organisation.name}现在是“{organisation.get_state_display()}”，请选择在册的工会。",
            code="state",
        )


def dues_line(union: Organisation) -> list[int]:
    """Where a union's dues go, from itself upwards: always exactly one union further.

    The union named by `dues_to`, else the one that leads it, to the topmost.
    """
    line = [union.pk]
    at: Organisation | None = union
    while at is not None:
        above = Organisation.objects.filter(path=at.path[: -Organisation.steplen])
        named = Organisation.objects.filter(pk=at.dues_to_id or 0)
        at = (named if at.dues_to_id else above).first()
        if at is None or at.pk in line:
            break
        line.append(at.pk)
    return line
