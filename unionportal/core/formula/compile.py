"""A checked formula as an ORM expression, three-valued like the Python oracle.

Built from small functions, never from Q: ~Q(a__lte=F("b")) turns unknown into true.
Where SQL swallows NULL (LEAST, GREATEST, CASE … ELSE) the NULL is kept by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Field,
    FloatField,
    Func,
    IntegerField,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import BaseExpression, Col
from django.db.models.sql.compiler import SQLCompiler

from unionportal.core.formula import tree
from unionportal.core.formula.check import FACT_PLACES, Formula, type_of
from unionportal.core.formula.declare import FactDeclaration, FactType, Vocabulary

Columns = Mapping[str, Expression]
AnyField = Field[Any, Any]

NUMBER, TEXT, TRUTH, DAY = DecimalField(), TextField(), BooleanField(), DateField()
FIELDS: dict[FactType, AnyField] = {
    FactType.NUMBER: NUMBER,
    FactType.TEXT: TEXT,
    FactType.CHOICE: TEXT,
    FactType.BOOLEAN: TRUTH,
    FactType.DATE: DAY,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for: expressions as rules read them, and declarations."""

    columns: Columns
    words: Vocabulary


def compile_formula(formula: Formula, facts: Columns) -> Expression:
    """The value of a formula; `facts` are ORM expressions by English name."""
    return compile_tree(formula.tree, scope_of(formula.facts, facts))


def compile_amount(formula: Formula, facts: Columns) -> Expression:
    """An amount in yuan, rounded once, half up to the fen."""
    return rounded(compile_formula(formula, facts))


def scope_of(declarations: tuple[FactDeclaration, ...], facts: Columns) -> Scope:
    return Scope(
        {d.name_en: as_read(d, stated(d, facts[d.name_en])) for d in declarations},
        {d.name_en: d for d in declarations},
    )


def sql(template: str, *parts: Expression, field: AnyField, joiner: str = ", ") -> Func:
    """One piece of SQL around its parts."""
    return Func(*parts, template=template, arg_joiner=joiner, output_field=field)


def text(value: str) -> Expression:
    return sql("%(expressions)s::text", Value(value), field=TEXT)


def rounded(amount: Expression) -> Expression:
    return sql("ROUND(%(expressions)s, 2)", amount, field=NUMBER)


class Column(Expression):
    """A column by its name alone; a stored one has the places its field says."""

    def __init__(self, name: str, field: AnyField, *, is_stored: bool = False) -> None:
        super().__init__(output_field=field)
        self.name = name
        self.is_stored = is_stored

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return connection.ops.quote_name(self.name), ()


class _Stated(Func):
    """A fact's value in the type rules expect, whatever the ORM made it of."""

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **_: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        written = _stated_template(self.extra["kind"], self.source_expressions[0])
        return super().as_sql(compiler, connection, template=written)


def _stated_template(kind: FactType, source: Expression) -> str:
    field = source.output_field
    if isinstance(field, FloatField | DateTimeField):
        raise TypeError(f"a fact is neither a float nor an instant: {source}")
    if kind in (FactType.TEXT, FactType.CHOICE):
        return "NULLIF(%(expressions)s, '')"
    if kind is not FactType.NUMBER:
        return "%(expressions)s"
    if isinstance(field, IntegerField):
        return "(%(expressions)s)::numeric"
    places = field.decimal_places if isinstance(field, DecimalField) else None
    if is_stored(source) and places is not None and places <= FACT_PLACES:
        return "%(expressions)s"
    return f"TRIM_SCALE(ROUND((%(expressions)s)::numeric, {FACT_PLACES}))"


def is_stored(source: BaseExpression) -> bool:
    """A column of a table, if through a subquery.

    ORM arithmetic claims the two places of its operands and delivers sixteen.
    """
    if isinstance(source, Subquery):
        return len(source.query.select) == 1 and not source.query.annotation_select
    return isinstance(source, Col) or (isinstance(source, Column) and source.is_stored)


def stated(fact: FactDeclaration, expression: Expression | F) -> Expression:
    """The value kept with a decision: exact numerics, an empty text as missing.

    Refused when it is compiled: floats and instants.
    """
    return _Stated(expression, kind=fact.type, output_field=FIELDS[fact.type])


def as_read(fact: FactDeclaration, expression: Expression) -> Expression:
    """What rules see: zero or less is as good as missing where positive is due."""
    if not fact.positive:
        return expression
    template = "NULLIF(GREATEST(%(expressions)s, 0), 0)"
    return sql(template, expression, field=NUMBER)


@singledispatch
def compile_tree(node: tree.Node, scope: Scope) -> Expression:
    """The value of a checked tree."""
    raise NotImplementedError(type(node))  # pragma: no cover  (all are registered)


@compile_tree.register
def _literal(node: tree.Literal, _: Scope) -> Expression:
    match node.value:
        case bool():
            return sql(str(node.value).upper(), field=TRUTH)
        case Decimal():
            written = Value(str(node.value))
            return sql("%(expressions)s::numeric", written, field=NUMBER)
        case date():
            written = Value(node.value.isoformat())
            return sql("%(expressions)s::date", written, field=DAY)
        case str():
            return text(node.value)


@compile_tree.register
def _fact(node: tree.Fact, scope: Scope) -> Expression:
    return scope.columns[node.name]


@compile_tree.register
def _negative(node: tree.Negative, scope: Scope) -> Expression:
    operand = compile_tree(node.operand, scope)
    return sql("(- %(expressions)s)", operand, field=NUMBER)


@compile_tree.register
def _not(node: tree.Not, scope: Scope) -> Expression:
    return negated(compile_tree(node.operand, scope))


@compile_tree.register
def _arithmetic(node: tree.Arithmetic, scope: Scope) -> Expression:
    left, right = compile_tree(node.left, scope), compile_tree(node.right, scope)
    if node.operator != "/":
        return _joined(f" {node.operator} ", left, right, field=NUMBER)
    # PostgreSQL gives a quotient as many places as its dividend; with so many, no
    # quotient comes closer to a half at the 13th place without being one.
    dividend, divisor = (type_of(side, scope.words) for side in (node.left, node.right))
    places = max(dividend.places, divisor.places + FACT_PLACES + 1) + divisor.digits + 1
    padded = sql(f"ROUND(%(expressions)s, {places})", left, field=NUMBER)
    nonzero = sql("NULLIF(%(expressions)s, 0)", right, field=NUMBER)
    template = f"ROUND(%(expressions)s, {FACT_PLACES})"
    return sql(template, padded, nonzero, field=NUMBER, joiner=" / ")


@compile_tree.register
def _comparison(node: tree.Comparison, scope: Scope) -> Expression:
    operator = {"==": "=", "!=": "<>"}.get(node.operator, node.operator)
    left, right = compile_tree(node.left, scope), compile_tree(node.right, scope)
    return _joined(f" {operator} ", left, right, field=TRUTH)


@compile_tree.register
def _membership(node: tree.Membership, scope: Scope) -> Expression:
    members = _joined(", ", *(compile_tree(m, scope) for m in node.members), field=TEXT)
    return _joined(" IN ", compile_tree(node.operand, scope), members, field=TRUTH)


@compile_tree.register
def _logic(node: tree.Logic, scope: Scope) -> Expression:
    operands = (compile_tree(operand, scope) for operand in node.operands)
    return _joined(f" {node.operator.upper()} ", *operands, field=TRUTH)


@compile_tree.register
def _conditional(node: tree.Conditional, scope: Scope) -> Expression:
    return _if_else(
        compile_tree(node.condition, scope),
        compile_tree(node.chosen, scope),
        compile_tree(node.otherwise, scope),
    )


@compile_tree.register
def _call(node: tree.Call, scope: Scope) -> Expression:
    arguments = [compile_tree(argument, scope) for argument in node.arguments]
    field = FIELDS[type_of(node, scope.words).kind]
    match node.function:
        case "is_known":
            return sql("(%(expressions)s IS NOT NULL)", *arguments, field=TRUTH)
        case "round_yuan":
            return rounded(arguments[0])
        case "years_between":
            return _years_between(*arguments)
        case "coalesce":
            return sql("COALESCE(%(expressions)s)", *arguments, field=field)
        case function:
            picked = {"min": "LEAST", "max": "GREATEST"}[function]
            known = sql("NUM_NULLS(%(expressions)s) = 0", *arguments, field=TRUTH)
            return case(
                (known, sql(f"{picked}(%(expressions)s)", *arguments, field=field))
            )


def _years_between(start: Expression, end: Expression) -> Expression:
    # Without time zone: between instants, a change of the clocks could cost a year.
    instants = [
        sql("%(expressions)s::timestamp", day, field=DAY) for day in (end, start)
    ]
    template = "EXTRACT(YEAR FROM AGE(%(expressions)s))"
    return sql(template, *instants, field=NUMBER)


def _joined(joiner: str, *parts: Expression, field: AnyField) -> Expression:
    return sql("(%(expressions)s)", *parts, field=field, joiner=joiner)


def _if_else(
    condition: Expression, chosen: Expression, other: Expression
) -> Expression:
    """Neither branch where the condition is unknown; it stands in the SQL once."""
    field = chosen.output_field
    branches = (
        sql("TRUE THEN %(expressions)s", chosen, field=field),
        sql("FALSE THEN %(expressions)s", other, field=field),
    )
    template = "(CASE %(expressions)s END)"
    return sql(template, condition, *branches, field=field, joiner=" WHEN ")


def negated(condition: Expression) -> Expression:
    return sql("(NOT %(expressions)s)", condition, field=TRUTH)


def is_unknown(expression: Expression) -> Expression:
    return sql("(%(expressions)s IS NULL)", expression, field=TRUTH)


def all_of(*conditions: Expression) -> Expression:
    return _joined(" AND ", *conditions, field=TRUTH)


def case(*branches: tuple[Expression, Expression]) -> Expression:
    """The result beside the first condition that is true, else NULL."""
    field = branches[0][1].output_field
    whens = (
        sql("WHEN %(expressions)s", *branch, field=field, joiner=" THEN ")
        for branch in branches
    )
    return sql("(CASE %(expressions)s END)", *whens, field=field, joiner=" ")


def compile_missing(node: tree.Expression, scope: Scope) -> Expression | None:
    """The first fact that makes a tree unknown; NULL where it is known.

    None for a tree that is always known.
    """
    match node:
        case tree.Literal() | tree.Call(function="is_known"):
            return None
        case tree.Fact(name=name):
            return case((is_unknown(scope.columns[name]), text(name)))
        case tree.Conditional():
            return _first_missing(
                compile_missing(node.condition, scope), _missing_in_branch(node, scope)
            )
    parts = (compile_missing(child, scope) for child in tree.children(node))
    first = _first_missing(*parts)
    match node:
        case tree.Logic() | tree.Call(function="coalesce") if first is not None:
            # A false `and`, an answered `coalesce` want nothing that lacks in them.
            return case((is_unknown(compile_tree(node, scope)), first))
        case _:
            return first


def _missing_in_branch(node: tree.Conditional, scope: Scope) -> Expression | None:
    branches = [compile_missing(one, scope) for one in (node.chosen, node.otherwise)]
    if branches == [None, None]:
        return None
    chosen, other = (branch or sql("NULL::text", field=TEXT) for branch in branches)
    return _if_else(compile_tree(node.condition, scope), chosen, other)


def _first_missing(*candidates: Expression | None) -> Expression | None:
    found = [candidate for candidate in candidates if candidate is not None]
    if len(found) < 2:
        return found[0] if found else None
    return sql("COALESCE(%(expressions)s)", *found, field=TEXT)
