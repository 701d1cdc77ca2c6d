"""One subject, one answer: the order in which clauses speak."""

from decimal import Decimal

import pytest

from tests.core.formula.words import WORDS
from unionportal.core.formula.check import read_amount
from unionportal.core.formula.declare import read_values
from unionportal.core.formula.ruling import (
    AMOUNT_CLAUSE,
    Decision,
    Outcome,
    Ruling,
    decide,
    read_ruling,
)
from unionportal.core.formula.tree import FormulaError

RULING = read_ruling(
    [
        ("income", "收入不超过二倍低保", "家庭月人均净收入 <= 2 * 低保标准"),
        ("no_car", "没有机动车", "not 有机动车"),
        ("kind", "类别", "困难类别 in ('深度困难', '相对困难')"),
    ],
    "min(自付费用 * 0.5, 3000)",
    WORDS,
)
GOOD: dict[str, object] = {
    "income": "1500.00",
    "line": "750.00",
    "has_car": False,
    "kind": "深度困难",
    "expense": "1000.01",
}


def ineligible(clause: str) -> Decision:
    return Decision(outcome=Outcome.INELIGIBLE, clause=clause)


def unknown(clause: str, fact: str) -> Decision:
    return Decision(outcome=Outcome.UNKNOWN, clause=clause, missing_fact=fact)


def eligible(amount: str) -> Decision:
    return Decision(outcome=Outcome.ELIGIBLE, amount=Decimal(amount))


CASES: list[tuple[str, dict[str, object], Decision]] = [
    ("exactly on the line, half a fen up", {}, eligible("500.01")),
    ("one fen over the line", {"income": "1500.01"}, ineligible("income")),
    ("the ceiling bites", {"expense": "9000"}, eligible("3000.00")),
    ("the first false clause speaks", {"income": 9999, "has_car": True}, ineligible("income")),
    ("false comes before unknown", {"income": None, "has_car": True}, ineligible("no_car")),
    ("the first unknown clause speaks", {"line": None, "kind": None}, unknown("income", "line")),
    ("the first missing fact is named", {"income": None, "line": None}, unknown("income", "income")),
    ("a missing fact is not the cap", {"expense": None}, unknown(AMOUNT_CLAUSE, "expense")),
    ("nothing to pay", {"expense": 0}, ineligible(AMOUNT_CLAUSE)),
    ("less than half a fen to pay", {"expense": "0.009"}, ineligible(AMOUNT_CLAUSE)),
    ("nothing to pay, whatever is missing", {"expense": 0, "kind": None}, ineligible(AMOUNT_CLAUSE)),
    ("no line of zero", {"line": 0}, unknown("income", "line")),
]  # fmt: skip


@pytest.mark.parametrize(("story", "changes", "decision"), CASES)
def test_decision(story: str, changes: dict[str, object], decision: Decision) -> None:
    assert decide(RULING, read_values(WORDS, GOOD | changes)) == decision, story


def test_facts_are_listed_once_in_reading_order() -> None:
    names = [fact.name_en for fact in RULING.facts]
    assert names == ["income", "line", "has_car", "kind", "expense"]


def test_ruling_without_clauses_is_refused() -> None:
    with pytest.raises(ValueError, match="至少要有一个条件"):
        read_ruling([], "600", WORDS)


@pytest.mark.parametrize("code", ["income", AMOUNT_CLAUSE])
def test_code_used_twice_is_refused(code: str) -> None:
    clauses = (*RULING.clauses, RULING.clauses[0].__class__(code, "", RULING.amount))
    with pytest.raises(ValueError, match="代码不能重复"):
        Ruling(clauses, read_amount("600", WORDS))


def test_refused_text_is_refused_with_its_place() -> None:
    with pytest.raises(FormulaError, match="第 1 行第 8 列：没有名为“低保线”"):
        read_ruling([("c", "", "低保标准 > 低保线")], "600", WORDS)
