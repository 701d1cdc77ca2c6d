"""Expressions over a VALUES list: what PostgreSQL says of rows that lie in no table."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Expression
from django.db.models.sql import Query

from unionportal.core.formula.compile import FIELDS, Column
from unionportal.core.formula.declare import FactDeclaration, FactType, Values

_CASTS = {
    FactType.NUMBER: "numeric",
    FactType.BOOLEAN: "boolean",
    FactType.DATE: "date",
    FactType.TEXT: "text",
    FactType.CHOICE: "text",
}


def columns_of(declarations: Sequence[FactDeclaration]) -> dict[str, Expression]:
    return {d.name_en: Column(d.name_en, FIELDS[d.type]) for d in declarations}


def select_over(
    expressions: Mapping[str, Expression],
    declarations: Sequence[FactDeclaration],
    rows: Sequence[Values],
) -> list[dict[str, Any]]:
    """One SELECT of the expressions over the rows, in their order."""
    compiler = Query(None).get_compiler("default")
    compiled = [compiler.compile(expression) for expression in expressions.values()]
    line = ", ".join(f"%s::{_CASTS[d.type]}" for d in declarations)
    values = ", ".join(f"({place}, {line})" for place in range(len(rows)))
    names = ", ".join(f'"{d.name_en}"' for d in declarations)
    written = ", ".join(written for written, _ in compiled)
    params = [param for _, params in compiled for param in params]
    params += [row[d.name_en] for row in rows for d in declarations]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {written} FROM (VALUES {values}) AS facts (place, {names}) "
            "ORDER BY place",
            params,
        )
        return [dict(zip(expressions, row, strict=True)) for row in cursor.fetchall()]
