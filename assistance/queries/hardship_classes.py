"""Which class the rule proposes for a household, by the line of its place and day."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from assistance.models import HouseholdDossier
from assistance.rules.hardship_class import Proposal, propose_class
from assistance.rules.household import (
    COSTS,
    INCOMES,
    HouseholdFacts,
    net_income_per_head,
    total_of,
)
from members.enums import StandardKind
from members.models import Standard
from members.queries.standard import standard_in_force
from unionportal.core.facts import fact_sheet


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The sum behind a proposal, step by step; None is not yet known."""

    income: Decimal | None
    cost: Decimal | None
    people: int
    per_head: Decimal | None
    line: Standard | None


def facts_of(dossier: HouseholdDossier) -> HouseholdFacts:
    """What a dossier says of its household now."""
    names = (field.name for field in fields(HouseholdFacts))
    return HouseholdFacts(**{name: getattr(dossier, name) for name in names})


def proposal_for(
    facts: HouseholdFacts, *, division_code: str, applied_on: date
) -> tuple[Proposal, Arithmetic]:
    """The class proposed and its arithmetic; the line is that of the application day."""
    line = standard_in_force(
        StandardKind.SUBSISTENCE_LINE, division_code, facts.residence, applied_on
    )
    proposal = propose_class(
        facts,
        line=None if line is None else line.amount,
        words=fact_sheet("hardship_dossiers").vocabulary,
    )
    arithmetic = Arithmetic(
        income=total_of(facts, INCOMES),
        cost=total_of(facts, COSTS),
        people=facts.household_size,
        per_head=net_income_per_head(facts),
        line=line,
    )
    return proposal, arithmetic
