"""Reads of census flags: who sees which, how many, and why a flag shows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.enums import FlagState
from members.models import FlagPaper, Organisation, UnionFlag
from members.queries.census_facts import CENSUS_SHEET
from members.queries.filters import UnderFilter
from members.queries.own_flag import own_titles
from members.rules.census_flag import shipped_titles
from unionportal.core.actor import Actor
from unionportal.core.facts import fact_sheet
from unionportal.core.formula.check import read_clause
from unionportal.core.formula.declare import read_values
from unionportal.core.formula.explain import ClauseExplained, explain_clause
from unionportal.core.formula.tree import FormulaError
from unionportal.core.scope import within

OVERDUE = "yes"


def flags_visible_to(actor: Actor) -> QuerySet[UnionFlag]:
    """The flags on unions in the actor's reach."""
    found = UnionFlag.objects.filter(within(actor, "organisation__path"))
    return found.select_related("organisation", "answered_by", "accepted_by").order_by(
        "id"
    )


class UnionFlagFilter(django_filters.FilterSet):
    """Flags by union, kind and state."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    rule = django_filters.ChoiceFilter(label=_("问题"), choices=())
    state = django_filters.ChoiceFilter(label=_("状态"), choices=FlagState.choices)
    overdue = django_filters.ChoiceFilter(
        label=_("逾期"), choices=((OVERDUE, _("只看逾期未答复的")),), method="late"
    )

    class Meta:
        model = UnionFlag
        fields = ("rule", "state")

    def __init__(
        self,
        data: QueryDict,
        *,
        queryset: QuerySet[UnionFlag],
        titles: Mapping[str, str],
        on: date,
    ) -> None:
        """`titles` are the kinds to choose from; overdue is what was due before `on`."""
        super().__init__(data, queryset=queryset)
        self.on = on
        self.filters["rule"].extra["choices"] = list(titles.items())

    def late(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Open past the day by which the union had to answer."""
        del name, value
        return rows.filter(overdue_on(self.on))


def overdue_on(on: date) -> Q:
    """Flags nobody answered by their day."""
    return Q(state=FlagState.OPEN, due_on__lt=on)


def flag_filter(actor: Actor, chosen: QueryDict, *, on: date) -> UnionFlagFilter:
    """The list of flags an actor asked for: the page, and the file taken of it."""
    return UnionFlagFilter(
        chosen,
        queryset=flags_visible_to(actor),
        titles=shipped_titles() | own_titles(actor),
        on=on,
    )


def flag_counts(actor: Actor, chosen: Organisation | None) -> list[dict[str, object]]:
    """How many of each kind are open and how many were ever raised, in reach."""
    flags = UnionFlag.objects.filter(within(actor, "organisation__path"))
    if chosen is not None:
        flags = flags.filter(
            organisation__path__gte=chosen.path,
            organisation__path__lt=f"{chosen.path}~",
        )
    counted = flags.values("rule", "title").annotate(
        open=Count("pk", filter=Q(state=FlagState.OPEN)), total=Count("pk")
    )
    return [dict(row) for row in counted.order_by("-open", "rule")]


def papers_of(flag: UnionFlag) -> QuerySet[FlagPaper]:
    """The papers handed in with its answers, without what they hold."""
    return flag.papers.defer("content").order_by("number")


def why_flagged(flag: UnionFlag) -> ClauseExplained | None:
    """The condition in words over the facts the last census saw.

    None when it names a fact that is no longer kept.
    """
    words = fact_sheet(CENSUS_SHEET).vocabulary
    try:
        formula = read_clause(flag.condition, words)
    except FormulaError:
        return None
    return explain_clause(
        formula, read_values(words, flag.facts), code=flag.rule, title=flag.title
    )
