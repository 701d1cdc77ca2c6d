"""Populations: the kinds of subjects that a scheme may be about.

Apps register theirs in `AppConfig.ready()`; assistance never learns their nouns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, F, QuerySet

from assistance.enums import SubjectKind
from assistance.models import Round
from unionportal.core.errors import Refusal
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody a round must answer.

    `subjects(round)` is the register as the round sees it: in the reach of its
    organisation, on file by its as-of date; its primary key is the subject's id.
    `organisation` and `payee` are the columns of the paying union and of the person
    who is paid.
    """

    name: str
    title: str
    subject_kind: SubjectKind
    sheet: FactSheet
    subjects: Callable[[Round], QuerySet[Any, Any]]
    organisation: Expression | F
    payee: Expression | F


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


def populations() -> tuple[Population, ...]:
    return tuple(_populations.values())


def vocabularies() -> Mapping[str, Vocabulary]:
    """What the rules of each population may speak of."""
    return {one.name: one.sheet.vocabulary for one in populations()}
