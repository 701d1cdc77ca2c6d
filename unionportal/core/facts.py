"""Fact sheets: which facts rules may name about whom, and where their values lie.

Apps register theirs in AppConfig.ready() and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Expression, F, QuerySet

from unionportal.core.formula.compile import stated
from unionportal.core.formula.declare import FactDeclaration, Vocabulary, vocabulary

Attach = Callable[[QuerySet[Any, Any], date], Mapping[str, Expression | F]]


@dataclass(frozen=True)
class FactSheet:
    """The facts about one kind of subject.

    `expressions(queryset, as_of)` gives an ORM expression for each declared fact, by
    English name. It may be a subquery: a ruling computes it once a row.
    """

    name: str
    title: str
    declarations: tuple[FactDeclaration, ...]
    expressions: Attach

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self.declarations)

    def attach(
        self,
        queryset: QuerySet[Any, Any],
        *,
        as_of: date,
        declarations: tuple[FactDeclaration, ...] | None = None,
    ) -> dict[str, Expression]:
        """The stated values of the wanted facts, else of all, by English name."""
        found = self.expressions(queryset, as_of)
        wanted = self.declarations if declarations is None else declarations
        return {fact.name_en: stated(fact, found[fact.name_en]) for fact in wanted}


_sheets: dict[str, FactSheet] = {}


def register_fact_sheet(sheet: FactSheet) -> None:
    """Refused: a second sheet of the same name, a name used by two facts."""
    if sheet.name in _sheets:
        raise ValueError(f"a fact sheet is registered twice: {sheet.name}")
    vocabulary(sheet.declarations)
    _sheets[sheet.name] = sheet


def fact_sheet(name: str) -> FactSheet:
    return _sheets[name]


def fact_sheets() -> Mapping[str, FactSheet]:
    return dict(_sheets)
