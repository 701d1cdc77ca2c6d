"""A ruling over many rows in one SELECT, to stand behind INSERT INTO."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Expression, F, JSONField, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from unionportal.core.facts import FactSheet
from unionportal.core.formula.check import Formula
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
from unionportal.core.formula.declare import FactDeclaration, FactType, Vocabulary
from unionportal.core.formula.lateral import join_subqueries
from unionportal.core.formula.ruling import AMOUNT_CLAUSE, Outcome, Ruling

DECISION_COLUMNS = ("outcome", "clause", "missing_fact", "amount", "facts")
_NOTHING = sql("NULL::text", field=TEXT)


class DecisionSelect(NamedTuple):
    """`columns` names what the SELECT yields, in its order."""

    sql: str
    params: tuple[Any, ...]
    columns: tuple[str, ...]


class Questions(NamedTuple):
    """Several rulings on the same subjects, each by its prefix, and further values.

    The columns of a ruling bear its prefix; those of `order` are order_0, order_1, ….
    """

    rulings: Mapping[str, Ruling]
    order: tuple[Formula, ...] = ()

    @property
    def facts(self) -> tuple[FactDeclaration, ...]:
        """The facts that are named anywhere, each once."""
        ruled = (ruling.facts for ruling in self.rulings.values())
        ordered = (formula.facts for formula in self.order)
        return tuple(dict.fromkeys(chain(*ruled, *ordered)))


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

    Refused: a sliced queryset, a fact the sheet lacks.
    """
    return decisions_select(
        sheet,
        queryset,
        Questions({"": ruling}),
        as_of=as_of,
        extra_columns=extra_columns,
    )


def decisions_select(
    sheet: FactSheet,
    queryset: QuerySet[Any, Any],
    questions: Questions,
    *,
    as_of: date,
    extra_columns: Mapping[str, Expression | F],
) -> DecisionSelect:
    """The extra columns, then the decision of each ruling, the order and the facts.

    The innermost SELECT computes each fact once, the next each clause once, the
    outermost decides. `facts` is jsonb with numbers as text, so that `read_values`
    gives back the very decimals. Refused: a sliced queryset, a fact the sheet lacks.
    """
    if queryset.query.is_sliced:
        raise ValueError("a slice would leave subjects out in silence")
    stated_facts = sheet.attach(queryset, as_of=as_of, declarations=questions.facts)
    columns: dict[str, Expression | F] = {}
    columns |= {f"fact_{name}": fact for name, fact in stated_facts.items()}
    columns |= {f"key_{name}": column for name, column in extra_columns.items()}
    rows = queryset.order_by().annotate(**columns).values_list(*columns)
    join_subqueries(rows.query)
    compiler = rows.query.get_compiler(using=rows.db, elide_empty=False)
    decided = _layered(questions)
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
        (*extra_columns, *decided.decision),
    )


class _Layers(NamedTuple):
    verdicts: Columns
    decision: Columns


def _layered(questions: Questions) -> _Layers:
    """The columns of the middle SELECT, and of the outer one that reads them."""
    words = {d.name_en: d for d in questions.facts}
    seen = {name: Column(f"fact_{name}", FIELDS[d.type]) for name, d in words.items()}
    read = {name: as_read(words[name], column) for name, column in seen.items()}
    scope = Scope(read, words)
    middle: dict[str, Expression] = {}
    outer: dict[str, Expression] = {}
    for prefix, ruling in questions.rulings.items():
        clauses, amount = _verdicts(ruling, scope)
        names = [f"{prefix}verdict_{place}" for place in range(len(clauses))]
        due = f"{prefix}amount_due"
        middle |= dict(zip(names, clauses, strict=True)) | {due: amount}
        columns = [Column(name, TRUTH) for name in names]
        decision = _decision(ruling, scope, columns, Column(due, NUMBER))
        outer |= {f"{prefix}{name}": column for name, column in decision.items()}
    for place, formula in enumerate(questions.order):
        middle[f"order_{place}"] = compile_tree(formula.tree, scope)
        field = FIELDS[formula.type.kind]
        outer[f"order_{place}"] = Column(f"order_{place}", field)
    return _Layers(middle, outer | {"facts": _kept(seen, words)})


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
