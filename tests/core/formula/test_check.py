"""Which formulas mean something, and which are refused before anybody is decided."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.core.formula.words import WORDS
from unionportal.core.formula.check import Formula, read_amount, read_clause
from unionportal.core.formula.declare import (
    FactDeclaration,
    FactType,
    read_values,
    vocabulary,
)
from unionportal.core.formula.tree import Fact, FormulaError, Membership, walk


def facts_of(formula: Formula) -> list[str]:
    return [fact.name_en for fact in formula.facts]


def test_names_become_english_whichever_is_written() -> None:
    chinese = read_clause("家庭月人均净收入 <= 2 * 低保标准", WORDS)
    english = read_clause("income <= 2 * line", WORDS)
    assert chinese.tree == english.tree
    assert facts_of(chinese) == ["income", "line"]
    assert Fact(chinese.tree.span, "income") in list(walk(chinese.tree))


def test_choice_is_stored_whichever_way_it_is_written() -> None:
    by_label = read_clause('困难类别 in ("深度困难", "相对困难")', WORDS)
    by_value = read_clause('kind in ("deep", "relative")', WORDS)
    assert by_label.tree == by_value.tree
    assert isinstance(by_label.tree, Membership)
    assert [member.value for member in by_label.tree.members] == ["deep", "relative"]


CLAUSES = [
    "True",
    "有机动车",
    "not 有机动车 and 子女数 > 0",
    "有机动车 == 是",
    "站点 == '总站' or 站点 != '东站'",
    "出生日期 < date('1990-01-01') <= 基准日",
    "min(出生日期, 基准日) == 基准日",
    "years_between(出生日期, 基准日) >= 60",
    "困难类别 != '意外致困'",
    "coalesce(困难类别, '深度困难') == '深度困难'",
    "is_known(站点) and not is_known(困难类别)",
    "家庭月人均净收入 / 低保标准 <= 1.5",
    "家庭月人均净收入 / 低保标准 <= 比例",
    "自付费用 / 家庭人口 > 家庭月人均净收入",
    "月津贴 * 月数 <= 家庭月人均净收入",
    "子女数 / 家庭人口 > 0.5",
    "子女数 + 1 <= 家庭人口",
]


@pytest.mark.parametrize("text", CLAUSES)
def test_clause_is_accepted(text: str) -> None:
    assert read_clause(text, WORDS).type.kind is FactType.BOOLEAN


AMOUNTS = [
    "600",
    "500 * 家庭人口",
    "500 * 子女数 * 月数",
    "自付费用 * 0.8",
    "5000 * 比例",
    "月津贴 * 月数",
    "min(自付费用 * 比例, 2 * 低保标准)",
    "自付费用 / 家庭人口",
    "coalesce(自付费用, 0)",
    "round_yuan(自付费用 / 3) * 2",
    "2000 if 困难类别 == '深度困难' else 低保标准",
]


@pytest.mark.parametrize("text", AMOUNTS)
def test_amount_is_accepted(text: str) -> None:
    assert read_amount(text, WORDS).type.kind is FactType.NUMBER


GUARDED = [
    "1 / 低保标准 > 0",
    "1 / 3 > 0",
    "1 / -1 > 0",
    "1 / (2 * 低保标准) > 0",
    "1 / (低保标准 + 1) > 0",
    "1 / max(自付费用, 1) > 0",
    "1 / min(低保标准, 1) > 0",
    "1 / coalesce(低保标准, 1) > 0",
    "1 / (1 if 有机动车 else 2) > 0",
    "(1 / 比例 if 比例 > 0 else 0) > 0",
    "(1 / 比例 if 0 < 比例 else 0) > 0",
    "(1 / 比例 if 比例 >= 0.1 else 0) > 0",
    "(1 / 比例 if 比例 != 0 else 0) > 0",
    "(1 / 比例 if 比例 == 5 else 0) > 0",
    "(1 / 比例 if 比例 < 0 else 0) > 0",
    "(1 / 比例 if 比例 <= -1 else 0) > 0",
    "(0 if 比例 == 0 else 1 / 比例) > 0",
    "(0 if 比例 <= 0 else 1 / 比例) > 0",
    "(0 if not 比例 > 0 else 1 / 比例) > 0",
    "(0 if 比例 <= 0 or 有机动车 else 1 / 比例) > 0",
    "(1 / 比例 if 有机动车 and 比例 > 0 else 0) > 0",
    "(1 / (2 * 比例) if 比例 > 0 else 0) > 0",
    "(1 / (比例 - 1) if 比例 - 1 > 0 else 0) > 0",
]


@pytest.mark.parametrize("text", GUARDED)
def test_divisor_that_cannot_be_zero_is_accepted(text: str) -> None:
    assert read_clause(text, WORDS).type.kind is FactType.BOOLEAN


UNGUARDED = [
    ("1 / 比例 > 0", 5),
    ("1 / 0 > 0", 5),
    ("1 / (低保标准 - 1) > 0", 6),
    ("1 / (低保标准 / 3) > 0", 6),
    ("1 / round_yuan(低保标准) > 0", 5),
    ("1 / min(比例, 1) > 0", 5),
    ("1 / (1 if 有机动车 else 比例) > 0", 6),
    ("(1 / 比例 if 比例 >= 0 else 0) > 0", 6),
    ("(1 / 比例 if 比例 < 1 else 0) > 0", 6),
    ("(1 / 比例 if 比例 != 1 else 0) > 0", 6),
    ("(1 / 比例 if 子女数 > 0 else 0) > 0", 6),
    ("(1 / 比例 if 比例 > 0 or 有机动车 else 0) > 0", 6),
    ("(0 if 比例 > 0 else 1 / 比例) > 0", 23),
    ("(0 if 比例 <= 0 and 有机动车 else 1 / 比例) > 0", 33),
    ("比例 > 0 and 1 / 比例 > 0", 16),
]


@pytest.mark.parametrize(("text", "column"), UNGUARDED)
def test_divisor_that_may_be_zero_is_refused(text: str, column: int) -> None:
    with pytest.raises(FormulaError, match="除数可能为零") as refusal:
        read_clause(text, WORDS)
    assert (refusal.value.line, refusal.value.column) == (1, column)


REFUSED_CLAUSES = [
    ("家庭月人均净收入 <= 低保线", 13, "是不是“低保标准”"),
    ("不存在的 > 1", 1, "没有名为“不存在的”的事实"),
    ("家庭月人均净收入", 1, "应为是非，写的是数字"),
    ("家庭月人均净收入 and 有机动车", 1, "应为是非，写的是数字"),
    ("not 站点", 5, "应为是非，写的是文字"),
    ("有机动车 + 1 > 0", 1, "应为数字，写的是是非"),
    ("-出生日期 == 基准日", 2, "应为数字，写的是日期"),
    ("家庭月人均净收入 == '750'", 1, "数字与文字不能放在一起"),
    ("出生日期 > '1990-01-01'", 1, "日期与文字不能放在一起"),
    ("有机动车 == 1", 1, "是非与数字不能放在一起"),
    ("站点 in ('总站', 1)", 1, "文字与数字不能放在一起"),
    ("站点 < '总站'", 1, "文字没有大小"),
    ("困难类别 >= '深度困难'", 1, "选项没有大小"),
    ("有机动车 > 是", 1, "是非没有大小"),
    ("困难类别 == '深度'", 9, "没有“深度”这个选项，可选：深度困难、相对困难、意外致困"),
    ("困难类别 in ('深度困难', '低保')", 18, "没有“低保”这个选项"),
    ("困难类别 == 站点", 9, "只能与列出的选项比较"),
    ("困难类别 == 1", 9, "只能与列出的选项比较"),
    ("站点 == ''", 7, "is_known"),
    ("min(站点, '总站') == '总站'", 1, "只能比较数字或日期"),
    ("max(困难类别, '深度困难') == '深度困难'", 1, "只能比较数字或日期"),
    ("years_between(出生日期, 1) > 0", 21, "应为日期，写的是数字"),
    ("round_yuan(站点) > 0", 12, "应为数字，写的是文字"),
    ("(1 if 有机动车 else '甲') == 1", 2, "数字与文字"),
    ("(1 if 子女数 else 2) == 1", 7, "应为是非，写的是数字"),
    ("家庭月人均净收入 > 家庭人口", 1, "“元”与“人”"),
    ("家庭人口 + 月数 > 0", 1, "“人”与“月”"),
    ("家庭月人均净收入 > 月津贴", 1, "“元”与“元/月”"),
    ("家庭月人均净收入 > 比例", 1, "“元”与没有单位的数"),
    ("min(自付费用, 家庭人口) > 0", 1, "“元”与“人”"),
    ("自付费用 * 低保标准 > 0", 1, "金额不能乘以金额"),
    ("家庭人口 / 低保标准 > 0", 1, "不能除以金额"),
    ("自付费用 in (1, '甲')", 1, "数字与文字"),
    (" * ".join(["比例"] * 13) + " > 0", 1, "连乘太多"),
]


@pytest.mark.parametrize(("text", "column", "words"), REFUSED_CLAUSES)
def test_clause_is_refused(text: str, column: int, words: str) -> None:
    with pytest.raises(FormulaError) as refusal:
        read_clause(text, WORDS)
    assert words in refusal.value.message
    assert (refusal.value.line, refusal.value.column) == (1, column)


REFUSED_AMOUNTS = [
    ("有机动车", "应为数字，写的是是非"),
    ("家庭人口", "应为元，这里得到的是人"),
    ("比例", "应为元，这里得到的是没有单位的数"),
    ("月津贴", "应为元，这里得到的是元/月"),
    ("自付费用 / 低保标准", "应为元，这里得到的是没有单位的数"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED_AMOUNTS)
def test_amount_is_refused(text: str, words: str) -> None:
    with pytest.raises(FormulaError, match=words):
        read_amount(text, WORDS)


def declare(**changes: object) -> FactDeclaration:
    plain: dict[str, object] = {
        "name_en": "income",
        "name": "收入",
        "type": FactType.NUMBER,
    }
    return FactDeclaration(**(plain | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"name_en": "收入"},
        {"name_en": "net income"},
        {"name_en": "x" * 51},
        {"name": "收 入"},
        {"name": "Ａ"},
        {"name": "1月"},
        {"type": FactType.CHOICE},
        {"choices": (("a", "甲"),)},
        {"type": FactType.TEXT, "unit": "元"},
        {"type": FactType.DATE, "positive": True},
    ],
)
def test_declaration_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        declare(**changes)


def test_name_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="income"):
        vocabulary([declare(), declare(name="净收入")])


def test_values_are_read_by_type() -> None:
    given = {
        "家庭月人均净收入": "750.00",
        "people": 3,
        "line": Decimal("1.5"),
        "困难类别": "深度困难",
        "有机动车": "否",
        "站点": "",
        "出生日期": "1990-02-28",
        "as_of": date(2025, 12, 1),
        "expense": None,
    }
    values = read_values(WORDS, given)
    assert values == {
        "income": Decimal("750.00"),
        "people": Decimal(3),
        "line": Decimal("1.5"),
        "kind": "deep",
        "has_car": False,
        "station": None,
        "born_on": date(1990, 2, 28),
        "as_of": date(2025, 12, 1),
        "expense": None,
    }


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("无此事实", 1),
        ("income", 750.5),
        ("income", True),
        ("income", "many"),
        ("income", "NaN"),
        ("kind", "低保"),
        ("has_car", "也许"),
        ("has_car", 1),
        ("born_on", "2026-02-30"),
        ("born_on", datetime(2026, 2, 28, tzinfo=UTC)),
        ("station", 5),
    ],
)
def test_value_of_another_type_is_refused(name: str, raw: object) -> None:
    with pytest.raises(ValueError, match=r"没有名为|应为"):
        read_values(WORDS, {name: raw})
