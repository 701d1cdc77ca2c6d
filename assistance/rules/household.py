"""What is asked of a household in hardship, and its net income per head (domain notes B1)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from assistance.enums import Cause, HardshipClass, Residence

INCOMES = (
    "wage_income",
    "business_income",
    "property_income",
    "transfer_income",
    "other_income",
)
COSTS = (
    "illness_cost",
    "disability_cost",
    "schooling_cost",
    "housing_cost",
    "employment_cost",
    "other_rigid_cost",
)
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_TWELVE_PLACES = Decimal("1E-12")


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFacts:
    """What is asked of a household; yuan over twelve months; None is not yet known.

    `class_reason` says why the class decided is not the one that the rule proposes.
    """

    hardship_class: HardshipClass
    residence: Residence
    main_cause: Cause
    other_causes: tuple[Cause, ...] = ()
    household_size: int
    homes_count: int | None = None
    has_vehicle: bool | None = None
    wage_income: Decimal | None = None
    business_income: Decimal | None = None
    property_income: Decimal | None = None
    transfer_income: Decimal | None = None
    other_income: Decimal | None = None
    illness_cost: Decimal | None = None
    disability_cost: Decimal | None = None
    schooling_cost: Decimal | None = None
    housing_cost: Decimal | None = None
    employment_cost: Decimal | None = None
    other_rigid_cost: Decimal | None = None
    class_reason: str = ""


def total_of(facts: HouseholdFacts, names: tuple[str, ...]) -> Decimal | None:
    """The sum of yearly amounts in yuan; None as soon as one is not known."""
    amounts = [getattr(facts, name) for name in names]
    if any(amount is None for amount in amounts):
        return None
    return sum(amounts, Decimal(0))


def net_income_per_head(facts: HouseholdFacts) -> Decimal | None:
    """Yuan a month for each of the household: (income − rigid cost) / people / 12.

    Half up at 12 places, as the register computes it; None where a sum is not known
    or nobody is counted.
    """
    income, cost = total_of(facts, INCOMES), total_of(facts, COSTS)
    if income is None or cost is None or facts.household_size < 1:
        return None
    quotient = _EXACT.divide(income - cost, Decimal(facts.household_size * 12))
    return quotient.quantize(_TWELVE_PLACES, ROUND_HALF_UP, _EXACT)
