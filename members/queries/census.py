"""A census as one statement: each union in reach, judged by each flag's condition."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, F, JSONField, Q
from django.db.models.sql.compiler import SQLCompiler

from members.enums import OrganisationState, OwnFlagState
from members.models import Organisation, OwnFlag
from members.queries.census_facts import CENSUS_SHEET
from members.rules.census_flag import FlagRule, shipped_flags
from unionportal.core.facts import fact_sheet
from unionportal.core.formula.check import Formula, read_clause
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
from unionportal.core.formula.tree import FormulaError

STANDING = (OrganisationState.NORMAL, OrganisationState.LOCKED)


class HitSelect(NamedTuple):
    """A WITH list that ends in `hit`: organisation_id, rule and facts of each flag."""

    sql: str
    params: tuple[Any, ...]


class Trial(NamedTuple):
    """Unions looked at, how many a flag would mark, and the keys of the first ones."""

    unions: int
    hits: int
    first: list[int]


class InForce(NamedTuple):
    """The flags a census judges by, and why it sets others aside, by their code."""

    rules: tuple[FlagRule, ...]
    set_aside: dict[str, str]


def flags_in_force(path: str = "") -> InForce:
    """The flags a census of a place judges by: the shipped ones, and the staff's own.

    A flag of the staff's own counts when its union lies at, above or below the place.
    One whose condition can no longer be read (it names a fact that is gone) is set
    aside with a sentence; the others judge.
    """
    shipped = shipped_flags(fact_sheet(CENSUS_SHEET).vocabulary)
    near = Q(organisation__path__in=paths_to(path)) | Q(
        organisation__path__gte=path, organisation__path__lt=f"{path}~"
    )
    own = OwnFlag.objects.filter(near, state=OwnFlagState.IN_FORCE)
    ordered = own.select_related("organisation").order_by("id")
    rules, set_aside = list(shipped), {}
    for flag in ordered:
        why = unreadable(flag)
        if why:
            set_aside[flag.rule] = why
        else:
            rules.append(rule_of(flag))
    return InForce(tuple(rules), set_aside)


def unreadable(flag: OwnFlag) -> str:
    """Why a census sets a flag aside, in a sentence; empty when it can be read."""
    try:
        read_clause(flag.condition, fact_sheet(CENSUS_SHEET).vocabulary)
    except FormulaError as error:
        return (
            f"“{flag.title}”的条件现在读不懂，普查时跳过：{error}。请停用后另写一条。"
        )
    return ""


def paths_to(path: str) -> list[str]:
    """The paths of the unions above a place, from the top."""
    step = Organisation.steplen
    return [path[:end] for end in range(step, len(path), step)]


def rule_of(flag: OwnFlag) -> FlagRule:
    """A flag of the staff's own as a census reads it."""
    return FlagRule(
        code=flag.rule,
        title=flag.title,
        formula=read_clause(flag.condition, fact_sheet(CENSUS_SHEET).vocabulary),
        source=flag.document,
        days=flag.days,
        path=flag.organisation.path,
    )


def would_mark(rule: FlagRule, *, as_of: date, shown: int) -> Trial:
    """What a flag would mark in its reach on a day; nothing is written."""
    found = hits((rule,), path=rule.path, as_of=as_of)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {found.sql}
            SELECT (SELECT count(*) FROM facts), (SELECT count(*) FROM hit),
                ARRAY(SELECT organisation_id FROM hit ORDER BY 1 LIMIT %s)""",  # noqa: S608 - compiled by the ORM
            (*found.params, shown),
        )
        return Trial(*cursor.fetchone())


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
        .annotate(key_id=F("pk"), key_path=F("path"), **columns)
        .values_list("key_id", "key_path", *columns)
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
        f"SELECT key_id AS organisation_id, %s::text AS rule, {kept} AS facts FROM facts WHERE key_path >= %s AND key_path < %s AND ({condition})",  # noqa: S608 - compiled by the ORM
        (rule.code, *kept_params, rule.path, f"{rule.path}~", *params),
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
