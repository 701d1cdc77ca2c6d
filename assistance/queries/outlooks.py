"""What somebody could get: the rules run on what is known, and say what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Expression, F, QuerySet

from assistance.enums import SubjectKind
from assistance.models import AidApplication, AidWindow
from assistance.queries.application_facts import facts_of_applicant
from assistance.queries.dossiers import earlier_grant
from assistance.queries.populations import population_for
from assistance.queries.schemes import scheme_of
from assistance.rules.answers import need, reason_title
from assistance.rules.scheme import Scheme
from members.models import Person
from unionportal.core.formula.compile import stated
from unionportal.core.formula.declare import FactDeclaration, Value
from unionportal.core.formula.evaluate import facts_as_read, missing_facts
from unionportal.core.formula.ruling import Outcome, decide


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it would come out as things are known; `missing` in words a worker uses.

    `refused_by` is the clause that already says no, whatever else may come.
    """

    outcome: str
    refused_by: str
    missing: tuple[str, ...]
    amount: Decimal | None


def outlook_for(person_id: int, window: AidWindow, on: date) -> Outlook:
    """Before anything is filled in: by what the register knows of the worker."""
    scheme = scheme_of(window.version)
    known = facts_of_applicant("", on)
    rows = Person.objects.filter(pk=person_id)
    return _outlook(scheme, _values(rows, scheme.ruling.facts, known))


def outlook_of(application: AidApplication, on: date) -> Outlook:
    """By what the application says so far."""
    scheme = scheme_of(application.window.version)
    rows = AidApplication.objects.filter(pk=application.pk).alias(
        already_granted=earlier_grant(
            scheme_id=application.scheme_id,
            occurrence=application.occurrence,
            subject_kind=SubjectKind.PERSON,
            subject="subject_id",
        )
    )
    facts = scheme.ruling.facts
    known = population_for(scheme).sheet.expressions(rows, on)
    return _outlook(scheme, _values(rows, facts, known))


def _values(
    rows: QuerySet[Any, Any],
    facts: tuple[FactDeclaration, ...],
    known: Mapping[str, Expression | F],
) -> dict[str, Value | None]:
    wanted = {
        f"fact_{one.name_en}": stated(one, known[one.name_en])
        for one in facts
        if one.name_en in known
    }
    found = rows.annotate(**wanted).values(*wanted).get() if wanted else {}
    return {one.name_en: found.get(f"fact_{one.name_en}") for one in facts}


def _outlook(scheme: Scheme, values: Mapping[str, Value | None]) -> Outlook:
    decision = decide(scheme.ruling, values)
    refused = decision.outcome is Outcome.INELIGIBLE
    return Outlook(
        outcome=str(decision.outcome),
        refused_by=reason_title(scheme, decision.clause or "") if refused else "",
        missing=() if refused else tuple(dict.fromkeys(_missing(scheme, values))),
        amount=decision.amount,
    )


def _missing(scheme: Scheme, values: Mapping[str, Value | None]) -> Iterator[str]:
    """What the form asks is a question to answer; what the union fetches is its own."""
    ruling = scheme.ruling
    form = scheme.form
    asked = {one.name_en for one in form.declarations} if form else set()
    names = {one.name_en: one.name for one in ruling.facts}
    read = facts_as_read(ruling.facts, values)
    for formula in (*(one.formula for one in ruling.clauses), ruling.amount):
        for fact in missing_facts(formula, read):
            yield (
                f"要填写“{names[fact]}”" if fact in asked else need(fact, names[fact])
            )
