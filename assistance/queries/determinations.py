"""Determinations: who sees which, and why each came out as it did."""

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import QuerySet

from assistance.enums import Outcome
from assistance.models import Determination, Round
from assistance.queries.populations import population_for
from assistance.queries.schemes import scheme_of
from assistance.rules.answers import DECIDED_BY_PERSON, fact_name, reason_title
from assistance.rules.quota import QUOTA_CLAUSE, QUOTA_FACT, QUOTA_TITLE
from assistance.rules.scheme import GRANTED_CLAUSE, Scheme
from assistance.rules.stacking import STACKED_CLAUSE, STACKED_FACT, STACKED_TITLE
from unionportal.core.actor import Actor
from unionportal.core.formula.declare import Value, Vocabulary, read_values
from unionportal.core.formula.explain import ClauseExplained, Explanation, explain
from unionportal.core.scope import within


def determinations_visible_to(actor: Actor) -> QuerySet[Determination]:
    """Those of the unions in the actor's reach; a worker's own."""
    rows = Determination.objects.select_related("organisation", "payee").order_by("id")
    if actor.kind == "worker":
        return rows.filter(payee_id=actor.person_id or 0)
    return rows.filter(within(actor, "organisation__path"))


def scheme_behind(determination: Determination) -> Scheme:
    """The very version an answer was decided on."""
    return scheme_of(determination.round.version)


def words_of(determination: Determination) -> Vocabulary:
    return population_for(scheme_behind(determination)).sheet.vocabulary


def values_seen(determination: Determination) -> Mapping[str, Value | None]:
    """The facts as the decision saw them, with their types back."""
    words = words_of(determination)
    known = {name: fact for name, fact in determination.facts.items() if name in words}
    return read_values(words, known)


def reason_in_words(determination: Determination, round_: Round) -> str:
    """What refused the subject, or what is missing; empty for the eligible."""
    return answer_in_words(
        round_, determination.outcome, determination.clause, determination.missing_fact
    )


def answer_in_words(round_: Round, outcome: str, clause: str, missing_fact: str) -> str:
    """The words of an answer of a round, from its codes; empty for the eligible."""
    scheme = scheme_of(round_.version)
    if outcome == Outcome.UNKNOWN:
        words = population_for(scheme).sheet.vocabulary
        return fact_name(words, missing_fact)
    if outcome == Outcome.INELIGIBLE:
        return reason_title(scheme, clause)
    return ""


def explanation_of(determination: Determination) -> Explanation:
    """Each clause with the values seen, and the terms of the amount.

    Made again from the stored values and the stored version, not from what holds now.
    Where a person decided (an objection, another amount), that decision stands first;
    so does what a stacking rule stopped or cut, and a place beyond the quota.
    """
    scheme = scheme_behind(determination)
    made = explain(scheme.ruling, values_seen(determination))
    clauses = tuple(_in_plain_words(clause) for clause in made.clauses)
    decided = determination.decided_amount
    return replace(
        made,
        outcome=determination.outcome,
        clause=determination.clause or None,
        missing_fact=determination.missing_fact or None,
        amount=None if decided is None else str(decided),
        clauses=(
            *_decided_by_person(determination, scheme),
            *_stacked(determination),
            *_queued(determination),
            *clauses,
        ),
    )


def _in_plain_words(clause: ClauseExplained) -> ClauseExplained:
    """The clause of the mechanism: the earlier grant in words, or that none was found."""
    if clause.code != GRANTED_CLAUSE:
        return clause
    earlier = tuple(fact.shown for fact in clause.facts if not fact.is_missing)
    return replace(clause, reasons=earlier or ("没有查到本期的其他发放",))


def _stacked(determination: Determination) -> tuple[ClauseExplained, ...]:
    """What the same human had already, which refused the answer or cut its amount."""
    words = determination.facts.get(STACKED_FACT)
    if not words:
        return ()
    is_cut = determination.outcome == Outcome.ELIGIBLE
    return (
        ClauseExplained(
            code=STACKED_CLAUSE,
            title=STACKED_TITLE,
            text="",
            verdict="true" if is_cut else "false",
            reasons=(str(words),),
            facts=(),
            missing=(),
        ),
    )


def _queued(determination: Determination) -> tuple[ClauseExplained, ...]:
    """Where somebody stands whom the quota does not reach."""
    words = determination.facts.get(QUOTA_FACT)
    if not words:
        return ()
    return (
        ClauseExplained(
            code=QUOTA_CLAUSE,
            title=QUOTA_TITLE,
            text="",
            verdict="false",
            reasons=(str(words),),
            facts=(),
            missing=(),
        ),
    )


def _decided_by_person(
    determination: Determination, scheme: Scheme
) -> tuple[ClauseExplained, ...]:
    code = determination.clause or determination.missing_fact
    if code not in DECIDED_BY_PERSON:
        return ()
    is_open = determination.outcome == Outcome.UNKNOWN
    return (
        ClauseExplained(
            code=code,
            title=reason_title(scheme, code),
            text="",
            verdict="unknown" if is_open else "false",
            reasons=(determination.deviation_reason,),
            facts=(),
            missing=(),
        ),
    )
