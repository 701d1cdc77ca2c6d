"""PostgreSQL and Python give the same answer to every formula and every value."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import DateTimeField, Field, FloatField
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.formula.in_sql import columns_of, select_over
from tests.core.formula.strategies import (
    DECLARATIONS,
    WORDS,
    day_formulas,
    days,
    number_formulas,
    numbers,
    rows,
    truth_formulas,
)
from unionportal.core.formula.check import Formula, read_amount, read_clause
from unionportal.core.formula.compile import (
    Column,
    compile_amount,
    compile_formula,
    compile_missing,
    scope_of,
)
from unionportal.core.formula.declare import Value, Values, read_values
from unionportal.core.formula.evaluate import amount_of, evaluate, missing_facts
from unionportal.core.formula.ruling import Ruling, decide, read_ruling
from unionportal.core.formula.select import compile_decision
from unionportal.core.formula.tree import Comparison

COLUMNS = columns_of(DECLARATIONS)
NOTHING: dict[str, Value | None] = {d.name_en: None for d in DECLARATIONS}
DEPTH = 3
many = settings(
    max_examples=2_000,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
fewer = settings(many, max_examples=1_000)
some = settings(many, max_examples=300)
five_rows = st.lists(rows, min_size=5, max_size=5)


def answers(formula: Formula, values: Sequence[Values]) -> list[dict[str, Any]]:
    missing = compile_missing(formula.tree, scope_of(formula.facts, COLUMNS))
    return select_over(
        {"value": compile_formula(formula, COLUMNS)}
        | ({} if missing is None else {"missing": missing}),
        DECLARATIONS,
        values,
    )


def assert_both_agree(formula: Formula, values: Sequence[Values]) -> None:
    for answer, row in zip(answers(formula, values), values, strict=True):
        first = next(iter(missing_facts(formula, row)), None)
        found = (answer["value"], answer.get("missing"))
        assert found == (evaluate(formula, row), first), (formula.text, row)


@pytest.mark.django_db
@many
@given(st.data())
def test_truth_is_the_same_in_both(data: st.DataObject) -> None:
    formula = read_clause(data.draw(truth_formulas(DEPTH)), WORDS)
    assert_both_agree(formula, data.draw(five_rows))


@pytest.mark.django_db
@fewer
@given(st.data())
def test_number_is_the_same_in_both(data: st.DataObject) -> None:
    formula = read_clause(data.draw(number_formulas(DEPTH)) + " == 乙", WORDS)
    assert isinstance(formula.tree, Comparison)
    number = replace(formula, tree=formula.tree.left)
    assert_both_agree(number, data.draw(five_rows))


@pytest.mark.django_db
@some
@given(st.data())
def test_day_is_the_same_in_both(data: st.DataObject) -> None:
    formula = read_clause(data.draw(day_formulas(DEPTH)) + " == 起日", WORDS)
    assert isinstance(formula.tree, Comparison)
    day = replace(formula, tree=formula.tree.left)
    assert_both_agree(day, data.draw(five_rows))


@pytest.mark.django_db
@some
@given(number_formulas(DEPTH), five_rows)
def test_amount_is_rounded_the_same_in_both(text: str, values: list[Values]) -> None:
    # The facts bear no unit; a literal beside them may be yuan.
    formula = read_amount(f"1 * {text}", WORDS)
    found = select_over(
        {"amount": compile_amount(formula, COLUMNS)}, DECLARATIONS, values
    )
    assert [row["amount"] for row in found] == [amount_of(formula, v) for v in values]


@st.composite
def rulings(draw: st.DrawFn) -> Ruling:
    texts = draw(st.lists(truth_formulas(DEPTH - 1), min_size=1, max_size=3))
    clauses = [(f"c{place}", "条件", text) for place, text in enumerate(texts)]
    amount = draw(number_formulas(DEPTH - 1))
    return read_ruling(clauses, f"1 * {amount}", WORDS)


@pytest.mark.django_db
@fewer
@given(rulings(), five_rows)
def test_decision_is_the_same_in_both(ruling: Ruling, values: list[Values]) -> None:
    found = select_over(compile_decision(ruling, COLUMNS), DECLARATIONS, values)
    for row, seen in zip(found, values, strict=True):
        facts = row.pop("facts")
        decision = decide(ruling, seen)
        assert row == asdict(decision)
        kept = read_values(WORDS, json.loads(facts))
        assert decide(ruling, kept) == decision
        assert set(kept) == {fact.name_en for fact in ruling.facts}


@pytest.mark.django_db
@some
@given(st.lists(st.tuples(numbers, numbers), min_size=20, max_size=20))
def test_quotient_is_the_same_in_both(pairs: list[tuple[Decimal, Decimal]]) -> None:
    formula = read_clause("(甲 / 乙 if 乙 != 0 else 0) == 1", WORDS)
    assert isinstance(formula.tree, Comparison)
    values = [NOTHING | {"number_0": a, "number_1": b} for a, b in pairs]
    assert_both_agree(replace(formula, tree=formula.tree.left), values)


@pytest.mark.django_db
@some
@given(st.lists(st.tuples(days, days), min_size=20, max_size=20))
def test_completed_years_are_the_same_in_both(pairs: list[tuple[date, date]]) -> None:
    formula = read_clause("years_between(起日, 止日) == 1", WORDS)
    assert isinstance(formula.tree, Comparison)
    values = [NOTHING | {"day_0": a, "day_1": b} for a, b in pairs]
    assert_both_agree(replace(formula, tree=formula.tree.left), values)


@pytest.mark.django_db
def test_half_of_a_fen_goes_up_in_both() -> None:
    formula = read_amount("1 * 甲", WORDS)
    written = ["0.005", "0.004999999999", "0.015", "0.025", "-0.005", "-0.015", "2.675"]
    values = [NOTHING | {"number_0": Decimal(number)} for number in written]
    found = select_over(
        {"amount": compile_amount(formula, COLUMNS)}, DECLARATIONS, values
    )
    expected = ["0.01", "0.00", "0.02", "0.03", "-0.01", "-0.02", "2.68"]
    assert [str(row["amount"]) for row in found] == expected


@pytest.mark.django_db
def test_wide_formula_compiles() -> None:
    wide = " or ".join(["甲 > 1"] * 190)
    deep = "甲 + (" * 20 + "甲" + ")" * 20 + " > 1"
    for text in (wide, deep):
        assert_both_agree(read_clause(text, WORDS), [NOTHING])


@pytest.mark.django_db
@pytest.mark.parametrize("field", [FloatField(), DateTimeField()])
def test_fact_of_an_inexact_field_is_refused(field: Field[Any, Any]) -> None:
    formula = read_clause("甲 > 1", WORDS)
    inexact = COLUMNS | {"number_0": Column("number_0", field)}
    with pytest.raises(TypeError, match="neither a float nor an instant"):
        select_over({"v": compile_formula(formula, inexact)}, DECLARATIONS, [NOTHING])
