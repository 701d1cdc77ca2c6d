"""Why a ruling decided as it did: each clause with the values seen, in sentences.

Everything here is text, truth or None, so that `dataclasses.asdict` makes JSON of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from unionportal.core.formula import units
from unionportal.core.formula.check import Formula, ValueType, type_of
from unionportal.core.formula.declare import YUAN, FactDeclaration, Value, Values
from unionportal.core.formula.evaluate import (
    amount_of,
    evaluate,
    facts_as_read,
    missing_facts,
    value_of,
)
from unionportal.core.formula.ruling import Decision, Ruling, decide
from unionportal.core.formula.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Expression,
    Fact,
    Literal,
    Logic,
    Membership,
    Negative,
    Node,
    Not,
    children,
)

MISSING = "未提供"
FEN = Decimal("0.01")
UNKNOWN = "未知"
_VERDICTS = {True: "true", False: "false", None: "unknown"}
_SIGNS = {"*": "×", "<=": "≤", ">=": "≥", "!=": "≠"}


@dataclass(frozen=True, slots=True)
class FactSeen:
    """A fact as the decision saw it; `shown` is the value for people."""

    name_en: str
    name: str
    shown: str
    unit: str
    meaning: str
    reference: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class ClauseExplained:
    """`verdict` is true, false or unknown; `reasons` are sentences that say why."""

    code: str
    title: str
    text: str
    verdict: str
    reasons: tuple[str, ...]
    facts: tuple[FactSeen, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the amount and its value; the last is the whole before rounding."""

    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class AmountExplained:
    text: str
    shown: str
    terms: tuple[Term, ...]
    facts: tuple[FactSeen, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    outcome: str
    clause: str | None
    missing_fact: str | None
    amount: str | None
    clauses: tuple[ClauseExplained, ...]
    amount_explained: AmountExplained


@dataclass(frozen=True, slots=True)
class _Seen:
    """A formula with the values its rules read."""

    formula: Formula
    words: Mapping[str, FactDeclaration]
    values: Values

    def value(self, node: Expression) -> Value | None:
        return value_of(node, self.values)

    def type(self, node: Expression) -> ValueType:
        return type_of(node, self.words)

    def shown(self, node: Expression, *, exact: bool = False) -> str:
        value = self.value(node)
        return UNKNOWN if value is None else show(value, self.type(node), exact=exact)

    def text(self, node: Node) -> str:
        """The words of the formula, by the Chinese names of its facts."""
        if isinstance(node, Fact):
            return self.words[node.name].name
        if isinstance(node, Call) and node.function == "years_between":
            start, end = (self.text(argument) for argument in node.arguments)
            return f"从{start}到{end}的整年数"
        return _tidy(self.formula.text[node.span.start : node.span.end])

    def branch(self, node: Expression) -> Expression:
        """The branch a conditional took; any other node, and an unknown one, stay."""
        if not isinstance(node, Conditional):
            return node
        holds = self.value(node.condition)
        if holds is None:
            return node
        return self.branch(node.chosen if holds else node.otherwise)

    def with_value(self, node: Expression, *, exact: bool = False) -> str:
        """`低保标准 750.00 元`, `2 × 低保标准 = 1,500.00 元`, `1,500.00 元`."""
        node = self.branch(node)
        if isinstance(node, Literal):
            return self.shown(node, exact=exact)
        if _counts_years(node):
            years = self.text(node).removesuffix("的整年数")
            return f"{years}满 {self.shown(node)} 年"
        equals = " " if isinstance(node, Fact) else " = "
        return f"{self.text(node)}{equals}{self.shown(node, exact=exact)}"


def explain(ruling: Ruling, values: Values) -> Explanation:
    """The decision of a ruling with its grounds; `values` by English name."""
    decision = decide(ruling, values)
    return Explanation(
        outcome=decision.outcome.value,
        clause=decision.clause,
        missing_fact=decision.missing_fact,
        amount=_plain_amount(decision),
        clauses=tuple(
            explain_clause(clause.formula, values, code=clause.code, title=clause.title)
            for clause in ruling.clauses
        ),
        amount_explained=explain_amount(ruling.amount, values),
    )


def _plain_amount(decision: Decision) -> str | None:
    return None if decision.amount is None else str(decision.amount)


def explain_clause(
    formula: Formula, values: Values, *, code: str = "", title: str = ""
) -> ClauseExplained:
    verdict = evaluate(formula, values)
    seen = _seen(formula, values)
    missing = _names(formula, values)
    reasons = tuple(dict.fromkeys(_reasons(formula.tree, verdict, seen)))
    if verdict is None:
        reasons = tuple(_lacking(formula, values))
    return ClauseExplained(
        code=code,
        title=title,
        text=formula.text,
        verdict=_VERDICTS[None if verdict is None else bool(verdict)],
        reasons=reasons,
        facts=facts_seen(formula, values),
        missing=missing,
    )


def explain_amount(formula: Formula, values: Values) -> AmountExplained:
    seen = _seen(formula, values)
    amount = amount_of(formula, values)
    return AmountExplained(
        text=formula.text,
        shown=UNKNOWN if amount is None else _show_number(amount, YUAN),
        terms=tuple(_terms(formula.tree, seen)),
        facts=facts_seen(formula, values),
        missing=_names(formula, values),
    )


def facts_seen(formula: Formula, values: Values) -> tuple[FactSeen, ...]:
    """The facts of a formula with the values as they were stated."""
    return tuple(
        FactSeen(
            name_en=fact.name_en,
            name=fact.name,
            shown=show(values.get(fact.name_en), type_of_fact(fact)),
            unit=fact.unit,
            meaning=fact.meaning,
            reference=fact.reference,
            is_missing=values.get(fact.name_en) in (None, ""),
        )
        for fact in formula.facts
    )


def type_of_fact(fact: FactDeclaration) -> ValueType:
    return ValueType(kind=fact.type, unit=fact.unit, choices=fact.choices)


def show(value: Value | None, kind: ValueType, *, exact: bool = False) -> str:
    """A value for people: 1,620.00 元, 3 人, 是, 2026-01-01, a choice's label.

    Money is shown to the fen; `exact` shows every place, where the fen hides a gap.
    """
    match value:
        case None | "":
            return MISSING
        case bool():
            return "是" if value else "否"
        case Decimal():
            return _show_number(value, kind.unit, exact=exact)
        case date():
            return value.isoformat()
        case _:
            return f"“{dict(kind.choices).get(value, value)}”"


def _to_fen(number: Decimal, unit: units.Unit) -> Decimal:
    if not units.is_money(unit):
        return number
    return number.quantize(FEN, rounding=ROUND_HALF_UP)


def _show_number(number: Decimal, unit: units.Unit, *, exact: bool = False) -> str:
    if not exact:
        number = _to_fen(number, unit)
    plain = f"{number:,f}"
    whole, _, places = plain.partition(".")
    places = places.rstrip("0")
    if units.is_money(unit):
        places = places.ljust(2, "0")
    return f"{whole}{'.' if places else ''}{places}{' ' if unit else ''}{unit or ''}"


def _seen(formula: Formula, values: Values) -> _Seen:
    read = facts_as_read(formula.facts, values)
    return _Seen(formula, formula.vocabulary, read)


def _names(formula: Formula, values: Values) -> tuple[str, ...]:
    words = formula.vocabulary
    return tuple(words[name].name for name in missing_facts(formula, values))


def _lacking(formula: Formula, values: Values) -> Iterator[str]:
    words = formula.vocabulary
    for name in missing_facts(formula, values):
        fact, value = words[name], values.get(name)
        is_refused = isinstance(value, Decimal)
        shown = show(value, type_of_fact(fact))
        yield f"{fact.name} {shown}，应大于零" if is_refused else f"缺少：{fact.name}"


def _reasons(node: Expression, verdict: Value | None, seen: _Seen) -> Iterator[str]:
    """Sentences for the parts that made the whole come out as it did."""
    match node:
        case Logic(operands=operands):
            decisive = [one for one in operands if seen.value(one) is verdict]
            for operand in decisive:
                yield from _reasons(operand, verdict, seen)
        case Conditional(condition=condition, chosen=chosen, otherwise=otherwise):
            holds = seen.value(condition)
            yield from _reasons(condition, holds, seen)
            yield from _reasons(chosen if holds else otherwise, verdict, seen)
        case Not(operand=operand) if isinstance(verdict, bool):
            yield from _reasons(operand, not verdict, seen)
        case Comparison(left=left, right=right):
            yield _compared(left, right, seen)
        case Membership():
            yield _listed(node, seen)
        case Literal():
            pass
        case _:
            yield f"{seen.text(node)}：{seen.shown(node)}"


def _compared(left: Expression, right: Expression, seen: _Seen) -> str:
    a, b = seen.value(left), seen.value(right)
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _numbers_compared(left, right, (a, b), seen)
    sides = _side(left, right, seen), _side(right, left, seen)
    match a, b:
        case date(), date():
            word = "等于" if a == b else ("晚于" if a > b else "早于")
        case _:
            word = "等于" if a == b else "不等于"
    return f"{sides[0]}，{word} {sides[1]}"


def _side(node: Expression, other: Expression, seen: _Seen) -> str:
    """A word that stands beside a choice is shown by the choice's label."""
    kind = seen.type(other)
    if isinstance(node, Literal) and kind.choices:
        return show(node.value, kind)
    return seen.with_value(node)


def _numbers_compared(
    left: Expression, right: Expression, values: tuple[Decimal, Decimal], seen: _Seen
) -> str:
    """Both sides to the fen, and the gap between what is shown.

    Where two unlike sums look alike to the fen, every place is shown instead.
    """
    a, b = values
    if _counts_years(left) or _counts_years(right):
        return _years_compared(left, right, values, seen)
    unit = _unit(left, right, seen)
    shown_a, shown_b = _to_fen(a, unit), _to_fen(b, unit)
    exact = a != b and shown_a == shown_b
    if exact:
        shown_a, shown_b = a, b
    word = "等于" if a == b else ("高于" if a > b else "低于")
    gap = _show_number(abs(shown_a - shown_b), unit, exact=exact)
    one, other = (seen.with_value(node, exact=exact) for node in (left, right))
    return f"{one}，{word} {other}" + ("" if a == b else f"，差 {gap}")


def _counts_years(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "years_between"


def _years_compared(
    left: Expression, right: Expression, values: tuple[Decimal, Decimal], seen: _Seen
) -> str:
    """Whole years: the numbers say enough, a gap would only puzzle."""
    one, other = seen.with_value(left), seen.with_value(right)
    a, b = values
    word = "等于" if a == b else ("不足" if a < b else "超过")
    unit = "" if _counts_years(right) else " 年"
    return f"{one}，{word} {other}{unit}"


def _unit(left: Expression, right: Expression, seen: _Seen) -> units.Unit:
    return units.common(seen.type(left).unit, seen.type(right).unit)


def _listed(node: Membership, seen: _Seen) -> str:
    kind = seen.type(node.operand)
    listed = "、".join(show(member.value, kind) for member in node.members)
    word = "属于" if seen.value(node) else "不属于"
    return f"{seen.with_value(node.operand)}，{word} {listed}"


def _terms(node: Expression, seen: _Seen) -> Iterator[Term]:
    """The parts that are computed, from the inside out; only the branch taken."""
    taken = seen.branch(node)
    match taken:
        case Literal() | Fact():
            if taken is node:
                return
        case Arithmetic() | Negative() | Call():
            for child in children(taken):
                yield from _terms(child, seen)
    yield Term(seen.text(taken), seen.shown(taken, exact=True))


def _tidy(text: str) -> str:
    """Formula text on one line, with the signs people use."""
    words = " ".join(text.split())
    for sign, plain in _SIGNS.items():
        words = words.replace(sign, plain)
    return words.replace("×", " × ").replace("  ", " ")
