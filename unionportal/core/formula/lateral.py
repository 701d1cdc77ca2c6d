"""Subqueries of a SELECT list as LATERAL joins.

PostgreSQL runs a subquery in the list once a row, but remembers what a LATERAL join
gave for the same key: one look-up of the 低保 line per county instead of per household.
"""

from copy import copy
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, Expression, Subquery
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from unionportal.core.formula.compile import AnyField, Column, is_stored


class _LateralJoin(BaseTable):
    def __init__(self, alias: str, subquery: Subquery[AnyField]) -> None:
        super().__init__(table_name=alias, alias=alias)
        self.subquery = subquery

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        inner, params = compiler.compile(self.subquery)
        name = connection.ops.quote_name(str(self.table_alias))
        return f"LEFT JOIN LATERAL {inner} AS {name} ({name}) ON TRUE", tuple(params)


def join_subqueries(query: Query) -> None:
    """Moves the subqueries of the annotations behind FROM, in place.

    Only those cut to one row: a second row must stay an error, not a second subject.
    """
    if query.group_by is not None:
        return
    for alias, annotation in query.annotations.items():
        query.annotations[alias] = _joined(annotation, query)


def _joined(node: Any, query: Query) -> Any:  # noqa: ANN401  (Django's expressions)
    if isinstance(node, Subquery):
        return _as_column(node, query) if _is_one_row(node) else node
    if not isinstance(node, Expression) or not node.get_source_expressions():
        return node
    sources = [_joined(source, query) for source in node.get_source_expressions()]
    changed = copy(node)
    changed.set_source_expressions(sources)
    return changed


def _is_one_row(subquery: Subquery[AnyField]) -> bool:
    rows = subquery.query
    is_cut = rows.high_mark is not None and rows.high_mark - rows.low_mark == 1
    return is_cut and not isinstance(subquery, Exists)


def _as_column(subquery: Subquery, query: Query) -> Column:
    alias = f"lateral_{len(query.alias_map)}"
    query.alias_map[alias] = _LateralJoin(alias, subquery)
    query.alias_refcount[alias] = 1
    return Column(alias, subquery.output_field, is_stored=is_stored(subquery))
