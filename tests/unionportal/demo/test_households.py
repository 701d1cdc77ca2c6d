"""Invented households: valid identifiers, ages that fit, sums that add up, repeatable."""

from collections import Counter
from dataclasses import astuple
from datetime import date

import pytest
from stdnum import luhn
from stdnum.cn import ric

from unionportal.demo.families import Being
from unionportal.demo.households import Household, digest_of, households
from unionportal.demo.identity import codes_at_birth
from unionportal.demo.incomes import COSTS
from unionportal.demo.places import County, Lines, Township, shares, subsistence_lines
from unionportal.demo.situations import Situation

AS_OF = date(2025, 12, 1)
COUNTIES = (
    County(
        code="350102",
        name="鼓楼区",
        above="350100",
        townships=(
            Township(code="350102001", name="鼓东街道"),
            Township(code="350102100", name="洪山镇"),
        ),
    ),
    County(
        code="350112",
        name="长乐区",
        above="350100",
        townships=(Township(code="350112100", name="首占镇"),),
    ),
)
LINES = Lines(subsistence_lines(COUNTIES, seed=7))


def made(count: int = 600, seed: int = 7) -> list[Household]:
    return list(households(COUNTIES, LINES, count=count, seed=seed, as_of=AS_OF))


def everybody(found: list[Household]) -> list[Being]:
    return [
        being
        for household in found
        for being in (household.principal, *(m.being for m in household.members))
    ]


def test_same_seed_gives_the_same_households() -> None:
    assert digest_of(made()) == digest_of(made())
    assert digest_of(made()) != digest_of(made(seed=8))


def test_id_numbers_are_valid_and_tell_birth_and_sex() -> None:
    beings = everybody(made())
    for being in beings:
        assert ric.validate(being.id_number) == being.id_number
        assert ric.get_birth_date(being.id_number) == being.born
        assert int(being.id_number[16]) % 2 == (0 if being.is_female else 1)
    assert len({being.id_number for being in beings}) == len(beings)


def test_code_at_birth_is_the_one_in_force_then() -> None:
    assert codes_at_birth("350112", "长乐区", 2020) == ("350112",)
    assert codes_at_birth("350112", "长乐区", 2000) == ("350182",)
    assert codes_at_birth("350112", "长乐区", 1988) == ("350126",)


def test_cards_and_phones_pass_their_checks_once_each() -> None:
    found = made()
    assert all(luhn.is_valid(household.card.number) for household in found)
    assert all(household.card.number.startswith("6999") for household in found)
    assert all(len(household.phone) == 11 for household in found)
    assert len({household.card.number for household in found}) == len(found)
    assert len({household.phone for household in found}) == len(found)


def test_ages_fit_the_relations() -> None:
    for household in made():
        born = household.principal.born.year
        assert 1964 <= born <= 2002
        for member in household.members:
            older = born - member.being.born.year
            if member.relation == "child":
                assert older <= -18
            if member.relation == "parent":
                assert older >= 18
            if member.relation == "spouse":
                assert abs(older) <= 8
                assert member.being.is_female != household.principal.is_female


def net_per_head_fen(household: Household) -> tuple[int, int]:
    """The yearly net sum, and what the limit of the class would be for a year."""
    values = astuple(household.year)
    net = sum(values[:5]) - sum(values[5:])
    line = LINES.fen_at(
        household.county, household.dwelling.residence, household.dates.applied_on
    )
    limit = {"deep": 1, "relative": 2, "accidental": 3}[
        household.classing.hardship_class
    ]
    return net, line * limit * 12 * (1 + len(household.members))


def test_net_income_follows_the_situation() -> None:
    seen: Counter[Situation] = Counter()
    for household in made(2000):
        if household.situation is Situation.COST_MISSING:
            assert sum(getattr(household.year, n) is None for n in COSTS) == 1
            continue
        net, limit = net_per_head_fen(household)
        seen[household.situation] += 1
        if household.situation is Situation.ON_THE_LINE:
            assert net == limit
        elif household.situation is Situation.JUST_OVER:
            assert net > limit
        else:
            assert net < limit
    assert seen[Situation.ON_THE_LINE] > 0
    assert seen[Situation.JUST_OVER] > 0


def test_amounts_are_never_negative() -> None:
    for household in made():
        assert all(value is None or value >= 0 for value in astuple(household.year))


def test_dates_are_in_order_and_before_the_round() -> None:
    for household in made():
        dates = household.dates
        assert dates.applied_on < dates.approved_on <= AS_OF
        if dates.rechecked_on is not None:
            assert dates.approved_on <= dates.rechecked_on <= AS_OF


@pytest.mark.parametrize("count", [1, 2, 3, 120, 1001])
def test_shares_add_up(count: int) -> None:
    assert sum(shares(COUNTIES, count, seed=3).values()) == count


def test_line_changes_on_the_first_of_july() -> None:
    before = LINES.fen_at("350102", "urban", date(2025, 6, 30))
    after = LINES.fen_at("350102", "urban", date(2025, 7, 1))
    assert after > before
    assert before % 500 == 0
