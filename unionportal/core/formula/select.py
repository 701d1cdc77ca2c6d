"""A ruling over many rows in one SELECT, to stand behind INSERT INTO."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Expression, F, JSONField, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from unionportal.core.facts import FactSheet
from unionportal.core.formula.compile import (
    FIELDS,
    NUMBER,
    TEXT,
    TRUTH,
    Column,
    Columns,
    Scope,
    all_of,
    as_read,
    case,
    compile_missing,
    compile_tree,
    is_unknown,
    negated,
    rounded,
    scope_of,
    sql,
    stated,
    text,
)
from unionportal.core.formula.declare import FactType, Vocabulary
from unionportal.core.formula.lateral import join_subqueries
from unionportal.core.formula.ruling import AMOUNT_CLAUSE, Outcome, Ruling

DECISION_COLUMNS = ("outcome", "clause", "missing_fact", "amount", "facts")
_NOTHING = sql("NULL::text", field=TEXT)


class DecisionSelect(NamedTuple):
    """`columns` names what the SELECT yields, in its order."""

    sql: str
    params: tuple[Any, ...]
    columns: tuple[str, ...]


def compile_decision(ruling: Ruling, facts: Columns) -> dict[str, Expression]:
    """The columns of a decision as ORM expressions, over fact expressions by name.

    For a few rows; `decision_select` computes each fact and each clause once.
    """
    scope = scope_of(ruling.facts, facts)
    clauses, amount = _verdicts(ruling, scope)
    seen = {d.name_en: stated(d, facts[d.name_en]) for d in ruling.facts}
    decision = _decision(ruling, scope, clauses, amount)
    return decision | {"facts": _kept(seen, scope.words)}


def decision_select(
    sheet: FactSheet,
    queryset: QuerySet[Any, Any],
    ruling: Ruling,
    *,
    as_of: date,
    extra_columns: Mapping[str, Expression | F],
) -> DecisionSelect:
    """One row per row of the queryset: the extra columns, then the decision.

    The innermost SELECT computes each fact once, the next each clause once, the
    outermost decides. `facts` is jsonb with numbers as text, so that `read_values`
    gives back the very decimals. Refused: a sliced queryset, a fact the sheet lacks.
    """
    if queryset.query.is_sliced:
        raise ValueError("a slice would leave subjects out in silence")
    stated_facts = sheet.attach(queryset, as_of=as_of, declarations=ruling.facts)
    columns: dict[str, Expression | F] = {}
    columns |= {f"fact_{name}": fact for name, fact in stated_facts.items()}
    columns |= {f"key_{name}": column for name, column in extra_columns.items()}
    rows = queryset.order_by().annotate(**columns).values_list(*columns)
    join_subqueries(rows.query)
    compiler = rows.query.get_compiler(using=rows.db, elide_empty=False)
    decided = _layered(ruling)
    keys = {name: Column(f"key_{name}", TEXT) for name in extra_columns}
    outer = _select(compiler, {**keys, **decided.decision})
    middle = _select(compiler, decided.verdicts)
    inner, inner_params = compiler.as_sql()
    # OFFSET 0 keeps PostgreSQL from computing a column again at each mention of it.
    # Every piece is compiled by the ORM with its values as parameters.
    facts = f"({inner} OFFSET 0) AS facts"
    verdicts = f"(SELECT facts.*, {middle[0]} FROM {facts} OFFSET 0) AS verdicts"  # noqa: S608
    return DecisionSelect(
        f"SELECT {outer[0]} FROM {verdicts}",  # noqa: S608
        (*outer[1], *middle[1], *inner_params),
        (*extra_columns, *DECISION_COLUMNS),
    )


class _Layers(NamedTuple):
    verdicts: Columns
    decision: Columns


def _layered(ruling: Ruling) -> _Layers:
    """The columns of the middle SELECT, and of the outer one that reads them."""
    seen = {
        d.name_en: Column(f"fact_{d.name_en}", FIELDS[d.type]) for d in ruling.facts
    }
    words = {d.name_en: d for d in ruling.facts}
    read = {name: as_read(words[name], column) for name, column in seen.items()}
    scope = Scope(read, words)
    clauses, amount = _verdicts(ruling, scope)
    named = {f"verdict_{place}": clause for place, clause in enumerate(clauses)}
    columns = [Column(name, TRUTH) for name in named]
    decision = _decision(ruling, scope, columns, Column("amount_due", NUMBER))
    return _Layers(
        named | {"amount_due": amount}, decision | {"facts": _kept(seen, words)}
    )


def _verdicts(ruling: Ruling, scope: Scope) -> tuple[list[Expression], Expression]:
    """The truth of each clause, and the amount."""
    clauses = [compile_tree(clause.formula.tree, scope) for clause in ruling.clauses]
    return clauses, rounded(compile_tree(ruling.amount.tree, scope))


def _decision(
    ruling: Ruling, scope: Scope, clauses: Sequence[Expression], amount: Expression
) -> dict[str, Expression]:
    verdicts = [*clauses, sql("(%(expressions)s > 0)", amount, field=TRUTH)]
    formulas = [*(clause.formula for clause in ruling.clauses), ruling.amount]
    codes = [*(text(clause.code) for clause in ruling.clauses), text(AMOUNT_CLAUSE)]
    passed, refused = all_of(*verdicts), [negated(verdict) for verdict in verdicts]
    unknown = [is_unknown(verdict) for verdict in verdicts]
    missing = [compile_missing(formula.tree, scope) or _NOTHING for formula in formulas]
    return {
        "outcome": case(
            (passed, text(Outcome.ELIGIBLE.value)),
            (negated(passed), text(Outcome.INELIGIBLE.value)),
            (is_unknown(passed), text(Outcome.UNKNOWN.value)),
        ),
        "clause": case(
            *zip(refused, codes, strict=True), *zip(unknown, codes, strict=True)
        ),
        "missing_fact": case(
            (negated(passed), _NOTHING), *zip(unknown, missing, strict=True)
        ),
        "amount": case((passed, amount)),
    }


def _kept(facts: Columns, words: Vocabulary) -> Expression:
    pairs: list[Expression] = []
    for name, fact in facts.items():
        is_number = words[name].type is FactType.NUMBER
        template = "(%(expressions)s)::text" if is_number else "%(expressions)s"
        pairs += [text(name), sql(template, fact, field=TEXT)]
    return sql("JSONB_BUILD_OBJECT(%(expressions)s)", *pairs, field=JSONField())


def _select(compiler: SQLCompiler, columns: Columns) -> tuple[str, list[Any]]:
    listed: list[str] = []
    params: list[Any] = []
    for name, expression in columns.items():
        written, more = compiler.compile(expression)
        listed.append(f"{written} AS {compiler.quote_name_unless_alias(name)}")
        params += more
    return ", ".join(listed), params
