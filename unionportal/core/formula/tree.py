"""The syntax tree of a formula, and the one error a formula can cause."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from unionportal.core.formula.declare import Value


class FormulaError(ValueError):
    """A refused formula: what is wrong, in Chinese, and where (both from 1)."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(f"第 {line} 行第 {column} 列：{message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands in the text: line and column from 1, offsets from 0."""

    line: int
    column: int
    start: int
    end: int

    def refuse(self, message: str) -> FormulaError:
        return FormulaError(message, line=self.line, column=self.column)


@dataclass(frozen=True, slots=True)
class Node:
    """Nodes are equal when they say the same, wherever they stand."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Fact(Node):
    """A name: as written after parsing, the fact's English name once checked."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`operator` is one of + - * /."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`operator` is one of == != < <= > >=; a chain is an `and` of these."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Membership(Node):
    operand: "Expression"
    members: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`operator` is `and` or `or`."""

    operator: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    condition: "Expression"
    chosen: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function` is one of min max round_yuan years_between coalesce is_known."""

    function: str
    arguments: tuple["Expression", ...]


Expression = (
    Literal
    | Fact
    | Negative
    | Not
    | Arithmetic
    | Comparison
    | Membership
    | Logic
    | Conditional
    | Call
)


def children(node: Expression) -> tuple[Expression, ...]:
    """The operands of a node in reading order; a condition comes first."""
    match node:
        case Negative() | Not() | Membership():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Logic():
            return node.operands
        case Conditional():
            return (node.condition, node.chosen, node.otherwise)
        case Call():
            return node.arguments
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The node and all below it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def fact_names(node: Expression) -> tuple[str, ...]:
    """The facts a tree names, each once, in reading order."""
    return tuple(dict.fromkeys(n.name for n in walk(node) if isinstance(n, Fact)))
