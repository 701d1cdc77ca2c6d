"""A decision told in sentences, with the values it was made on."""

import json
from dataclasses import asdict

import pytest

from tests.core.formula.words import WORDS
from unionportal.core.formula.check import read_amount, read_clause
from unionportal.core.formula.declare import read_values
from unionportal.core.formula.explain import (
    Term,
    explain,
    explain_amount,
    explain_clause,
)
from unionportal.core.formula.ruling import read_ruling

SENTENCES: list[tuple[str, dict[str, object], str, list[str]]] = [
    (
        "家庭月人均净收入 <= 2*低保标准",
        {"income": "1620", "line": "750"},
        "false",
        ["家庭月人均净收入 1,620.00 元，高于 2 × 低保标准 = 1,500.00 元，差 120.00 元"],
    ),
    (
        "income <= line",
        {"income": "750", "line": "750"},
        "true",
        ["家庭月人均净收入 750.00 元，等于 低保标准 750.00 元"],
    ),
    (
        "家庭月人均净收入 ≤ 1000 and 子女数 >= 2 and not 有机动车",
        {"income": "1", "children": 1, "has_car": True},
        "false",
        ["子女数 1 人，低于 2，差 1 人", "有机动车：是"],
    ),
    (
        "困难类别 in ('深度困难', '相对困难')",
        {"kind": "accident"},
        "false",
        ["困难类别 “意外致困”，不属于 “深度困难”、“相对困难”"],
    ),
    (
        "困难类别 not in ('深度困难')",
        {"kind": "deep"},
        "false",
        ["困难类别 “深度困难”，属于 “深度困难”"],
    ),
    (
        "困难类别 == '深度困难'",
        {"kind": "accident"},
        "false",
        ["困难类别 “意外致困”，不等于 “深度困难”"],
    ),
    (
        "站点 == '总站'",
        {"station": "东站"},
        "false",
        ["站点 “东站”，不等于 “总站”"],
    ),
    (
        "出生日期 <= date('1966-01-01')",
        {"born_on": "1970-05-01"},
        "false",
        ["出生日期 1970-05-01，晚于 1966-01-01"],
    ),
    (
        "years_between(出生日期, 基准日) >= 60",
        {"born_on": "1970-05-01", "as_of": "2025-12-01"},
        "false",
        ["从出生日期到基准日满 55 年，不足 60 年"],
    ),
    (
        "家庭月人均净收入 <= (低保标准 if 困难类别 == '深度困难' else 3 * 低保标准)",
        {"income": "800", "line": "750", "kind": "deep"},
        "false",
        [
            "家庭月人均净收入 800.00 元，高于 低保标准 750.00 元，差 50.00 元",
        ],
    ),
    (
        "子女数 > 0 if 有机动车 else 子女数 > 1",
        {"children": 1, "has_car": False},
        "false",
        ["有机动车：否", "子女数 1 人，等于 1"],
    ),
    (
        "家庭月人均净收入 <= 低保标准",
        {"line": "0"},
        "unknown",
        ["缺少：家庭月人均净收入", "低保标准 0.00 元，应大于零"],
    ),
    ("True", {}, "true", []),
]


@pytest.mark.parametrize(("text", "given", "verdict", "reasons"), SENTENCES)
def test_clause_is_told(
    text: str, given: dict[str, object], verdict: str, reasons: list[str]
) -> None:
    told = explain_clause(read_clause(text, WORDS), read_values(WORDS, given))
    assert (told.verdict, list(told.reasons)) == (verdict, reasons)


def test_facts_are_shown_with_unit_meaning_and_reference() -> None:
    formula = read_clause("家庭月人均净收入 <= 低保标准", WORDS)
    told = explain_clause(formula, read_values(WORDS, {"income": "1620.5"}))
    income, line = told.facts
    assert asdict(income) == {
        "name_en": "income",
        "name": "家庭月人均净收入",
        "shown": "1,620.50 元",
        "unit": "元",
        "meaning": "申请前十二个月家庭净收入除以人口再除以十二",
        "reference": "申请日",
        "is_missing": False,
    }
    assert (line.shown, line.is_missing) == ("未提供", True)
    assert told.missing == ("低保标准",)


def test_amount_is_told_term_by_term() -> None:
    formula = read_amount(
        "min(自付费用*0.8, 3000) + (500 if 有机动车 else -自付费用)", WORDS
    )
    given = read_values(WORDS, {"expense": "1000.005", "has_car": True})
    told = explain_amount(formula, given)
    assert told.shown == "1,300.00 元"
    assert told.terms == (
        Term("自付费用 × 0.8", "800.004 元"),
        Term("min(自付费用 × 0.8, 3000)", "800.004 元"),
        Term("500", "500"),
        Term(
            "min(自付费用 × 0.8, 3000) + (500 if 有机动车 else -自付费用)",
            "1,300.004 元",
        ),
    )


def test_unknown_amount_names_what_is_missing() -> None:
    told = explain_amount(read_amount("自付费用 * 0.8", WORDS), {})
    assert (told.shown, told.missing) == ("未知", ("自付费用",))
    assert told.terms == (Term("自付费用 × 0.8", "未知"),)


def test_amount_of_an_unknown_branch_is_unknown() -> None:
    formula = read_amount("500 if 有机动车 else 自付费用", WORDS)
    told = explain_amount(formula, read_values(WORDS, {"expense": "80"}))
    assert told.terms == (Term("500 if 有机动车 else 自付费用", "未知"),)
    known = explain_amount(
        formula, read_values(WORDS, {"expense": 80, "has_car": "否"})
    )
    assert known.terms == (Term("自付费用", "80.00 元"),)


def test_explanation_is_json_and_agrees_with_the_decision() -> None:
    ruling = read_ruling(
        [
            ("income", "收入", "家庭月人均净收入 <= 低保标准"),
            ("car", "车", "not 有机动车"),
        ],
        "600",
        WORDS,
    )
    given = read_values(WORDS, {"income": 700, "line": 750, "has_car": False})
    told = json.loads(json.dumps(asdict(explain(ruling, given))))
    assert (told["outcome"], told["amount"]) == ("eligible", "600.00")
    assert [c["verdict"] for c in told["clauses"]] == ["true", "true"]
    refused = explain(ruling, given | {"has_car": True})
    assert (refused.outcome, refused.clause, refused.amount) == (
        "ineligible",
        "car",
        None,
    )


@pytest.mark.parametrize(
    ("income", "sentence"),
    [
        (
            "976.962083333333",
            "家庭月人均净收入 976.96 元，低于 低保标准 1,045.00 元，差 68.04 元",
        ),
        (
            "1045.000000000001",
            (
                "家庭月人均净收入 1,045.000000000001 元，高于 低保标准 1,045.00 元，"
                "差 0.000000000001 元"
            ),
        ),
    ],
)
def test_sums_are_shown_to_the_fen_unless_that_hides_the_gap(
    income: str, sentence: str
) -> None:
    formula = read_clause("家庭月人均净收入 <= 低保标准", WORDS)
    values = read_values(WORDS, {"income": income, "line": "1045"})
    assert explain_clause(formula, values).reasons == (sentence,)
