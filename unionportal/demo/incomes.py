"""A household's year in fen: incomes and rigid costs that add up to a wanted net sum."""

from dataclasses import dataclass
from random import Random

from unionportal.demo.chance import whole

YUAN = 100
NO_WAGE = {"no_ability", "no_job"}
SUDDEN = {"accident", "disaster"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the sums depend on: `base` is a year of the local line for one head."""

    base: int
    cause: str
    size: int
    student_count: int
    retired_count: int
    has_worker: bool


@dataclass(slots=True)
class Year:
    """Twelve months before the application, in fen; None where nothing was filed."""

    wage_income: int | None = 0
    business_income: int | None = 0
    property_income: int | None = 0
    transfer_income: int | None = 0
    other_income: int | None = 0
    illness_cost: int | None = 0
    disability_cost: int | None = 0
    schooling_cost: int | None = 0
    housing_cost: int | None = 0
    employment_cost: int | None = 0
    other_rigid_cost: int | None = 0


COSTS = (
    "illness_cost",
    "disability_cost",
    "schooling_cost",
    "housing_cost",
    "employment_cost",
    "other_rigid_cost",
)


def year_of(rng: Random, home: Home, *, net: int) -> Year:
    """The five incomes less the six costs are exactly `net` (not below zero)."""
    costs = _costs(rng, home)
    return Year(*_incomes(rng, home, net + sum(costs)), *costs)


def _part(rng: Random, base: int, low: float, high: float) -> int:
    """A share of `base` in whole yuan."""
    return int(base * (low + (high - low) * rng.random()) / YUAN) * YUAN


def _costs(rng: Random, home: Home) -> tuple[int, ...]:
    """Compulsory schooling is no cost by the rule; only older students count."""
    ill, sudden = home.cause == "illness", home.cause in SUDDEN
    illness = _part(rng, home.base, 0.6, 3.0) if ill else 0
    if not ill and rng.random() < 0.25:
        illness = _part(rng, home.base, 0.05, 0.3)
    disability = _part(rng, home.base, 0.1, 0.5) if rng.random() < 0.08 else 0
    schooling = sum(whole(rng, 30, 150) for _ in range(home.student_count)) * 100 * YUAN
    housing = _part(rng, home.base, 0.05, 0.4) if rng.random() < 0.4 else 0
    employment = whole(rng, 6, 36) * 100 * YUAN if home.has_worker else 0
    other = _part(rng, home.base, 0.5, 2.0) if sudden else 0
    if not sudden and rng.random() < 0.15:
        other = _part(rng, home.base, 0.05, 0.3)
    return illness, disability, schooling, housing, employment, other


def _incomes(rng: Random, home: Home, total: int) -> tuple[int, ...]:
    """Wage takes the rest, or transfers where nobody can work."""
    pensions = sum(whole(rng, 20, 260) for _ in range(home.retired_count)) * 100 * YUAN
    transfer = min(pensions, int(total * 0.7 / YUAN) * YUAN)
    left = total - transfer
    business = _part(rng, left, 0.1, 0.5) if rng.random() < 0.14 else 0
    prop = _part(rng, left, 0.01, 0.05) if rng.random() < 0.06 else 0
    other = _part(rng, left, 0.01, 0.06) if rng.random() < 0.1 else 0
    rest = left - business - prop - other
    if home.cause in NO_WAGE and not home.has_worker:
        return 0, business, prop, transfer + rest, other
    return rest, business, prop, transfer, other
