"""Rounds: everybody gets one answer, by one statement, and nobody is paid twice."""

from decimal import Decimal

import pytest

from assistance.actions.rounds import compute_round
from assistance.enums import Outcome, RoundState
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_compute_round_gives_everybody_one_answer_with_its_reason() -> None:
    make.standard()
    on_the_line = make.dossier("甲")
    over = make.dossier("乙", wage_income=Decimal("30000.37"))
    no_account = make.dossier("丙", with_account=False)
    two_homes = make.dossier("丁", homes_count=2)
    round_ = make.computed_round()
    assert make.outcomes(round_) == {
        on_the_line.number: (Outcome.ELIGIBLE, ""),
        over.number: (Outcome.INELIGIBLE, "income_within"),
        no_account.number: (Outcome.UNKNOWN, "account_verified"),
        two_homes.number: (Outcome.INELIGIBLE, "no_excluded_property"),
    }
    counted = (round_.population, round_.eligible_count, round_.ineligible_count)
    assert counted == (4, 1, 2)
    assert (round_.unknown_count, round_.eligible_amount) == (1, Decimal("600.00"))
    assert round_.state == RoundState.COMPUTED
    again = compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    assert again.population == 4
