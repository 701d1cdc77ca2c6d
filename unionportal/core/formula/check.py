"""Type check: a formula that passes here can be evaluated, compiled and explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce, singledispatch

from unionportal.core.formula import units
from unionportal.core.formula.declare import (
    FACT_TYPE_LABELS,
    YUAN,
    Choices,
    FactDeclaration,
    FactType,
    Vocabulary,
)
from unionportal.core.formula.guards import is_nonzero, nonzero_when
from unionportal.core.formula.parse import parse
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
    Span,
    fact_names,
)

# Facts carry at most so many digits before and after the point; with these bounds
# both engines compute exactly, and a formula that could leave them is refused.
FACT_DIGITS = 15
FACT_PLACES = 12
DIGITS_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """What an expression yields; `digits` and `places` bound a number's length."""

    kind: FactType
    unit: units.Unit = None
    digits: int = 0
    places: int = 0
    choices: Choices = ()


BOOLEAN = ValueType(kind=FactType.BOOLEAN)
TEXT = ValueType(kind=FactType.TEXT)
DATE = ValueType(kind=FactType.DATE)


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula: its text, its tree over English names, what it speaks of."""

    text: str
    tree: Expression
    type: ValueType
    facts: tuple[FactDeclaration, ...]

    @property
    def vocabulary(self) -> Mapping[str, FactDeclaration]:
        return {fact.name_en: fact for fact in self.facts}


@dataclass(frozen=True, slots=True)
class _Scope:
    """`nonzero` holds what the conditions around exclude; None asks no more of it."""

    words: Vocabulary
    nonzero: frozenset[Expression] | None = frozenset()

    def where(self, condition: Expression, *, holds: bool) -> "_Scope":
        if self.nonzero is None:
            return self
        excluded = nonzero_when(condition, holds=holds)
        return replace(self, nonzero=self.nonzero | excluded)

    def may_be_zero(self, divisor: Expression) -> bool:
        if self.nonzero is None:
            return False
        return not is_nonzero(divisor, self.nonzero, self.words)


_Typed = tuple[Expression, ValueType]


def read_clause(text: str, words: Vocabulary) -> Formula:
    """A condition: a formula that is true, false or unknown of every subject."""
    formula = _read(text, words)
    _require(formula.tree.span, formula.type, FactType.BOOLEAN)
    return formula


def read_amount(text: str, words: Vocabulary) -> Formula:
    """An amount in yuan; rounded once, half up to the fen, when it is decided."""
    formula = _read(text, words)
    _require(formula.tree.span, formula.type, FactType.NUMBER)
    if formula.type.unit not in (None, YUAN):
        found = formula.type.unit or "没有单位的数"
        raise formula.tree.span.refuse(f"金额的单位应为元，这里得到的是{found}")
    return formula


def read_order(text: str, words: Vocabulary) -> Formula:
    """A value to stand in order by: a number, a day, or whether something holds."""
    formula = _read(text, words)
    if formula.type.kind in (FactType.TEXT, FactType.CHOICE):
        given = FACT_TYPE_LABELS[formula.type.kind]
        raise formula.tree.span.refuse(
            f"排序要用数字、日期或是非，这里得到的是{given}；"
            "可写成 3 if … else 2 这样的数字"
        )
    return formula


def _read(text: str, words: Vocabulary) -> Formula:
    tree, kind = _check(parse(text), _Scope(words))
    facts = tuple(words[name] for name in fact_names(tree))
    return Formula(text, tree, kind, facts)


def type_of(tree: Expression, words: Vocabulary) -> ValueType:
    """The type of a checked tree or of a part of it."""
    # The guards of a divisor stand around the part; it was checked with them.
    return _check(tree, _Scope(words, nonzero=None))[1]


@singledispatch
def _check(node: Node, scope: _Scope) -> _Typed:
    """The node over English names and stored choices, and its type."""
    raise NotImplementedError(type(node))  # pragma: no cover  (all are registered)


@_check.register
def _check_literal(node: Literal, _: _Scope) -> _Typed:
    match node.value:
        case bool():
            return node, BOOLEAN
        case Decimal():
            written = node.value.as_tuple()
            places = -int(written.exponent)
            bound = max(len(written.digits) - places, 1)
            return node, ValueType(kind=FactType.NUMBER, digits=bound, places=places)
        case date():
            return node, DATE
        case "":
            raise node.span.refuse("空文字等于没有填写，请用 is_known(…) 来问")
        case _:
            return node, TEXT


@_check.register
def _check_fact(node: Fact, scope: _Scope) -> _Typed:
    declaration = scope.words.get(node.name)
    if declaration is None:
        near = get_close_matches(node.name, scope.words, n=1, cutoff=0.5)
        hint = f"，是不是“{near[0]}”？" if near else ""
        raise node.span.refuse(f"没有名为“{node.name}”的事实{hint}")
    is_number = declaration.type is FactType.NUMBER
    return Fact(node.span, declaration.name_en), ValueType(
        kind=declaration.type,
        unit=declaration.unit if is_number else None,
        digits=FACT_DIGITS if is_number else 0,
        places=FACT_PLACES if is_number else 0,
        choices=declaration.choices,
    )


@_check.register
def _check_negative(node: Negative, scope: _Scope) -> _Typed:
    operand, kind = _checked(node.operand, scope, FactType.NUMBER)
    return Negative(node.span, operand), kind


@_check.register
def _check_not(node: Not, scope: _Scope) -> _Typed:
    operand, kind = _checked(node.operand, scope, FactType.BOOLEAN)
    return Not(node.span, operand), kind


@_check.register
def _check_logic(node: Logic, scope: _Scope) -> _Typed:
    operands = [_checked(one, scope, FactType.BOOLEAN)[0] for one in node.operands]
    return Logic(node.span, node.operator, tuple(operands)), BOOLEAN


@_check.register
def _check_arithmetic(node: Arithmetic, scope: _Scope) -> _Typed:
    left, a = _checked(node.left, scope, FactType.NUMBER)
    right, b = _checked(node.right, scope, FactType.NUMBER)
    if node.operator == "/" and scope.may_be_zero(right):
        raise right.span.refuse(
            "除数可能为零：请改用声明为正数的事实，或写成 x / y if y > 0 else …"
        )
    checked = Arithmetic(node.span, node.operator, left, right)
    try:
        kind = _ARITHMETIC_TYPES[node.operator](a, b)
    except units.UnitError as error:
        raise node.span.refuse(str(error)) from error
    return checked, _bounded(node.span, kind)


def _sum_type(a: ValueType, b: ValueType) -> ValueType:
    return replace(
        a,
        unit=units.common(a.unit, b.unit),
        digits=max(a.digits, b.digits) + 1,
        places=max(a.places, b.places),
    )


def _product_type(a: ValueType, b: ValueType) -> ValueType:
    return replace(
        a,
        unit=units.product(a.unit, b.unit),
        digits=a.digits + b.digits,
        places=a.places + b.places,
    )


def _quotient_type(a: ValueType, b: ValueType) -> ValueType:
    return replace(
        a,
        unit=units.quotient(a.unit, b.unit),
        digits=a.digits + b.places + 1,
        places=FACT_PLACES,
    )


_ARITHMETIC_TYPES = {
    "+": _sum_type,
    "-": _sum_type,
    "*": _product_type,
    "/": _quotient_type,
}


def _bounded(span: Span, kind: ValueType) -> ValueType:
    if kind.digits + kind.places > DIGITS_MAX:
        raise span.refuse("连乘太多，数字会太长")
    return kind


@_check.register
def _check_comparison(node: Comparison, scope: _Scope) -> _Typed:
    operands, kind = _alike(node.span, (node.left, node.right), scope)
    ordered = kind.kind in (FactType.NUMBER, FactType.DATE)
    if node.operator not in ("==", "!=") and not ordered:
        label = FACT_TYPE_LABELS[kind.kind]
        raise node.span.refuse(f"{label}没有大小，只能用 == 或 !=")
    return Comparison(node.span, node.operator, operands[0], operands[1]), BOOLEAN


@_check.register
def _check_membership(node: Membership, scope: _Scope) -> _Typed:
    operands, _ = _alike(node.span, (node.operand, *node.members), scope)
    members = tuple(one for one in operands[1:] if isinstance(one, Literal))
    return Membership(node.span, operands[0], members), BOOLEAN


@_check.register
def _check_conditional(node: Conditional, scope: _Scope) -> _Typed:
    condition, _ = _checked(node.condition, scope, FactType.BOOLEAN)
    branches = (
        _check(node.chosen, scope.where(condition, holds=True)),
        _check(node.otherwise, scope.where(condition, holds=False)),
    )
    (chosen, otherwise), kind = _reconcile(node.span, branches)
    return Conditional(node.span, condition, chosen, otherwise), kind


@_check.register
def _check_call(node: Call, scope: _Scope) -> _Typed:
    match node.function:
        case "is_known":
            arguments: Sequence[Expression] = [_check(node.arguments[0], scope)[0]]
            kind = BOOLEAN
        case "round_yuan":
            argument, kind = _checked(node.arguments[0], scope, FactType.NUMBER)
            arguments = [argument]
            kind = replace(kind, digits=kind.digits + 1, places=2)
        case "years_between":
            arguments = [_checked(a, scope, FactType.DATE)[0] for a in node.arguments]
            kind = ValueType(kind=FactType.NUMBER, digits=5)
        case _:
            arguments, kind = _alike(node.span, node.arguments, scope)
            orderless = kind.kind not in (FactType.NUMBER, FactType.DATE)
            if node.function in ("min", "max") and orderless:
                raise node.span.refuse(f"{node.function} 只能比较数字或日期")
    return Call(node.span, node.function, tuple(arguments)), kind


def _checked(node: Expression, scope: _Scope, kind: FactType) -> _Typed:
    typed = _check(node, scope)
    _require(node.span, typed[1], kind)
    return typed


def _require(span: Span, found: ValueType, wanted: FactType) -> None:
    if found.kind is not wanted:
        expected, given = FACT_TYPE_LABELS[wanted], FACT_TYPE_LABELS[found.kind]
        raise span.refuse(f"这里应为{expected}，写的是{given}")


def _alike(
    span: Span, nodes: Sequence[Expression], scope: _Scope
) -> tuple[list[Expression], ValueType]:
    return _reconcile(span, [_check(node, scope) for node in nodes])


def _reconcile(
    span: Span, typed: Sequence[_Typed]
) -> tuple[list[Expression], ValueType]:
    """Operands of one type; texts beside a choice become its stored values."""
    choice = next((kind for _, kind in typed if kind.kind is FactType.CHOICE), None)
    if choice is not None:
        typed = [_as_choice(node, kind, choice) for node, kind in typed]
    kind = reduce(lambda a, b: _common_type(span, a, b), (kind for _, kind in typed))
    return [node for node, _ in typed], kind


def _as_choice(node: Expression, kind: ValueType, choice: ValueType) -> _Typed:
    if kind == choice:
        return node, choice
    if not isinstance(node, Literal) or not isinstance(node.value, str):
        raise node.span.refuse("选项只能与列出的选项比较")
    stored = {label: value for value, label in choice.choices}
    value = stored.get(node.value, node.value)
    if value not in dict(choice.choices):
        listed = "、".join(stored)
        raise node.span.refuse(f"没有“{node.value}”这个选项，可选：{listed}")
    return Literal(node.span, value), choice


def _common_type(span: Span, a: ValueType, b: ValueType) -> ValueType:
    if a.kind is not b.kind:
        left, right = FACT_TYPE_LABELS[a.kind], FACT_TYPE_LABELS[b.kind]
        raise span.refuse(f"{left}与{right}不能放在一起")
    try:
        unit = units.common(a.unit, b.unit)
    except units.UnitError as error:
        raise span.refuse(str(error)) from error
    digits, places = max(a.digits, b.digits), max(a.places, b.places)
    return replace(a, unit=unit, digits=digits, places=places)
