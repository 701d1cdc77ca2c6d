"""Writing a round's answers: the INSERT … SELECT, whole or over a range of unions."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Expression, F, OuterRef, QuerySet

from assistance.models import Determination, Round
from assistance.queries.populations import Population
from assistance.queries.rounds import (
    current_determinations,
    population_of,
    subjects_of,
)
from assistance.queries.schemes import scheme_of
from assistance.rules.stacking import STACKED_FACT
from members.models import Organisation
from unionportal.core.formula.select import decision_select


@dataclass(frozen=True, slots=True)
class Span:
    """A range of paths of paying unions; an empty end is open. Both: everybody."""

    path_from: str = ""
    path_to: str = ""
    expected_count: int = 0

    @property
    def is_everybody(self) -> bool:
        """Whether the range leaves nobody out."""
        return not self.path_from and not self.path_to


def spans_of(round_: Round, chunk_rows: int | None) -> list[Span]:
    """Part a round at borders of unions into ranges of about so many subjects.

    Without a gap and without an overlap, whatever the paths; one union is never
    parted. None, or fewer subjects than one range holds: one range, everybody.
    """
    if chunk_rows is None:
        return [Span()]
    starts, size = [""], 0
    sizes: list[int] = []
    for path, count in _counts_by_path(round_):
        if size and size + count > chunk_rows:
            starts.append(path)
            sizes.append(size)
            size = 0
        size += count
    ends = [*starts[1:], ""]
    return [
        Span(start, end, count)
        for start, end, count in zip(starts, ends, [*sizes, size], strict=True)
    ]


def _counts_by_path(round_: Round) -> list[tuple[str, int]]:
    """Subjects by paying union, in tree order."""
    union = population_of(round_).organisation
    counts = dict(
        subjects_of(round_)
        .order_by()
        .values(union=union)
        .annotate(count=Count("pk"))
        .values_list("union", "count")
    )
    unions = Organisation.objects.filter(pk__in=counts).order_by("path")
    return [(path, counts[pk]) for pk, path in unions.values_list("pk", "path")]


def write_answers(round_: Round, span: Span) -> int:
    """Answer everybody in the range by one statement; return how many.

    Rows of a union lie together (BRIN index by union). In a part, somebody whom
    another part has answered keeps that answer: he moved between the two.
    """
    subjects = subjects_of(round_)
    if span.is_everybody:
        return _insert(round_, subjects)
    paying = Organisation.objects.filter(path__gte=span.path_from)
    if span.path_to:
        paying = paying.filter(path__lt=span.path_to)
    within = subjects.alias(paying_union=population_of(round_).organisation).filter(
        paying_union__in=paying.order_by().values("pk")
    )
    return _insert(round_, within, on_conflict="ON CONFLICT DO NOTHING")


def write_answers_of_the_rest(round_: Round) -> int:
    """Answer whoever slipped between the chunks (moved, or new); return how many."""
    population = population_of(round_)
    answers = Determination.objects.filter(
        year=round_.year,
        round=round_,
        subject_kind=population.subject_kind,
        subject_id=OuterRef(population.subject),
        superseded_by=None,
    )
    left = subjects_of(round_).order_by().filter(~Exists(answers))
    numbers = list(left.values_list("pk", flat=True))
    if not numbers:
        return 0
    return _insert(round_, subjects_of(round_).filter(pk__in=numbers))


def _insert(
    round_: Round, subjects: QuerySet[Any, Any], *, on_conflict: str = ""
) -> int:
    population, scheme = population_of(round_), scheme_of(round_.version)
    chosen = decision_select(
        population.sheet,
        subjects,
        scheme.ruling,
        as_of=round_.as_of,
        extra_columns=_keys(population),
    )
    statement = f"""
        INSERT INTO assistance_determination (
            year, round_id, subject_kind, occurrence,
            organisation_id, subject_id, payee_id, outcome, clause, missing_fact,
            proposed_amount, decided_amount, facts)
        SELECT %s, %s, %s, %s, organisation_id, subject_id, payee_id, outcome,
            COALESCE(clause, ''), COALESCE(missing_fact, ''), amount, amount, facts
        FROM ({chosen.sql}) AS decided ORDER BY organisation_id, subject_id
        {on_conflict}
    """  # noqa: S608 - compiled by the ORM, values are parameters
    keys = (round_.year, round_.pk, population.subject_kind, round_.occurrence)
    with connection.cursor() as cursor:
        cursor.execute(statement, (*keys, *chosen.params))
        return int(cursor.rowcount)


def _keys(population: Population) -> dict[str, Expression | F]:
    return {
        "organisation_id": population.organisation,
        "subject_id": F(population.subject),
        "payee_id": population.payee,
    }


# --- amounts decided against the rule


@dataclass(frozen=True, slots=True)
class Deviation:
    """An amount that somebody decided against the rule, before a recomputation."""

    subject_id: int
    proposed: str | None
    decided: str | None
    reason: str
    user_id: int | None


def deviations_of(round_: Round) -> list[dict[str, Any]]:
    """The deviations of a round, as they are kept while its answers are replaced."""
    rows = current_determinations(round_).exclude(deviation_reason="")
    rows = rows.exclude(facts__has_key=STACKED_FACT)  # no person's decision
    return [
        asdict(Deviation(subject, _text(proposed), _text(decided), reason, user))
        for subject, proposed, decided, reason, user in rows.values_list(
            "subject_id",
            "proposed_amount",
            "decided_amount",
            "deviation_reason",
            "deviation_by",
        )
    ]


def write_deviations(round_: Round, kept: Iterable[dict[str, Any]]) -> int:
    """Write each deviation where the proposal is what it was; return how many."""
    return sum(
        current_determinations(round_)
        .filter(subject_id=one.subject_id, proposed_amount=_amount(one.proposed))
        .update(
            decided_amount=_amount(one.decided),
            deviation_reason=one.reason,
            deviation_by=one.user_id,
        )
        for one in (Deviation(**each) for each in kept)
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
