"""Rounds: who sees which, whom they answer, and how far they have come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from assistance.enums import (
    Outcome,
    PaymentState,
    RoundKind,
    RoundState,
    SubjectKind,
)
from assistance.models import (
    AidApplication,
    Determination,
    Payment,
    PaymentClaim,
    Period,
    Round,
)
from assistance.queries.populations import Population, population_for
from assistance.queries.schemes import scheme_of
from assistance.rules.answers import fact_name, reason_title
from assistance.rules.quota import QUOTA_CLAUSE
from assistance.rules.stacking import STACKED_FACT
from members.enums import NoticeState
from members.models import Notice, Organisation
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.scope import outermost_paths, within

NOTHING = Decimal("0.00")
IN_PAYMENT = (
    PaymentState.PLANNED,
    PaymentState.HELD,
    PaymentState.INSTRUCTED,
    PaymentState.IN_DOUBT,
)


def rounds_visible_to(actor: Actor) -> QuerySet[Round]:
    """Rounds inside the actor's reach, and those of the unions above that cover it."""
    rounds = Round.objects.select_related(
        "version__scheme", "period", "organisation"
    ).order_by("-id")
    if actor.is_system:
        return rounds
    above = {
        path[:length]
        for path in outermost_paths(actor)
        for length in range(Organisation.steplen, len(path), Organisation.steplen)
    }
    return rounds.filter(
        within(actor, "organisation__path") | Q(organisation__path__in=above)
    )


def periods_on_record() -> QuerySet[Period]:
    """The code rows a round may be opened for, the latest first."""
    return Period.objects.order_by("-starts_on", "code")


def population_of(round_: Round) -> Population:
    """Whom a round answers, with the facts its scheme may name."""
    return population_for(scheme_of(round_.version))


def subjects_of(round_: Round) -> QuerySet[Any, Any]:
    """Everybody a round must answer.

    A main round takes the whole register in its reach. A supplementary round takes
    those of the register who have no live claim under the same keys (scheme, subject,
    occurrence) and no answer but “unknown” or “beyond the quota” in the chain, that is
    in the main round and its other supplementary rounds: the unknowns, who waits for a
    place, the dossiers that are new since, and those whose refusal was reopened by an upheld objection (superseded by
    “unknown”). A refusal by a clause or by a decision is final within the chain.
    """
    population = population_of(round_)
    subjects = population.subjects(round_)
    if round_.kind == RoundKind.MAIN:
        return subjects
    keys = {
        "subject_kind": population.subject_kind,
        "subject_id": OuterRef(population.subject),
    }
    answers = Determination.objects.filter(
        round__in=chain_of(round_), year=round_.year, superseded_by=None, **keys
    )
    answers = answers.exclude(outcome=Outcome.UNKNOWN).exclude(clause=QUOTA_CLAUSE)
    claims = PaymentClaim.objects.filter(
        scheme=round_.version.scheme_id,
        occurrence=round_.occurrence,
        released=False,
        **keys,
    )
    return subjects.filter(~Exists(answers), ~Exists(claims))


def chain_of(round_: Round) -> QuerySet[Round]:
    """The main round and its supplements, without the given one and cancelled ones."""
    main_id = round_.parent_id or round_.pk
    return (
        Round.objects.filter(Q(pk=main_id) | Q(parent=main_id))
        .exclude(pk=round_.pk)
        .exclude(state=RoundState.CANCELLED)
    )


def current_determinations(round_: Round) -> QuerySet[Determination]:
    """The answers of a round that stand, without those superseded."""
    return Determination.objects.filter(
        year=round_.year, round=round_, superseded_by=None
    )


def answers_to(application: AidApplication) -> QuerySet[Determination]:
    """The answers that rounds gave to an application and that stand, the latest first."""
    return (
        Determination.objects.filter(
            year=application.window.period.year,
            subject_kind=SubjectKind.PERSON,
            subject_id=application.subject_id or 0,
            occurrence=application.occurrence,
            round__version__scheme=application.scheme_id,
            superseded_by=None,
        )
        .exclude(round__state=RoundState.CANCELLED)
        .order_by("-id")
    )


def notice_end_of(round_: Round) -> date | None:
    """The last day of the round's notices, those that were cancelled apart."""
    notices = Notice.objects.filter(about_kind="assistance.round", about_id=round_.pk)
    last: date | None = notices.exclude(state=NoticeState.CANCELLED).aggregate(
        last=Max("ends_on")
    )["last"]
    return last


def unions_without_notice(round_: Round) -> QuerySet[Organisation]:
    """Paying unions whose list was not published yet, or whose notice was cancelled."""
    standing = Notice.objects.filter(
        about_kind="assistance.round", about_id=round_.pk
    ).exclude(state=NoticeState.CANCELLED)
    paying = current_determinations(round_).filter(outcome=Outcome.ELIGIBLE)
    return (
        Organisation.objects.filter(pk__in=paying.values("organisation"))
        .exclude(pk__in=standing.values("organisation"))
        .order_by("path")
    )


def last_payments(round_: Round) -> QuerySet[Payment]:
    """The latest attempt of every claim of a round."""
    later = Payment.objects.filter(
        year=OuterRef("year"),
        claim=OuterRef("claim"),
        attempt__gt=OuterRef("attempt"),
    )
    return Payment.objects.filter(~Exists(later), year=round_.year, claim__round=round_)


# --- totals


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCounts:
    """A round's answers; `population` is always the sum of the three."""

    population: int
    eligible: int
    ineligible: int
    unknown: int
    amount: Decimal


_ANSWERS = {
    "population": Count("id"),
    "eligible": Count("id", filter=Q(outcome=Outcome.ELIGIBLE)),
    "ineligible": Count("id", filter=Q(outcome=Outcome.INELIGIBLE)),
    "unknown": Count("id", filter=Q(outcome=Outcome.UNKNOWN)),
    "amount": Sum("decided_amount", filter=Q(outcome=Outcome.ELIGIBLE)),
}


def _paid(states: Iterable[PaymentState]) -> tuple[Count, Sum]:
    chosen = Q(state__in=tuple(states))
    return Count("id", filter=chosen), Sum("amount", filter=chosen)


_MONEY = {
    f"{name}_{measure}": aggregate
    for name, states in (
        ("planned", IN_PAYMENT),
        ("paid", (PaymentState.PAID,)),
        ("returned", (PaymentState.RETURNED,)),
        ("ended", (PaymentState.ENDED, PaymentState.WITHDRAWN)),
    )
    for measure, aggregate in zip(("count", "amount"), _paid(states), strict=True)
}


def round_counts(round_: Round) -> RoundCounts:
    """Count the answers that stand, in one query."""
    found = current_determinations(round_).aggregate(**_ANSWERS)
    return RoundCounts(**(found | {"amount": found["amount"] or NOTHING}))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyTotals:
    """What a round came to at one paying union; payments by their latest attempt."""

    organisation_id: int
    organisation_code: str
    organisation_name: str
    population: int
    eligible: int
    ineligible: int
    unknown: int
    amount: Decimal
    planned_count: int = 0
    planned_amount: Decimal = NOTHING
    paid_count: int = 0
    paid_amount: Decimal = NOTHING
    returned_count: int = 0
    returned_amount: Decimal = NOTHING
    ended_count: int = 0
    ended_amount: Decimal = NOTHING


def totals_of(counties: Sequence[CountyTotals]) -> CountyTotals:
    """The totals row under the counties; zeros under none."""
    sums: dict[str, Any] = {
        field.name: sum(
            (getattr(county, field.name) for county in counties),
            start=NOTHING if field.name.endswith("amount") else 0,
        )
        for field in fields(CountyTotals)
        if not field.name.startswith("organisation_")
    }
    return CountyTotals(
        organisation_id=0, organisation_code="", organisation_name="合计", **sums
    )


def round_counties(round_: Round) -> list[CountyTotals]:
    """One row per paying union in tree order: two queries, whatever the size."""
    return counties_visible_to(round_, SYSTEM)


def counties_visible_to(round_: Round, actor: Actor) -> list[CountyTotals]:
    """The rows of `round_counties` inside the actor's reach: a county sees its own."""
    answers = (
        current_determinations(round_)
        .filter(within(actor, "organisation__path"))
        .values("organisation_id", "organisation__code", "organisation__name")
        .annotate(**_ANSWERS)
        .order_by("organisation__path")
    )
    payments = (
        last_payments(round_)
        .filter(within(actor, "claim__organisation__path"))
        .values("claim__organisation_id")
        .annotate(**_MONEY)
        .order_by()
    )
    money = {row["claim__organisation_id"]: dict(row) for row in payments}
    return [_county(dict(row), money) for row in answers]


def totals_visible_to(round_: Round, actor: Actor) -> RoundCounts | None:
    """The stored totals of a round; None where it reaches beyond the actor."""
    if not actor.reaches(round_.organisation.path):
        return None
    return RoundCounts(
        population=round_.population,
        eligible=round_.eligible_count,
        ineligible=round_.ineligible_count,
        unknown=round_.unknown_count,
        amount=round_.eligible_amount,
    )


def _county(row: dict[str, Any], money: dict[int, dict[str, Any]]) -> CountyTotals:
    paid = money.get(row["organisation_id"], {})
    named = {
        "organisation_code": row["organisation__code"],
        "organisation_name": row["organisation__name"],
    }
    found: dict[str, Any] = {
        name: NOTHING if value is None else value
        for name, value in (row | paid | named).items()
        if "__" not in name
    }
    return CountyTotals(**found)


@dataclass(frozen=True, slots=True)
class ClauseTotal:
    """How many a clause refused; `title` is what it demands."""

    code: str
    title: str
    count: int


def round_clauses(round_: Round) -> list[ClauseTotal]:
    """The ineligible by the clause that refused them, the most frequent first."""
    scheme = scheme_of(round_.version)
    rows = (
        current_determinations(round_)
        .filter(outcome=Outcome.INELIGIBLE)
        .values_list("clause")
        .annotate(count=Count("id"))
        .order_by("-count", "clause")
    )
    return [ClauseTotal(code, reason_title(scheme, code), n) for code, n in rows]


def round_cuts(round_: Round) -> int:
    """How many of the eligible get less, for what they had under a stacking rule."""
    if not scheme_of(round_.version).stacking:
        return 0
    return (
        current_determinations(round_)
        .filter(outcome=Outcome.ELIGIBLE, facts__has_key=STACKED_FACT)
        .count()
    )


@dataclass(frozen=True, slots=True)
class UnknownTotal:
    """How many lack a fact."""

    fact: str
    name: str
    count: int


def round_unknowns(round_: Round) -> list[UnknownTotal]:
    """The unknown by the first fact they lack, the most frequent first."""
    words = population_of(round_).sheet.vocabulary
    rows = (
        current_determinations(round_)
        .filter(outcome=Outcome.UNKNOWN)
        .values_list("missing_fact")
        .annotate(count=Count("id"))
        .order_by("-count", "missing_fact")
    )
    return [UnknownTotal(fact, fact_name(words, fact), n) for fact, n in rows]
