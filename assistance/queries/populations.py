"""Populations: the kinds of subjects that a scheme may be about.

Apps register theirs in `AppConfig.ready()`; assistance never learns their nouns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Expression, F, QuerySet

from assistance.enums import SubjectKind
from assistance.models import Round
from assistance.rules.scheme import Scheme
from assistance.rules.scheme_form import Form
from unionportal.core.errors import Refusal
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import Vocabulary, vocabulary

FormFacts = Callable[[Form], Mapping[str, Expression]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody a round must answer.

    `subjects(round)` is the register as the round sees it: in the reach of its
    organisation, on file by its as-of date. `subject` is the column of the subject's
    id, which no two rows share; `organisation` and `payee` are the columns of the
    paying union and of the person who is paid. Where subjects apply, `form_facts`
    tells where the answers to a scheme's form lie, and `arrival` in which order they
    came; no two came together.
    """

    name: str
    title: str
    subject_kind: SubjectKind
    sheet: FactSheet
    subjects: Callable[[Round], QuerySet[Any, Any]]
    organisation: Expression | F
    payee: Expression | F
    subject: str = "pk"
    form_facts: FormFacts | None = None
    arrival: tuple[Expression | F, ...] = ()


_populations: dict[str, Population] = {}


def register_population(population: Population) -> None:
    """Refused: a second population of the same name."""
    if population.name in _populations:
        raise ValueError(f"a population is registered twice: {population.name}")
    _populations[population.name] = population


def population_named(name: str) -> Population:
    """Refused: a name that no app has registered."""
    if name not in _populations:
        known = "、".join(_populations)
        raise Refusal(f"没有“{name}”这类对象，可用：{known}。", code="population")
    return _populations[name]


def population_for(*schemes: Scheme) -> Population:
    """The population of a scheme, or of two versions, with the facts of their forms."""
    population = population_named(schemes[-1].population)
    forms = [scheme.form for scheme in schemes if scheme.form is not None]
    read = population.form_facts
    if not forms or read is None:
        return population
    sheet = population.sheet
    added = vocabulary({d.name_en: d for f in forms for d in f.declarations}.values())

    def expressions(
        rows: QuerySet[Any, Any], as_of: date
    ) -> Mapping[str, Expression | F]:
        found = dict(sheet.expressions(rows, as_of))
        for form in forms:
            found |= read(form)
        return found

    declarations = tuple(dict.fromkeys(added.values()))
    whole = FactSheet(
        name=sheet.name,
        title=sheet.title,
        declarations=(*sheet.declarations, *declarations),
        expressions=expressions,
    )
    return replace(population, sheet=whole)


def populations() -> tuple[Population, ...]:
    return tuple(_populations.values())


def vocabularies() -> Mapping[str, Vocabulary]:
    """What the rules of each population may speak of."""
    return {one.name: one.sheet.vocabulary for one in populations()}
