"""When is a divisor certain not to be zero."""

from collections.abc import Set as AbstractSet
from decimal import Decimal

from unionportal.core.formula.declare import Vocabulary
from unionportal.core.formula.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Expression,
    Fact,
    Literal,
    Logic,
    Not,
    children,
)

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def is_nonzero(
    node: Expression, guarded: AbstractSet[Expression], words: Vocabulary
) -> bool:
    """Guarded by a condition around it, positive, or a product of such."""
    match node:
        case Literal(value=Decimal() as number):
            return number != 0
        case Arithmetic(operator="*", left=left, right=right):
            factors = (left, right)
            if all(is_nonzero(factor, guarded, words) for factor in factors):
                return True
    return node in guarded or is_positive(node, words)


def is_positive(node: Expression, words: Vocabulary) -> bool:
    """Certain from the declarations alone; a quotient may round to zero."""
    match node:
        case Literal(value=Decimal() as number):
            return number > 0
        case Fact(name=name):
            return words[name].positive
        case Arithmetic(operator="+" | "*") | Conditional():
            operands = children(node)[-2:]
            return all(is_positive(one, words) for one in operands)
        case Call(function="max", arguments=arguments):
            return any(is_positive(one, words) for one in arguments)
        case Call(function="min" | "coalesce", arguments=arguments):
            return all(is_positive(one, words) for one in arguments)
        case _:
            return False


def nonzero_when(condition: Expression, *, holds: bool) -> frozenset[Expression]:
    """What is not zero wherever the condition holds (or is certain not to)."""
    whole = "and" if holds else "or"
    match condition:
        case Not(operand=operand):
            return nonzero_when(operand, holds=not holds)
        case Logic(operator=operator, operands=operands) if operator == whole:
            return frozenset().union(*(nonzero_when(o, holds=holds) for o in operands))
        case Comparison(operator=operator, left=left, right=right):
            sign = operator if holds else _OPPOSITE[operator]
            return _nonzero_side(sign, left, right) | _nonzero_side(
                _MIRRORED[sign], right, left
            )
        case _:
            return frozenset()


def _nonzero_side(
    sign: str, side: Expression, bound: Expression
) -> frozenset[Expression]:
    if not isinstance(bound, Literal) or not isinstance(bound.value, Decimal):
        return frozenset()
    excludes_zero = {
        ">": bound.value >= 0,
        ">=": bound.value > 0,
        "<": bound.value <= 0,
        "<=": bound.value < 0,
        "==": bound.value != 0,
        "!=": bound.value == 0,
    }
    return frozenset({side}) if excludes_zero[sign] else frozenset()
