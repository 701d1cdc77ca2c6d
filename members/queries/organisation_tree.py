"""The tree of unions as it was on a day."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

# Every union as it stood on a day: the present row from its `since` on, before it what
# was left behind. What is forming is no union yet, what is dissolved none any more.
STANDING = """
    SELECT union_.id, above.id AS parent_id, union_.name, union_.short_name,
        union_.level, union_.form, union_.kind, union_.state, union_.division_id
    FROM members_organisation AS union_
    LEFT JOIN members_organisation AS above ON above.path = left(union_.path, -4)
    WHERE COALESCE(union_.since <= %(on)s, true) AND union_.state IN ('normal', 'locked')
    UNION ALL
    SELECT organisation_id, parent_id, name, short_name, level, form, kind, state,
        division_id
    FROM members_formerorganisation
    WHERE COALESCE(valid_from <= %(on)s, true) AND valid_to >= %(on)s
      AND state IN ('normal', 'locked')
"""
# The same, one union and what hangs below it on that day; `part` is the union directly
# below the first one that a row belongs to.
BELOW = f"""
    WITH RECURSIVE standing AS MATERIALIZED ({STANDING}),
    below AS (
        SELECT standing.*, NULL::bigint AS part FROM standing WHERE id = %(root)s
        UNION ALL
        SELECT standing.*, COALESCE(below.part, standing.id) FROM below JOIN standing ON standing.parent_id = below.id
    )
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Place:
    """A union on a day: what it hung under, what it was called, what it was."""

    id: int
    parent_id: int | None
    name: str
    short_name: str
    level: str
    form: str
    kind: str
    state: str
    division_id: str | None


def organisation_tree(*, on: date, root_id: int | None = None) -> list[Place]:
    """Every union that stood on a day, or those at and below one; by id."""
    columns = ", ".join(Place.__slots__)
    if root_id is None:
        statement = f"SELECT {columns} FROM ({STANDING}) AS standing ORDER BY id"  # noqa: S608 - constants
    else:
        statement = f"{BELOW} SELECT {columns} FROM below ORDER BY id"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(statement, {"on": on, "root": root_id})
        return [Place(*row) for row in cursor.fetchall()]
