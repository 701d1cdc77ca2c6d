"""The meaning of the language, as tables. `?` in a title means unknown."""

from datetime import date
from decimal import Decimal

import pytest

from tests.core.formula.words import WORDS
from unionportal.core.formula.check import read_amount, read_clause
from unionportal.core.formula.declare import Value, read_values
from unionportal.core.formula.evaluate import (
    amount_of,
    evaluate,
    missing_facts,
    years_between,
)


def truth(text: str, **given: object) -> Value | None:
    return evaluate(read_clause(text, WORDS), read_values(WORDS, given))


def missing(text: str, **given: object) -> tuple[str, ...]:
    return missing_facts(read_clause(text, WORDS), read_values(WORDS, given))


Truth = bool | None
T, F, U = True, False, None

CONNECTIVES = [
    # a, b, a and b, a or b, not a
    (T, T, T, T, F),
    (T, F, F, T, F),
    (T, U, U, T, F),
    (F, T, F, T, T),
    (F, F, F, F, T),
    (F, U, F, U, T),
    (U, T, U, T, U),
    (U, F, F, U, U),
    (U, U, U, U, U),
]


@pytest.mark.parametrize(("a", "b", "both", "either", "not_a"), CONNECTIVES)
def test_connectives_are_three_valued(
    a: Truth, b: Truth, both: Truth, either: Truth, not_a: Truth
) -> None:
    first, second = ("有机动车", "(子女数 == 1)")
    children = {T: 1, F: 0, U: None}[b]
    seen = {"has_car": a, "children": children}
    assert truth(f"{first} and {second}", **seen) is both
    assert truth(f"{first} or {second}", **seen) is either
    assert truth(f"not {first}", **seen) is not_a


CASES: list[tuple[str, dict[str, object], bool | None]] = [
    ("家庭月人均净收入 <= 2 * 低保标准", {"income": "1500.00", "line": 750}, T),
    ("家庭月人均净收入 <= 2 * 低保标准", {"income": "1500.01", "line": 750}, F),
    ("家庭月人均净收入 <= 2 * 低保标准", {"line": 750}, U),
    ("家庭月人均净收入 < 低保标准", {"income": "750.00", "line": "750"}, F),
    ("0 < 子女数 <= 2", {"children": 2}, T),
    ("0 < 子女数 <= 2", {"children": 3}, F),
    ("0 < 子女数 <= 家庭人口", {"children": 0}, F),
    ("0 < 子女数 <= 家庭人口", {"children": 1}, U),
    ("困难类别 in ('深度困难', '相对困难')", {"kind": "relative"}, T),
    ("困难类别 in ('深度困难', '相对困难')", {"kind": "意外致困"}, F),
    ("困难类别 not in ('深度困难')", {"kind": "意外致困"}, T),
    ("困难类别 not in ('深度困难')", {}, U),
    ("子女数 in (0, -1, 2.0)", {"children": 2}, T),
    ("站点 == '总站'", {"station": "总站"}, T),
    ("站点 == 'a'", {"station": "A"}, F),
    ("站点 != '总站'", {"station": ""}, U),
    ("有机动车 == 否", {"has_car": False}, T),
    ("出生日期 <= date('1990-01-01')", {"born_on": "1990-01-01"}, T),
    ("min(出生日期, 基准日) == 基准日", {"born_on": "2000-01-01"}, U),
    ("min(子女数, 家庭人口) == 1", {"children": 1, "people": 3}, T),
    ("min(子女数, 家庭人口) == 1", {"children": 1}, U),
    ("max(子女数, 1) == 1", {}, U),
    ("(1 if 有机动车 else 2) == 2", {"has_car": False}, T),
    ("(1 if 有机动车 else 1) == 1", {}, U),
    ("(1 if 有机动车 else 子女数) == 1", {"has_car": True}, T),
    ("(1 if 有机动车 else 子女数) == 1", {"has_car": False}, U),
    ("coalesce(子女数, 家庭人口, 0) == 0", {}, T),
    ("coalesce(子女数, 家庭人口) == 3", {"people": 3}, T),
    ("coalesce(子女数, 家庭人口) == 3", {}, U),
    ("is_known(子女数)", {}, F),
    ("is_known(子女数 + 家庭人口)", {"children": 1}, F),
    ("is_known(子女数)", {"children": 0}, T),
    ("子女数 / 3 * 3 == 子女数", {"children": 1}, F),
    ("子女数 / 4 * 4 == 子女数", {"children": 1}, T),
    ("子女数 / 3 == 0.333333333333", {"children": 1}, T),
    ("子女数 / 3 == 0.666666666667", {"children": 2}, T),
    ("子女数 / 3 == -0.666666666667", {"children": -2}, T),
    ("0.1 + 0.2 == 0.3", {}, T),
    ("round_yuan(自付费用) == 0.13", {"expense": "0.125"}, T),
    ("round_yuan(自付费用) == -0.13", {"expense": "-0.125"}, T),
    ("家庭人口 == 0", {"people": 0}, U),
    ("家庭人口 == -1", {"people": -1}, U),
    ("子女数 == 0", {"children": 0}, T),
    ("自付费用 == 0.000000000001", {"expense": "0.0000000000005"}, T),
    ("-(-子女数) == 子女数", {"children": 5}, T),
]


@pytest.mark.parametrize(("text", "given", "expected"), CASES)
def test_clause_is_true_false_or_unknown(
    text: str, given: dict[str, object], expected: Truth
) -> None:
    assert truth(text, **given) is expected


LARGEST = "999999999999999.999999999999"


@pytest.mark.parametrize(
    "text",
    [
        f"自付费用 * 比例 == 自付费用 * ({LARGEST} - 1) + 自付费用",
        "自付费用 / 0.004 * 0.004 == 自付费用",
        "自付费用 * 比例 / 比例 == 自付费用 if 比例 > 0 else 否",
        "-自付费用 / 0.004 == -(自付费用 * 250)",
    ],
)
def test_long_numbers_keep_every_digit(text: str) -> None:
    assert truth(text, expense=LARGEST, ratio=LARGEST) is True


YEARS = [
    ("2004-02-29", "2024-02-28", 19),
    ("2004-02-29", "2024-02-29", 20),
    ("2004-02-29", "2025-02-28", 20),
    ("2004-02-29", "2025-03-01", 21),
    ("1965-12-01", "2025-11-30", 59),
    ("1965-12-01", "2025-12-01", 60),
    ("2025-01-01", "2025-01-01", 0),
    ("2025-01-02", "2025-01-01", 0),
    ("2026-01-01", "2025-01-01", -1),
    ("2026-01-01", "2025-01-02", 0),
]


@pytest.mark.parametrize(("start", "end", "years"), YEARS)
def test_years_are_completed_years(start: str, end: str, years: int) -> None:
    assert years_between(date.fromisoformat(start), date.fromisoformat(end)) == years


AMOUNTS: list[tuple[str, dict[str, object], str | None]] = [
    ("600", {}, "600.00"),
    ("自付费用 * 0.8", {"expense": "1000.006"}, "800.00"),
    ("自付费用 / 2", {"expense": "0.01"}, "0.01"),
    ("自付费用 / 2", {"expense": "-0.01"}, "-0.01"),
    ("自付费用 / 3 * 3", {"expense": "100"}, "100.00"),
    ("round_yuan(自付费用 / 3) * 3", {"expense": "100"}, "99.99"),
    ("min(自付费用, 3000)", {}, None),
    ("500 * 家庭人口", {"people": 4}, "2000.00"),
]


@pytest.mark.parametrize(("text", "given", "expected"), AMOUNTS)
def test_amount_is_rounded_once_half_up_to_the_fen(
    text: str, given: dict[str, object], expected: str | None
) -> None:
    amount = amount_of(read_amount(text, WORDS), read_values(WORDS, given))
    assert amount == (None if expected is None else Decimal(expected))
    assert expected is None or str(amount) == expected


MISSING: list[tuple[str, dict[str, object], tuple[str, ...]]] = [
    ("家庭月人均净收入 <= 低保标准", {}, ("income", "line")),
    ("家庭月人均净收入 <= 低保标准", {"income": 1}, ("line",)),
    ("家庭月人均净收入 <= 低保标准", {"income": 1, "line": 0}, ("line",)),
    ("有机动车 and 子女数 > 0", {"has_car": False}, ()),
    ("有机动车 and 子女数 > 0", {"has_car": True}, ("children",)),
    ("有机动车 or 子女数 > 0 or is_known(站点)", {}, ("has_car", "children")),
    ("子女数 > 0 if 有机动车 else 月数 > 0", {}, ("has_car",)),
    ("子女数 > 0 if 有机动车 else 月数 > 0", {"has_car": False}, ("months",)),
    ("coalesce(子女数, 家庭人口) > 0", {}, ("children", "people")),
    ("coalesce(子女数, 家庭人口) > 家庭人口", {"children": 1}, ("people",)),
    ("min(子女数, 家庭人口, 3) > 0", {"children": 1}, ("people",)),
    ("站点 == '总站'", {"station": ""}, ("station",)),
    ("子女数 + 子女数 > 0", {}, ("children",)),
]


@pytest.mark.parametrize(("text", "given", "expected"), MISSING)
def test_missing_facts_are_those_that_matter(
    text: str, given: dict[str, object], expected: tuple[str, ...]
) -> None:
    assert missing(text, **given) == expected


def test_float_is_refused() -> None:
    formula = read_clause("子女数 > 0", WORDS)
    with pytest.raises(TypeError, match="Decimal expected"):
        evaluate(formula, {"children": 1.5})  # type: ignore[dict-item]
