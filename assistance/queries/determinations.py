"""Determinations: who sees which, and why each came out as it did."""

from collections.abc import Mapping

from django.db.models import QuerySet

from assistance.models import Determination
from assistance.queries.populations import population_named
from assistance.queries.schemes import scheme_of
from assistance.rules.scheme import Scheme
from unionportal.core.actor import Actor
from unionportal.core.formula.declare import Value, Vocabulary, read_values
from unionportal.core.formula.explain import Explanation, explain
from unionportal.core.scope import within


def determinations_visible_to(actor: Actor) -> QuerySet[Determination]:
    """Those of the unions in the actor's reach; a worker's own."""
    rows = Determination.objects.select_related("organisation", "payee").order_by("id")
    if actor.kind == "worker":
        return rows.filter(payee_id=actor.person_id)
    return rows.filter(within(actor, "organisation__path"))


def scheme_behind(determination: Determination) -> Scheme:
    """The very version an answer was decided on."""
    return scheme_of(determination.round.version)


def words_of(determination: Determination) -> Vocabulary:
    return population_named(scheme_behind(determination).population).sheet.vocabulary


def values_seen(determination: Determination) -> Mapping[str, Value | None]:
    """The facts as the decision saw them, with their types back."""
    words = words_of(determination)
    known = {name: fact for name, fact in determination.facts.items() if name in words}
    return read_values(words, known)


def explanation_of(determination: Determination) -> Explanation:
    """Each clause with the values seen, and the terms of the amount.

    Made again from the stored values and the stored version, not from what holds now.
    """
    return explain(scheme_behind(determination).ruling, values_seen(determination))
