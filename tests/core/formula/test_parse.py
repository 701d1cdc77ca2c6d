"""What the language accepts, and where it points when it refuses."""

from datetime import date
from decimal import Decimal

import pytest

from unionportal.core.formula.parse import LENGTH_MAX, parse
from unionportal.core.formula.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Expression,
    Fact,
    FormulaError,
    Literal,
    Logic,
    Membership,
    Negative,
    Not,
    Span,
    fact_names,
)

HERE = Span(1, 1, 0, 0)


def number(digits: str) -> Literal:
    return Literal(HERE, Decimal(digits))


def fact(name: str) -> Fact:
    return Fact(HERE, name)


A, B, C = fact("a"), fact("b"), fact("c")

ACCEPTED: list[tuple[str, Expression]] = [
    ("家庭月人均净收入", fact("家庭月人均净收入")),
    ("0.1", number("0.1")),
    ("123456789012345.123456789012", number("123456789012345.123456789012")),
    ("-1.50", number("-1.50")),
    ("'深度困难'", Literal(HERE, "深度困难")),
    ("True", Literal(HERE, value=True)),
    ("否", Literal(HERE, value=False)),
    ('date("2024-02-29")', Literal(HERE, date(2024, 2, 29))),
    ("-a", Negative(HERE, A)),
    ("not a", Not(HERE, A)),
    ("a + b * c", Arithmetic(HERE, "+", A, Arithmetic(HERE, "*", B, C))),
    ("(a - b) / c", Arithmetic(HERE, "/", Arithmetic(HERE, "-", A, B), C)),
    ("a == b", Comparison(HERE, "==", A, B)),
    (
        "a < b <= c",
        Logic(HERE, "and", (Comparison(HERE, "<", A, B), Comparison(HERE, "<=", B, C))),
    ),
    ("a and b and c", Logic(HERE, "and", (A, B, C))),
    ("a or b", Logic(HERE, "or", (A, B))),
    ("a if b else c", Conditional(HERE, B, A, C)),
    ("a in (1, -2)", Membership(HERE, A, (number("1"), number("-2")))),
    ("a in (1)", Membership(HERE, A, (number("1"),))),
    ("a not in (1, 2)", Not(HERE, Membership(HERE, A, (number("1"), number("2"))))),
    ("min(a, 3000)", Call(HERE, "min", (A, number("3000")))),
    ("取大(a, b, c)", Call(HERE, "max", (A, B, C))),
    ("周年数(a, b)", Call(HERE, "years_between", (A, B))),
]


@pytest.mark.parametrize(("text", "tree"), ACCEPTED)
def test_text_becomes_tree(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("chinese", "plain"),
    [
        ("（a＋b）×2", "(a+b)*2"),
        ("a÷2 ≤ b", "a/2 <= b"),
        ("a ≥ b and a ≠ c", "a >= b and a != c"),
        ("a in （“甲”，”乙“、‘丙’）", "a in ('甲', '乙', '丙')"),
        ("a　＝＝　１２．５", "a == 12.5"),
        ("a\n  + b", "a + b"),
        ("a == “，≤”", "a == '，≤'"),
    ],
)
def test_chinese_marks_mean_the_plain_ones(chinese: str, plain: str) -> None:
    assert parse(chinese) == parse(plain)


REFUSED = [
    ("", 1, 1, "空"),
    ("  \n ", 1, 1, "空"),
    ("a +", 1, 4, "读不懂"),
    ("a = 1", 1, 3, "读不懂"),
    ("a ≤ ≥ b", 1, 5, "读不懂"),
    ("收入 ≤ 标准 且 真", 1, 9, "读不懂"),
    ("1_000", 1, 1, "空一格"),
    ("0x10", 1, 1, "空一格"),
    ("1e3", 1, 1, "空一格"),
    ("1if a else b", 1, 1, "空一格"),
    ("a + .5", 1, 5, "数字"),
    ("a + 5.", 1, 5, "数字"),
    ("1.0000000000001", 1, 1, "数字"),
    ("1234567890123456", 1, 1, "数字"),
    ("a ** b", 1, 1, "加减乘除"),
    ("a // b", 1, 1, "加减乘除"),
    ("a % b", 1, 1, "加减乘除"),
    ("+a", 1, 1, "符号"),
    ("~a", 1, 1, "符号"),
    ("a is b", 1, 1, "比较"),
    ("a < b in (1, 2)", 1, 1, "比较"),
    ("a in (1, 2) in (3, 4)", 1, 1, "比较"),
    ("a in b", 1, 6, "只能列"),
    ("a in (b, 1)", 1, 7, "只能列"),
    ("a in ()", 1, 6, "至少"),
    ("a in [1, 2]", 1, 6, "写法"),
    ("a.b", 1, 1, "写法"),
    ("a[0]", 1, 1, "写法"),
    ("(a, b)", 1, 1, "写法"),
    ("{a}", 1, 1, "写法"),
    ("lambda: a", 1, 1, "写法"),
    ("[x for x in a]", 1, 1, "写法"),
    ("(a := 1)", 1, 2, "写法"),
    ("f'{a}'", 1, 1, "写法"),
    ("b'a'", 1, 1, "写法"),
    ("None", 1, 1, "写法"),
    ("...", 1, 1, "写法"),
    ("'甲' '乙'", 1, 1, "一对引号"),
    ("u'甲'", 1, 1, "一对引号"),
    ("'甲", 1, 3, "引号"),
    ("'甲\n乙'", 1, 3, "符号"),
    ("'甲\"乙'", 1, 3, "符号"),
    ("'\\n'", 1, 2, "符号"),
    ("a # b", 1, 3, "符号"),
    ("a; b", 1, 2, "符号"),
    ("open('x')", 1, 1, "函数"),
    ("a.min(1, 2)", 1, 1, "函数"),
    ("min(a)", 1, 1, "参数"),
    ("round_yuan(a, b)", 1, 1, "参数"),
    ("min(a, key=b)", 1, 8, "不带名字"),
    ("max(*a, b)", 1, 5, "写法"),
    ("date('2026-02-30')", 1, 1, "没有这一天"),
    ("date(2026, 1, 1)", 1, 1, "日期写成"),
    ("a and\n  b ** 2", 2, 3, "加减乘除"),
    ("困难类别 in （“深度困难”，\n   低保）", 2, 4, "只能列"),
    ("a" * (LENGTH_MAX + 1), 1, 1, "太长"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED)
def test_refusal_points_at_the_place(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert words in refusal.value.message
    assert str(refusal.value) == f"第 {line} 行第 {column} 列：{refusal.value.message}"


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 900 + "a" + ")" * 900,
        "-" * 1_900 + "a",
        "not " * 450 + "a",
        "a" + "+a" * 900,
        "1 if a else " * 160 + "1",
        "min(1, " * 200 + "a" + ")" * 200,
        "min(min(min(min(min(min(min(min(min(a,b),b),b),b),b),b),b),b),b)",
        "a<(a<(a<(a<(a<(a<(a<(a<(a<a<a)<a)<a)<a)<a)<a)<a)<a)<a",
    ],
)
def test_bomb_is_refused(bomb: str) -> None:
    with pytest.raises(FormulaError):
        parse(bomb)


def test_facts_are_listed_once_in_reading_order() -> None:
    assert fact_names(parse("b + a if c else a * b")) == ("c", "b", "a")
