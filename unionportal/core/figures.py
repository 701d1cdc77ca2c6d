"""Figures (指标): every number the union publishes is a named, defined query."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from time import perf_counter

from django.core.cache import caches

from unionportal.core.errors import Refusal
from unionportal.core.registry import Registry

COSTLY_SECONDS = 0.2
KEPT_FOR = 100  # times as long as the counting took


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it counts, as which measure (安排 筹集 下拨 发放 …), in which unit.

    ``compute(path, period)`` takes a place in the tree of unions (itself and below)
    and a period (``"2014"``, ``"2014-12"``). One that is not `on_desk` has a page of
    its own and stays off the first page of the staff.
    """

    code: str
    name: str
    definition: str
    measure: str
    unit: str
    compute: Callable[[str, str], Decimal]
    on_desk: bool = True

    def __post_init__(self) -> None:
        """Refuse a figure that does not say what it is."""
        if not (self.definition and self.measure and self.unit):
            raise ValueError(f"figure without definition, measure or unit: {self.code}")


_registered: Registry[Figure] = Registry("figure")


def register_figure(figure: Figure) -> Figure:
    """Register a figure; called in ``AppConfig.ready()``."""
    _registered.add(figure.code, figure)
    return figure


def figures() -> tuple[Figure, ...]:
    """Return all figures in the order of registration."""
    return tuple(_registered)


def figure(code: str) -> Figure:
    """Return one figure; an unknown code is a fault of the program."""
    found = _registered.get(code)
    if found is None:
        raise LookupError(f"unknown figure: {code}")
    return found


def span_of(period: str) -> tuple[date, date]:
    """First and last day of “2014” or “2014-12”; refuses anything else."""
    year, _dash, month = period.partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
    except ValueError as error:
        sentence = f"期间应写作 2014 或 2014-12，写的是“{period}”。"
        raise Refusal(sentence, field="period") from error
    last = int(month or 12)
    return first, date(first.year, last, monthrange(first.year, last)[1])


@dataclass(frozen=True, slots=True)
class Count:
    """The value of a figure; one that is not of this moment says of which it is."""

    figure: Figure
    value: Decimal
    counted_at: datetime | None = None


def count_of(figure: Figure, path: str, period: str, *, now: datetime) -> Count:
    """Count anew, unless that took long a short while ago: then what was found then.

    What is quick is never kept. Counting a million members takes a second; for the next
    hundred the first page tells that number, and when it was counted.
    """
    kept = caches["figures"]
    key = f"{figure.code}:{path}:{period}"
    known: tuple[Decimal, datetime] | None = kept.get(key)
    if known is not None:
        return Count(figure, *known)
    begun = perf_counter()
    value = figure.compute(path, period)
    cost = perf_counter() - begun
    if cost >= COSTLY_SECONDS:
        kept.set(key, (value, now), timeout=int(cost * KEPT_FOR))
    return Count(figure, value)


def total_of(parts: Sequence[tuple[Figure, Decimal]]) -> Decimal:
    """Add values of like figures; refuse to add unlike measures or units."""
    kinds = {(part.measure, part.unit) for part, _value in parts}
    if len(kinds) > 1:
        raise ValueError(f"unlike figures cannot be added: {sorted(kinds)}")
    return sum((value for _part, value in parts), Decimal(0))
