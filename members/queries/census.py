"""A census as one statement: each union in reach, judged by each flag's condition."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Expression, F, JSONField
from django.db.models.sql.compiler import SQLCompiler

from members.enums import OrganisationState
from members.models import Organisation
from members.queries.census_facts import CENSUS_SHEET
from members.rules.census_flag import FlagRule, shipped_flags
from unionportal.core.facts import fact_sheet
from unionportal.core.formula.check import Formula
from unionportal.core.formula.compile import (
    FIELDS,
    TEXT,
    Column,
    Scope,
    as_read,
    compile_tree,
    sql,
    text,
)
from unionportal.core.formula.declare import FactDeclaration, FactType
from unionportal.core.formula.lateral import join_subqueries

STANDING = (OrganisationState.NORMAL, OrganisationState.LOCKED)


class HitSelect(NamedTuple):
    """A WITH list that ends in `hit`: organisation_id, rule and facts of each flag."""

    sql: str
    params: tuple[Any, ...]


def flags_in_force() -> tuple[FlagRule, ...]:
    """The flags a census judges by."""
    return shipped_flags(fact_sheet(CENSUS_SHEET).vocabulary)


def hits(rules: Sequence[FlagRule], *, path: str, as_of: date) -> HitSelect:
    """Which unions at and below a path bear which flag, facts computed once a union."""
    sheet = fact_sheet(CENSUS_SHEET)
    named = tuple(dict.fromkeys(fact for rule in rules for fact in rule.formula.facts))
    unions = Organisation.objects.filter(
        path__gte=path, path__lt=f"{path}~", state__in=STANDING
    )
    stated = sheet.attach(unions, as_of=as_of, declarations=named)
    columns: dict[str, Expression | F] = {
        f"fact_{name}": fact for name, fact in stated.items()
    }
    rows = (
        unions.order_by()
        .annotate(key_id=F("pk"), **columns)
        .values_list("key_id", *columns)
    )
    join_subqueries(rows.query)
    compiler = rows.query.get_compiler(using=rows.db, elide_empty=False)
    inner, inner_params = compiler.as_sql()
    picked = [_hit(compiler, rule) for rule in rules]
    # Every piece is compiled by the ORM with its values as parameters.
    found = " UNION ALL ".join(one.sql for one in picked)
    return HitSelect(
        f"facts AS MATERIALIZED ({inner}), hit AS ({found})",
        (*inner_params, *(param for one in picked for param in one.params)),
    )


def _hit(compiler: SQLCompiler, rule: FlagRule) -> HitSelect:
    words = {fact.name_en: fact for fact in rule.formula.facts}
    seen = {name: _column(fact) for name, fact in words.items()}
    read = {name: as_read(words[name], column) for name, column in seen.items()}
    condition, params = compiler.compile(
        compile_tree(rule.formula.tree, Scope(read, words))
    )
    kept, kept_params = compiler.compile(_kept(rule.formula))
    return HitSelect(
        f"SELECT key_id AS organisation_id, %s::text AS rule, {kept} AS facts FROM facts WHERE {condition}",  # noqa: S608 - compiled by the ORM
        (rule.code, *kept_params, *params),
    )


def _column(fact: FactDeclaration) -> Column:
    return Column(f"fact_{fact.name_en}", FIELDS[fact.type])


def _kept(formula: Formula) -> Expression:
    """The facts of one flag as jsonb, numbers as text."""
    pairs: list[Expression] = []
    for fact in formula.facts:
        is_number = fact.type is FactType.NUMBER
        template = "(%(expressions)s)::text" if is_number else "%(expressions)s"
        pairs += [text(fact.name_en), sql(template, _column(fact), field=TEXT)]
    return sql("JSONB_BUILD_OBJECT(%(expressions)s)", *pairs, field=JSONField())
