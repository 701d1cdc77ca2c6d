"""Samples: the size by the formula, the division over strata, and what the answers say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistance.rules.sampling import (
    Interval,
    Precision,
    StratumAnswers,
    allocate,
    estimate_of,
    require_sound,
    sample_size,
)
from unionportal.core.errors import Refusal


@pytest.mark.parametrize(
    ("population", "precision", "size"),
    [
        # n0 = 1.96² × 0.05 × 0.95 / 0.03² = 202.75; n = 202.75 / (1 + 201.75 / N)
        (116_912, Precision(), 203),
        (1_704, Precision(), 182),
        (100, Precision(), 68),
        (1, Precision(), 1),
        (0, Precision(), 0),
        # n0 = 1.96² × 0.25 / 0.05² = 384.16: the textbook's case
        (1_000_000, Precision(95, Decimal("0.05"), Decimal("0.5")), 385),
        (1_000, Precision(95, Decimal("0.05"), Decimal("0.5")), 278),
        # 1.645² × 0.05 × 0.95 / 0.05² = 51.42 and 2.576² × … / 0.02² = 788.01
        (136_000, Precision(90, Decimal("0.05"), Decimal("0.05")), 52),
        (136_000, Precision(99, Decimal("0.02"), Decimal("0.05")), 784),
    ],
)
def test_the_size_is_that_of_the_formula(
    population: int, precision: Precision, size: int
) -> None:
    assert sample_size(population, precision) == size


@pytest.mark.parametrize(
    ("precision", "field"),
    [
        (Precision(confidence=80), "confidence"),
        (Precision(margin=Decimal(0)), "margin"),
        (Precision(margin=Decimal(1)), "margin"),
        (Precision(expected_error=Decimal(0)), "expected_error"),
        (Precision(expected_error=Decimal("1.2")), "expected_error"),
    ],
)
def test_a_precision_no_sample_has_is_refused_by_field(
    precision: Precision, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        require_sound(precision)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("populations", "size", "given_"),
    [
        ([60, 30, 10], 10, [6, 3, 1]),
        ([50, 30, 20], 7, [4, 2, 1]),  # 3.5, 2.1, 1.4: the largest remainder
        ([50, 50], 3, [2, 1]),  # a tie goes to the first
        ([1000, 1, 1], 5, [3, 1, 1]),  # the small ones give one all the same
        ([5, 1, 1, 1], 2, [1, 1, 1, 1]),  # more strata than the size
        ([2, 3], 9, [2, 3]),  # nobody is drawn twice
    ],
)
def test_a_size_is_divided_over_strata(
    populations: list[int], size: int, given_: list[int]
) -> None:
    assert allocate(populations, size) == given_


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=60),
    st.integers(1, 10_000),
)
def test_every_stratum_gives_one_at_least_and_all_it_has_at_most(
    populations: list[int], size: int
) -> None:
    given_ = allocate(populations, size)

    assert all(1 <= n <= has for n, has in zip(given_, populations, strict=True))
    assert sum(given_) == min(sum(populations), max(size, len(populations)))


def stratum(
    population: int, answered: int, wrong: int = 0, *, each: str = "600"
) -> StratumAnswers:
    amount = Decimal(each)
    return StratumAnswers(
        population=population,
        amount=population * amount,
        answered=answered,
        wrong=wrong,
        amount_answered=answered * amount,
        amount_wrong=wrong * amount,
        squares=answered * amount**2,
    )


def test_strata_weigh_by_their_payees() -> None:
    # (900 × 1/10 + 100 × 0/10) / 1000 = 9 %, where 1 of 20 answers is wrong
    found = estimate_of([stratum(900, 10, 1), stratum(100, 10)], 95)

    assert found is not None
    assert found.rate.value == Decimal("0.0900")
    assert found.amount.value == Decimal("54000.00")
    assert (found.answered, found.wrong, found.covered) == (20, 1, 1000)


def test_an_even_sample_has_wilsons_interval() -> None:
    # Wilson for 2 of 100 in an all but endless population: 0.55 % to 7.00 %
    found = estimate_of([stratum(10_000_000, 100, 2)], 95)

    assert found is not None
    assert found.rate == Interval(
        Decimal("0.0200"), Decimal("0.0055"), Decimal("0.0700")
    )


def test_no_error_found_does_not_mean_that_there_is_none() -> None:
    found = estimate_of([stratum(1_704, 182)], 95)

    assert found is not None
    assert found.rate.value == found.rate.low == 0
    assert found.rate.high == Decimal("0.0185")  # 3.8416 / (182 × 1703 / 1522 + 3.8416)
    assert found.amount == Interval(
        Decimal("0.00"), Decimal("0.00"), Decimal("18929.77")
    )


def test_who_asks_everybody_knows() -> None:
    found = estimate_of([stratum(4, 4, 1), stratum(2, 2)], 95)

    assert found is not None
    sixth = Decimal("0.1667")
    assert found.rate == Interval(sixth, sixth, sixth)
    assert found.amount == Interval(*[Decimal("600.00")] * 3)


def test_uneven_weights_widen_the_interval() -> None:
    even = estimate_of([stratum(500, 20, 1), stratum(500, 20, 1)], 95)
    uneven = estimate_of([stratum(950, 20, 1), stratum(50, 20, 1)], 95)

    assert even is not None
    assert uneven is not None
    assert even.rate.value == uneven.rate.value == Decimal("0.0500")
    assert uneven.rate.high > even.rate.high


def test_a_stratum_that_gave_no_answer_is_taken_to_be_like_the_others() -> None:
    found = estimate_of([stratum(90, 9, 1), stratum(10, 0)], 95)

    assert found is not None
    assert (found.covered, found.population) == (90, 100)
    assert found.amount.value == Decimal("6666.67")  # a ninth of all 60,000 yuan


def test_nothing_is_said_before_there_is_an_answer() -> None:
    assert estimate_of([stratum(90, 0)], 95) is None


@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(1, 300), st.integers(0, 300)),
        min_size=1,
        max_size=20,
    )
)
def test_the_value_lies_within_its_bounds(rows: list[tuple[int, int, int]]) -> None:
    strata = [
        stratum(population, min(asked, population), min(wrong, asked, population))
        for population, asked, wrong in rows
    ]
    found = estimate_of(strata, 95)

    assert found is not None
    for interval in (found.rate, found.amount):
        assert 0 <= interval.low <= interval.value <= interval.high
    assert found.rate.high <= 1
    assert found.amount.high <= sum(each.amount for each in strata)
