"""The set-wise half of a kind: staged rows into one table, by what each column is.

A kind says where its rows go and how each column is made of a staged row; the rest is
the same for all: what is new, changed or as it was, and one INSERT and one UPDATE. A
cell left empty leaves the register as it is. All SQL is the programme's own; what
people wrote comes as `row.record`.
"""

# ruff: noqa: S608 - all SQL is made of the programme's own names

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from unionportal.core.actor import Actor
from unionportal.core.uploads.staging import Flaw, mark_flaws


@dataclass(frozen=True, slots=True)
class Target:
    """A table, the joins that find what a staged row names, and its columns.

    `keys` and `values` give SQL for each column, on `row.record` and the joins; a
    value of NULL says nothing. `fallbacks` are for new rows that say nothing.
    """

    table: str
    joins: str
    keys: Mapping[str, str]
    values: Mapping[str, str]
    fallbacks: Mapping[str, str] = field(default_factory=dict)


def text(key: str) -> str:
    """SQL for a staged text."""
    return f"row.record->>'{key}'"


def typed(key: str, kind: str) -> str:
    """SQL for a staged value of a type: integer, date, numeric, boolean."""
    return f"(row.record->>'{key}')::{kind}"


def lay_out_target(target: Target) -> None:
    """Put the columns of every staged row beside its number: `incoming`."""
    columns = {**target.keys, **target.values}
    named = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.incoming;"
            "CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS"
            f" SELECT row.number, {named} FROM upload_row AS row {target.joins};"
            "CREATE UNIQUE INDEX ON incoming (number); ANALYZE incoming"
        )


def judge_target(target: Target) -> None:
    """What stands in the table already is the same, or changed where a value differs."""
    same = " AND ".join(
        f"known.{name} IS NOT DISTINCT FROM COALESCE(incoming.{name}, known.{name})"
        for name in target.values
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE upload_row AS row
            SET verdict = CASE WHEN {same} THEN 'same' ELSE 'changed' END
            FROM incoming JOIN {target.table} AS known ON {_matched(target)}
            WHERE incoming.number = row.number AND row.verdict <> 'wrong'
            """
        )


def write_target(target: Target, stamps: Mapping[str, str | date]) -> None:
    """Add the new rows and write the changed ones; `stamps` go into each of them."""
    names = [*target.keys, *target.values]
    taken = [f"incoming.{name}" for name in target.keys]
    taken += [
        f"COALESCE(incoming.{name}, {target.fallbacks[name]})"
        if name in target.fallbacks
        else f"incoming.{name}"
        for name in target.values
    ]
    sets = [
        f"{name} = COALESCE(incoming.{name}, known.{name})" for name in target.values
    ]
    sets += [f"{name} = %s" for name in stamps]
    marks = ["%s"] * len(stamps)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {target.table} ({", ".join([*names, *stamps])})
            SELECT {", ".join([*taken, *marks])} FROM incoming
            JOIN upload_row AS row USING (number)
            WHERE row.verdict = 'new' ORDER BY number;
            UPDATE {target.table} AS known SET {", ".join(sets)}
            FROM incoming JOIN upload_row AS row USING (number)
            WHERE row.verdict = 'changed' AND {_matched(target)}
            """,
            [*stamps.values(), *stamps.values()],
        )


def _matched(target: Target) -> str:
    return " AND ".join(f"known.{name} = incoming.{name}" for name in target.keys)


# --- what kinds refuse alike


def unknown(column: str, title: str, found: str) -> Flaw:
    """A code that names nothing: staged, but `found` is NULL after the joins."""
    return Flaw(
        column,
        f"'没有代码为“' || (row.record->>'{column}') || '”的{title}，请核对。'",
        f"row.record ? '{column}' AND {found} IS NULL",
        code="unknown",
    )


def outside(column: str, path: str, by: Actor, roles: Collection[str]) -> Flaw:
    """A union that none of the actor's seats of these roles reaches."""
    paths = [
        (seat.path, seat.path if seat.only_here else f"{seat.path}~")
        for seat in by.seats
        if seat.role in roles and seat.path
    ]
    ranges = " OR ".join(f'{path} COLLATE "C" BETWEEN %s AND %s' for _path in paths)
    reached = "true" if by.is_system else ranges or "false"
    return Flaw(
        column,
        "'该工会不在您的管理范围内，请由其所属工会或上级工会导入。'",
        f"{path} IS NOT NULL AND NOT ({reached})",
        tuple(bound for each in paths for bound in each if not by.is_system),
        code="outside",
    )


def mark_unknown(column: str, title: str, found: str, joins: str) -> None:
    """Refuse a code that names nothing."""
    mark_flaws([unknown(column, title, found)], beside=joins)


def mark_outside(
    column: str, path: str, joins: str, by: Actor, roles: Collection[str]
) -> None:
    """Refuse rows of unions out of reach."""
    mark_flaws([outside(column, path, by, roles)], beside=joins)
