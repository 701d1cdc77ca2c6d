"""Random well-typed formulas, as text, and random values for their facts."""

from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from tests.core.formula.words import KINDS
from unionportal.core.formula.declare import (
    FactDeclaration,
    FactType,
    Value,
    vocabulary,
)

NUMBERS = ("甲", "乙", "丙")
POSITIVES = ("除一", "除二")
TRUTHS = ("是否一", "是否二")
DAYS = ("起日", "止日")
TEXTS = ("文一", "文二")
CHOICES = ("类一", "类二")

_ENGLISH = {
    name: f"{kind}_{place}"
    for kind, names in (
        ("number", NUMBERS),
        ("positive", POSITIVES),
        ("truth", TRUTHS),
        ("day", DAYS),
        ("text", TEXTS),
        ("choice", CHOICES),
    )
    for place, name in enumerate(names)
}
_TYPES = {
    "number": FactType.NUMBER,
    "positive": FactType.NUMBER,
    "truth": FactType.BOOLEAN,
    "day": FactType.DATE,
    "text": FactType.TEXT,
    "choice": FactType.CHOICE,
}
DECLARATIONS = tuple(
    FactDeclaration(
        name_en=english,
        name=name,
        type=_TYPES[english[:-2]],
        positive=english.startswith("positive"),
        choices=KINDS if english.startswith("choice") else (),
    )
    for name, english in _ENGLISH.items()
)
WORDS = vocabulary(DECLARATIONS)

# Halves of a fen, numbers whose thirds do not end, and the ends of the range.
_EDGE_NUMBERS = [
    Decimal(written)
    for written in (
        "0", "1", "-1", "2", "3", "7", "0.01", "0.005", "-0.005", "0.015", "0.025",
        "600.00", "749.99", "750.00", "750.005", "1500.01", "0.000000000001",
        "0.0000000000005", "-0.00000000000049", "0.333333333333", "66666.666666666667",
        "999999999999999.999999999999", "-999999999999999.999999999999",
        "123456789012345", "1000000000000",
    )
]  # fmt: skip
_EDGE_DAYS = [
    date(2004, 2, 29),
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2023, 2, 28),
    date(2000, 12, 31),
    date(2001, 1, 1),
    date(1986, 5, 4),
    date(1900, 2, 28),
    date(2100, 2, 28),
]
_SOME_TEXTS = ["甲", "乙", "A", "a", "50%", " 甲", "it's"]

numbers = st.sampled_from(_EDGE_NUMBERS) | st.decimals(
    min_value=Decimal(-100_000), max_value=Decimal(100_000), places=3
)
days = st.sampled_from(_EDGE_DAYS) | st.dates(date(1900, 1, 1), date(2100, 12, 31))
_VALUES: dict[FactType, st.SearchStrategy[Value]] = {
    FactType.NUMBER: numbers,
    FactType.BOOLEAN: st.booleans(),
    FactType.DATE: days,
    FactType.TEXT: st.sampled_from([*_SOME_TEXTS, ""]),
    FactType.CHOICE: st.sampled_from([value for value, _ in KINDS]),
}
_MISSING = st.none()
rows = st.fixed_dictionaries(
    {d.name_en: _VALUES[d.type] | _MISSING for d in DECLARATIONS}
)

_literal_number = st.one_of(
    numbers.filter(lambda n: abs(int(n.as_tuple().exponent)) <= 12).map(
        lambda n: f"{n:f}"
    ),
    st.sampled_from(["0", "1", "2", "3", "0.005", "12", "0.7"]),
)
_literal_day = days.map(lambda day: f'date("{day}")')
_literal_text = st.sampled_from(_SOME_TEXTS).map(lambda text: f'"{text}"')
_literal_choice = st.sampled_from([f'"{label}"' for _, label in KINDS])
_leaf_number = st.sampled_from([*NUMBERS, *NUMBERS, *POSITIVES]) | _literal_number
_leaf_day = st.sampled_from(DAYS) | _literal_day
_leaf_text = st.sampled_from(TEXTS) | _literal_text


def _filled(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda filled: pattern.format(*filled))


def _listed(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(item, min_size=1, max_size=3).map(", ".join)


@cache
def number_formulas(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return _leaf_number
    number, truth = number_formulas(depth - 1), truth_formulas(depth - 1)
    day = day_formulas(depth - 1)
    return st.one_of(
        _leaf_number,
        _filled("({} + {})", number, number),
        _filled("({} - {})", number, number),
        _filled("({} * {})", number, number),
        _filled("({} / {})", number, st.sampled_from(POSITIVES)),
        _filled("({} / 7)", number),
        _filled("({0} / (甲 + {1}) if (甲 + {1}) > 0 else {2})", *[number] * 3),
        _filled("({2} if (乙 * {1}) == 0 else {0} / (乙 * {1}))", *[number] * 3),
        _filled("(-{})", number),
        _filled("({} if {} else {})", number, truth, number),
        _filled("min({}, {})", number, number),
        _filled("max({}, {}, {})", number, number, number),
        _filled("round_yuan({})", number),
        _filled("coalesce({}, {})", number, number),
        _filled("years_between({}, {})", day, day),
    )


@cache
def truth_formulas(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return st.sampled_from([*TRUTHS, *TRUTHS, "True", "False"])
    number, truth = number_formulas(depth - 1), truth_formulas(depth - 1)
    day = day_formulas(depth - 1)
    sign = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    equal = st.sampled_from(["==", "!="])
    inside = st.sampled_from(["in", "not in"])
    chosen = st.sampled_from(CHOICES)
    anything = st.sampled_from(list(_ENGLISH)) | number
    return st.one_of(
        _filled("({} {} {})", number, sign, number),
        _filled("({} {} {} {} {})", number, sign, number, sign, number),
        _filled("({} {} {})", day, sign, day),
        _filled("({} {} {})", _leaf_text, equal, _leaf_text),
        _filled("({} {} {})", chosen, equal, chosen | _literal_choice),
        _filled("({} {} {})", truth, equal, truth),
        _filled("({} {} ({}))", number, inside, _listed(_literal_number)),
        _filled("({} {} ({}))", _leaf_text, inside, _listed(_literal_text)),
        _filled("({} {} ({}))", chosen, inside, _listed(_literal_choice)),
        _filled("({} {} ({}))", day, inside, _listed(_literal_day)),
        _filled("({} and {})", truth, truth),
        _filled("({} or {} or {})", truth, truth, truth),
        _filled("(not {})", truth),
        _filled("({} if {} else {})", truth, truth, truth),
        _filled("coalesce({}, {})", truth, truth),
        _filled("(coalesce({}, {}) == {})", chosen, _literal_choice, chosen),
        _filled("is_known({})", anything),
    )


@cache
def day_formulas(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return _leaf_day
    day, truth = day_formulas(depth - 1), truth_formulas(depth - 1)
    return st.one_of(
        _leaf_day,
        _filled("min({}, {})", day, day),
        _filled("max({}, {})", day, day),
        _filled("({} if {} else {})", day, truth, day),
        _filled("coalesce({}, {})", day, day),
    )
