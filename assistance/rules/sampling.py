"""Verification samples (抽样核查): how many, from which strata, and what they say.

Size. For an error rate near ``p``, a margin ``e`` and the normal deviate ``z`` of the
confidence wanted, an endless population needs ``n0 = z² p (1 - p) / e²``. Of ``N``
payees each can be drawn once only, so that ``n = n0 / (1 + (n0 - 1) / N)``, rounded up
(finite-population formula, Cochran, Sampling Techniques, 3rd ed., 4.6).

Strata. A county and whether the payee is paid for the first time. Every stratum gives
at least one, none more than it has, the rest by largest remainder.

Extrapolation. A stratum is weighed by its payees (for the rate) or their yuan (for the
amount). Most strata give one or two answers, so that a variance within them cannot be
told: the interval is Wilson's, over the effective size ``(Σw)² / Σw²`` of the weights
(Kish), enlarged by ``(N - 1) / (N - n)`` because the population is finite. Whoever asks
everybody knows: there the interval is the value itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from unionportal.core.errors import Refusal
from unionportal.core.money import yuan

TRIES = 3  # on as many days, before a payee counts as unreachable
DEVIATES = {90: Decimal("1.645"), 95: Decimal("1.960"), 99: Decimal("2.576")}
SHARE = Decimal("0.0001")
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Precision:
    """How sure the result shall be; shares between 0 and 1, confidence in per cent."""

    confidence: int = 95
    margin: Decimal = Decimal("0.03")
    expected_error: Decimal = Decimal("0.05")


def require_sound(precision: Precision) -> None:
    """Refuse a precision that no sample has, naming the field."""
    if precision.confidence not in DEVIATES:
        raise Refusal("置信水平可选 90、95、99（%）。", field="confidence")
    if not 0 < precision.margin < ONE:
        raise Refusal("允许误差应大于 0、小于 100%。", field="margin")
    if not 0 < precision.expected_error < ONE:
        raise Refusal("预计差错率应大于 0、小于 100%。", field="expected_error")


def sample_size(population: int, precision: Precision) -> int:
    """Return how many of a finite population are drawn; never more than there are."""
    if population <= 0:
        return 0
    deviate, rate = DEVIATES[precision.confidence], precision.expected_error
    endless = deviate**2 * rate * (ONE - rate) / precision.margin**2
    finite = endless / (ONE + (endless - ONE) / population)
    rounded = int(finite.to_integral_value(rounding=ROUND_CEILING))
    return min(population, max(1, rounded))


def allocate(populations: Sequence[int], size: int) -> list[int]:
    """Divide a size over strata: each one at least and its population at most.

    Where there are more strata than the size, every stratum gives one.
    """
    total = sum(populations)
    size = min(total, max(size, len(populations)))
    quotas = [Decimal(size * population) / total for population in populations]
    given = [
        min(population, max(1, int(quota)))
        for population, quota in zip(populations, quotas, strict=True)
    ]
    while sum(given) != size:
        step = 1 if sum(given) < size else -1
        place = max(
            (at for at in range(len(given)) if _may(given, populations, at, step)),
            key=lambda at: ((quotas[at] - given[at]) * step, -at),
        )
        given[place] += step
    return given


def _may(given: Sequence[int], populations: Sequence[int], at: int, step: int) -> bool:
    return given[at] < populations[at] if step > 0 else given[at] > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumAnswers:
    """A stratum and its answers; amounts in yuan, errors capped at what was owed."""

    population: int
    amount: Decimal
    answered: int
    wrong: int
    amount_answered: Decimal
    amount_wrong: Decimal
    squares: Decimal  # of the amounts answered


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its bounds at the confidence wanted."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the answers say of everybody paid: the share wrong, and the yuan wrong.

    ``covered`` of ``population`` stand in a stratum that gave an answer; the others are
    taken to be like them.
    """

    population: int
    covered: int
    answered: int
    wrong: int
    rate: Interval
    amount: Interval


def estimate_of(strata: Sequence[StratumAnswers], confidence: int) -> Estimate | None:
    """Extrapolate; None before there is an answer."""
    known = [stratum for stratum in strata if stratum.answered]
    if not known:
        return None
    deviate = DEVIATES[confidence]
    weights = [Decimal(each.population) / each.answered for each in known]
    pairs = list(zip(weights, known, strict=True))
    covered = sum(each.population for each in known)
    answered = sum(each.answered for each in known)
    size = _effective(Decimal(covered), sum(w**2 * each.answered for w, each in pairs))
    wrong = Decimal(sum(w * each.wrong for w, each in pairs)) / covered
    owed = Decimal(sum(w * each.amount_answered for w, each in pairs))
    astray = Decimal(sum(w * each.amount_wrong for w, each in pairs)) / owed
    weight = _effective(owed, sum(w**2 * each.squares for w, each in pairs))
    total = sum((each.amount for each in strata), Decimal(0))
    rate = _interval(wrong, size, deviate, left=(covered, answered))
    tainted = _interval(astray, weight, deviate, left=(covered, answered))
    return Estimate(
        population=sum(each.population for each in strata),
        covered=covered,
        answered=answered,
        wrong=sum(each.wrong for each in known),
        rate=Interval(*(_share(x) for x in (rate.value, rate.low, rate.high))),
        amount=Interval(
            *(yuan(x * total) for x in (tainted.value, tainted.low, tainted.high))
        ),
    )


def _effective(total: Decimal, squares: Decimal | int) -> Decimal:
    return total**2 / Decimal(squares)


def _interval(
    share: Decimal, size: Decimal, deviate: Decimal, *, left: tuple[int, int]
) -> Interval:
    """Wilson's interval over an effective size, in a population of which n were asked."""
    population, asked = left
    if asked >= population:
        return Interval(share, share, share)
    size = size * (population - 1) / (population - asked)
    spread = deviate**2 / size
    centre = (share + spread / 2) / (ONE + spread)
    inner = share * (ONE - share) / size + spread / (4 * size)
    half = deviate * inner.sqrt() / (ONE + spread)
    return Interval(
        share, max(Decimal(0), min(share, centre - half)), min(ONE, centre + half)
    )


def _share(value: Decimal) -> Decimal:
    return value.quantize(SHARE, rounding=ROUND_HALF_UP)
