"""What a worker sees of his matters: where each is, who has it, what comes next, why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistance.enums import Outcome
from assistance.models import Determination
from assistance.queries.determinations import (
    explanation_of,
    scheme_behind,
)
from assistance.queries.payees import determinations_of_payee
from assistance.queries.worker_cases import Case, NoticeSeen, PaymentSeen, cases_of
from assistance.queries.worker_standing import need_of, standing_of
from assistance.queries.worker_steps import Step, steps_of
from assistance.rules.answers import need, reason_title, remedy
from assistance.rules.quota import QUOTA_CLAUSE
from unionportal.core.formula.explain import ClauseExplained
from unionportal.core.money import show_yuan


@dataclass(frozen=True, slots=True)
class MissingFact:
    """What keeps an answer open, and what the worker can bring."""

    fact: str
    need: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One answer to a worker, as a story. `outcome` is empty until it is public."""

    determination_id: int
    year: int
    title: str
    period: str
    occasion: str
    document: str
    organisation_name: str
    outcome: str
    headline: str
    amount: Decimal | None
    reasons: tuple[ClauseExplained, ...]
    amount_text: str
    refused_by: str
    missing: MissingFact | None
    notice: NoticeSeen | None
    payment: PaymentSeen | None
    steps: tuple[Step, ...]
    next_step: str
    next_by: date | None
    needs_action: bool


def matters_of(person_id: int, on: date) -> list[Matter]:
    """A worker's matters, those that need him first, then the latest.

    An answer is shown once its list is public; what is missing is shown at once.
    """
    rows = determinations_of_payee(person_id).select_related(
        "organisation",
        "round__version__scheme",
        "round__period",
        "round__organisation",
    )
    matters = [
        _matter(case, on) for case in cases_of(person_id, [*_not_taken_up(rows)], on)
    ]
    return sorted(matters, key=lambda matter: not matter.needs_action)


def _not_taken_up(rows: Iterable[Determination]) -> Iterable[Determination]:
    """Without answers that waited and a supplementary round has taken up; latest first."""
    seen = set()
    for row in rows:
        subject = (row.subject_kind, row.subject_id)
        key = (row.round.version.scheme_id, row.occurrence, subject)
        waits = row.outcome == Outcome.UNKNOWN or row.clause == QUOTA_CLAUSE
        if not waits or key not in seen:
            yield row
        seen.add(key)


def matter_of(person_id: int, determination_id: int, on: date) -> Matter | None:
    """One matter of a worker; None when it is not his."""
    found = (m for m in matters_of(person_id, on))
    return next((m for m in found if m.determination_id == determination_id), None)


# --- the story


def _matter(case: Case, on: date) -> Matter:
    row = case.determination
    scheme = scheme_behind(row)
    explained = explanation_of(row) if case.is_shown else None
    headline, next_step, next_by = standing_of(case)
    return Matter(
        determination_id=row.pk,
        year=row.year,
        title=scheme.title,
        period=row.round.period.title,
        occasion=_occasion(case),
        document=scheme.document,
        organisation_name=row.organisation.name,
        outcome=row.outcome if case.is_shown or case.is_unknown else "",
        headline=headline,
        amount=row.decided_amount if case.is_eligible else None,
        reasons=tuple(map(_clause, explained.clauses)) if explained else (),
        amount_text=_amount_text(case),
        refused_by=reason_title(scheme, row.clause) if case.is_refused else "",
        missing=_missing(case),
        notice=case.notice,
        payment=case.payment,
        steps=tuple(steps_of(case)),
        next_step=next_step,
        next_by=next_by,
        needs_action=_needs_action(case),
    )


def _occasion(case: Case) -> str:
    """What the matter is called; of several children, each by name."""
    occasion = case.determination.round.occasion
    return f"{occasion}（{case.subject}）" if case.subject else occasion


def _clause(clause: ClauseExplained) -> ClauseExplained:
    """A clause that cannot be judged says what is needed, not which fact is missing."""
    if clause.verdict != "unknown":
        return clause
    needs = [need(f.name_en, f.name) for f in clause.facts if f.name in clause.missing]
    return replace(clause, reasons=tuple(needs) or clause.reasons)


def _amount_text(case: Case) -> str:
    row = case.determination
    if not case.is_eligible or row.decided_amount is None:
        return ""
    if row.decided_amount == row.proposed_amount:
        return f"下面各条都满足，按方案发给 {show_yuan(row.decided_amount)} 元。"
    return (
        f"按方案测算 {row.proposed_amount} 元，经核定为 {row.decided_amount} 元："
        + (row.deviation_reason)
    )


def _missing(case: Case) -> MissingFact | None:
    row = case.determination
    if not case.is_unknown:
        return None
    if case.lacks_card and case.card:
        return None
    return MissingFact(row.missing_fact, need_of(row), remedy(row.missing_fact))


def _needs_action(case: Case) -> bool:
    if case.payment is not None and case.payment.may_give_account:
        return True
    return case.is_unknown and case.lacks_card and not case.card
