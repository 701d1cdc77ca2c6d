"""The class proposed for a household: the first rule that its sums meet, on the fen."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assistance.enums import Cause, HardshipClass
from assistance.queries.dossiers import hardship_declarations
from assistance.rules.hardship_class import class_rules, propose_class
from assistance.rules.household import HouseholdFacts
from tests.assistance.builders import LINE, ON_THE_LINE
from unionportal.core.formula.declare import vocabulary

WORDS = vocabulary(hardship_declarations())
# Three people: 36 yuan a year are one yuan a head and month.
FEN = Decimal("0.36")


def a_head_more(yuan: str, cause: Cause = Cause.ILLNESS) -> HouseholdFacts:
    """The household on the line of 750 with so much more a head and month."""
    income = Decimal("30000.00") + 36 * Decimal(yuan)
    return replace(ON_THE_LINE, wage_income=income, main_cause=cause)


def test_the_shipped_rules_are_read_and_answer_their_own_examples() -> None:
    assert [rule.hardship_class for rule in class_rules(WORDS)] == [
        HardshipClass.DEEP,
        HardshipClass.RELATIVE,
        HardshipClass.ACCIDENTAL,
    ]


@pytest.mark.parametrize(
    ("more", "cause", "proposed"),
    [
        ("0.00", Cause.ILLNESS, HardshipClass.DEEP),
        ("0.01", Cause.ILLNESS, HardshipClass.RELATIVE),
        ("749.99", Cause.LAID_OFF, HardshipClass.RELATIVE),
        ("750.00", Cause.LAID_OFF, None),
        ("750.00", Cause.ILLNESS, HardshipClass.ACCIDENTAL),
        ("1500.00", Cause.ACCIDENT, HardshipClass.ACCIDENTAL),
        ("1500.01", Cause.ACCIDENT, None),
    ],
)
def test_a_class_is_proposed_by_income_line_and_cause(
    more: str, cause: Cause, proposed: HardshipClass | None
) -> None:
    said = propose_class(a_head_more(more, cause), line=LINE, words=WORDS)
    assert (said.hardship_class, said.missing) == (proposed, ())


def test_nothing_is_proposed_while_a_fact_is_missing_and_it_is_named() -> None:
    facts = replace(ON_THE_LINE, illness_cost=None)
    said = propose_class(facts, line=LINE, words=WORDS)
    assert said.hardship_class is None
    assert said.in_words == "还不能建议类别，缺少：家庭月人均净收入。"
    assert not said.differs_from(HardshipClass.DEEP)
    without_line = propose_class(ON_THE_LINE, line=None, words=WORDS)
    assert without_line.missing == ("低保标准",)


def test_the_arithmetic_is_told_step_by_step_up_to_the_class_that_fits() -> None:
    said = propose_class(a_head_more("0.01"), line=LINE, words=WORDS)
    assert [(step.code, step.verdict) for step in said.steps] == [
        ("deep", "false"),
        ("relative", "true"),
    ]
    assert said.steps[0].reasons == (
        "家庭月人均净收入 750.01 元，高于 低保标准 750.00 元，差 0.01 元",
    )
    assert said.in_words == "按规则建议为“相对困难”。"
    assert said.differs_from(HardshipClass.DEEP)
    assert not said.differs_from(HardshipClass.RELATIVE)
