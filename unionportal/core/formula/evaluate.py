"""The meaning of a formula, in Python: the oracle the SQL is held against.

Three-valued: None is unknown. Numbers are exact decimals; a quotient is rounded half
up at 12 places, and so is a fact that carries more.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from functools import singledispatch

from unionportal.core.formula.check import FACT_PLACES, Formula
from unionportal.core.formula.declare import FactDeclaration, Value, Values
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

# Exact or nothing: a sum or product that would lose a digit raises instead.
_EXACT = Context(
    prec=1_000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow]
)
_ROUNDING = Context(prec=1_000, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_FEN = Decimal("0.01")
_LAST_PLACE = Decimal(1).scaleb(-FACT_PLACES)


def evaluate(formula: Formula, values: Values) -> Value | None:
    """The value of a formula, None where it is unknown.

    `values` are by English name; a name that is absent is a missing fact. Refused:
    numbers that are no Decimal.
    """
    return value_of(formula.tree, facts_as_read(formula.facts, values))


def amount_of(formula: Formula, values: Values) -> Decimal | None:
    """An amount in yuan, rounded once, half up to the fen."""
    value = evaluate(formula, values)
    return round_yuan(value) if isinstance(value, Decimal) else None


def missing_facts(formula: Formula, values: Values) -> tuple[str, ...]:
    """The facts whose absence makes the formula unknown, in reading order."""
    seen = facts_as_read(formula.facts, values)
    return tuple(dict.fromkeys(_missing(formula.tree, seen)))


def facts_as_read(facts: tuple[FactDeclaration, ...], values: Values) -> Values:
    """What a rule sees of each fact: 12 places, and no zero where positive is due."""
    return {fact.name_en: _as_read(fact, values.get(fact.name_en)) for fact in facts}


def _as_read(fact: FactDeclaration, value: Value | None) -> Value | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise TypeError(f"{fact.name_en}: Decimal expected, got {value!r}")
    if not isinstance(value, Decimal):
        return value
    if fact.positive and value <= 0:
        return None
    exponent = value.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < -FACT_PLACES
    return value.quantize(_LAST_PLACE, context=_ROUNDING) if is_long else value


@singledispatch
def value_of(node: Node, facts: Values) -> Value | None:
    """The value of a checked tree or of a part of it."""
    raise NotImplementedError(type(node))  # pragma: no cover  (all are registered)


@value_of.register
def _literal(node: Literal, _: Values) -> Value | None:
    return node.value


@value_of.register
def _fact(node: Fact, facts: Values) -> Value | None:
    return facts[node.name]


@value_of.register
def _negative(node: Negative, facts: Values) -> Value | None:
    return _if_known(Decimal.copy_negate, value_of(node.operand, facts))


@value_of.register
def _not(node: Not, facts: Values) -> Value | None:
    operand = value_of(node.operand, facts)
    return None if operand is None else not operand


@value_of.register
def _arithmetic(node: Arithmetic, facts: Values) -> Value | None:
    left, right = value_of(node.left, facts), value_of(node.right, facts)
    return _if_known(_ARITHMETIC[node.operator], left, right)


@value_of.register
def _comparison(node: Comparison, facts: Values) -> Value | None:
    left, right = value_of(node.left, facts), value_of(node.right, facts)
    return _if_known(_COMPARISONS[node.operator], left, right)


@value_of.register
def _membership(node: Membership, facts: Values) -> Value | None:
    operand = value_of(node.operand, facts)
    return None if operand is None else operand in [m.value for m in node.members]


@value_of.register
def _logic(node: Logic, facts: Values) -> Value | None:
    operands = [value_of(operand, facts) for operand in node.operands]
    decisive = node.operator == "or"
    if decisive in operands:
        return decisive
    return None if None in operands else not decisive


@value_of.register
def _conditional(node: Conditional, facts: Values) -> Value | None:
    condition = value_of(node.condition, facts)
    if condition is None:
        return None
    return value_of(node.chosen if condition else node.otherwise, facts)


@value_of.register
def _call(node: Call, facts: Values) -> Value | None:
    arguments = [value_of(argument, facts) for argument in node.arguments]
    match node.function:
        case "is_known":
            return arguments[0] is not None
        case "coalesce":
            return next((one for one in arguments if one is not None), None)
        case function:
            return _if_known(_FUNCTIONS[function], *arguments)


def round_yuan(amount: Decimal) -> Decimal:
    """Half up to the fen; a negative half goes away from zero, as in PostgreSQL."""
    return amount.quantize(_FEN, context=_ROUNDING)


def years_between(start: date, end: date) -> Decimal:
    """Completed years; born on 29 February completes one on 1 March.

    Negative where `end` lies before `start`.
    """
    if end < start:
        return -years_between(end, start)
    incomplete = (end.month, end.day) < (start.month, start.day)
    return Decimal(end.year - start.year - incomplete)


def _quotient(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Half up at 12 places, by whole numbers: no digit is guessed on the way."""
    if divisor == 0:  # pragma: no cover  (no checked formula divides by zero)
        return None
    # abs() and unary minus would round to the 28 digits of the ambient context.
    shared, share = dividend.copy_abs(), divisor.copy_abs()
    scaled = _EXACT.multiply(2, shared).scaleb(FACT_PLACES, context=_EXACT)
    twice = _EXACT.multiply(2, share)
    units = _EXACT.divide_int(_EXACT.add(scaled, share), twice)
    size = units.scaleb(-FACT_PLACES, context=_EXACT)
    return size if (dividend < 0) == (divisor < 0) else size.copy_negate()


def _if_known(
    operation: Callable[..., Value | None], *operands: Value | None
) -> Value | None:
    return None if None in operands else operation(*operands)


_ARITHMETIC: Mapping[str, Callable[..., Value | None]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _quotient,
}
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_FUNCTIONS: Mapping[str, Callable[..., Value | None]] = {
    "min": min,
    "max": max,
    "round_yuan": round_yuan,
    "years_between": years_between,
}


def _missing(node: Expression, facts: Values) -> Iterator[str]:
    """Nothing below a known part is missed, nor in the branch not taken."""
    if value_of(node, facts) is not None:
        return
    match node:
        case Fact(name=name):
            yield name
        case Conditional(condition=condition, chosen=chosen, otherwise=otherwise):
            holds = value_of(condition, facts)
            yield from _missing(condition, facts)
            if holds is not None:
                yield from _missing(chosen if holds else otherwise, facts)
        case _:
            for child in children(node):
                yield from _missing(child, facts)
