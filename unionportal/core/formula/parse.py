"""From the text of a formula to its tree; whatever is not listed here is refused."""

import ast
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import singledispatch

from unionportal.core.formula.source import Source, read_source
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
    Not,
    Span,
)

LENGTH_MAX = 2_000
DEPTH_MAX = 24
WEIGHT_MAX = 600

# Function name, in English or Chinese, to (function, fewest, most arguments).
_MANY = 20
_FUNCTIONS = {
    name: (function, fewest, most)
    for function, chinese, fewest, most in (
        ("min", "取小", 2, _MANY),
        ("max", "取大", 2, _MANY),
        ("round_yuan", "四舍五入", 1, 1),
        ("years_between", "周年数", 2, 2),
        ("coalesce", "缺省", 2, _MANY),
        ("is_known", "已知", 1, 1),
    )
    for name in (function, chinese)
}
_DATE_NAMES = ("date", "日期")
_TRUTHS = {"是": True, "否": False}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?")
_NUMBER_HINT = "数字只能写成 1500 或 0.85 这样：整数最多 15 位，小数最多 12 位"
_TEXT = re.compile(r'"[^"]*"')
_GLUED = re.compile(r"(?<![\w.])[0-9][0-9.]*[^\W\d]")
_SYNTAX_HINT = "读不懂这里的写法（相等写 ==，并且写 and，或者写 or，括号要配对）"


def parse(text: str) -> Expression:
    """The tree of a formula.

    Refused, with line and column: every form outside the language, texts over
    2,000 characters, nesting over 24 levels, formulas that would grow too large.
    """
    start = Span(1, 1, 0, 0)
    if not text.strip():
        raise start.refuse("公式是空的")
    if len(text) > LENGTH_MAX:
        raise start.refuse(f"公式太长，最多 {LENGTH_MAX} 个字")
    source = read_source(text)
    _refuse_glued_words(source)
    indent = len(source.plain) - len(source.plain.lstrip())
    return _Reader(source, indent).read(_python_tree(source, indent), depth=0)


def _refuse_glued_words(source: Source) -> None:
    """Python reads 1if as 1 if, with a warning that depends on its version."""
    outside = _TEXT.sub(lambda text: " " * len(text[0]), source.plain)
    if glued := _GLUED.search(outside):
        raise source.span(*glued.span()).refuse("数字后面要空一格，名字不能以数字开头")


def _python_tree(source: Source, indent: int) -> ast.expr:
    plain = source.plain[indent:]
    try:
        return ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        # Python counts from 1, and says 0 where the text ends too early.
        at = indent + (error.offset - 1 if error.offset else len(plain))
        raise source.span(at, at).refuse(_SYNTAX_HINT) from error
    except (RecursionError, MemoryError) as error:  # pragma: no cover  (older Pythons)
        raise source.span(0, 0).refuse("公式嵌套太深") from error


@dataclass(slots=True)
class _Reader:
    """Reads one formula; `weight` counts the nodes its SQL will have."""

    source: Source
    indent: int
    weight: int = 0

    def read(self, node: ast.expr, depth: int) -> Expression:
        span = self.span(node)
        self.weight += 1
        self._bound(span, depth)
        return _read(node, self, span, depth + 1)

    def read_repeated(self, node: ast.expr, depth: int) -> Expression:
        """Reads a part whose SQL stands twice, as in a < b < c and in min()."""
        before = self.weight
        read = self.read(node, depth)
        self.weight += self.weight - before
        self._bound(read.span, depth)
        return read

    def _bound(self, span: Span, depth: int) -> None:
        if depth > DEPTH_MAX or self.weight > WEIGHT_MAX:
            raise span.refuse("公式太复杂，请拆成几条")

    def span(self, node: ast.expr | ast.keyword) -> Span:
        line = self.source.plain[self.indent :].encode()
        start = len(line[: node.col_offset].decode()) + self.indent
        end = len(line[: node.end_col_offset].decode()) + self.indent
        return self.source.span(start, end)

    def written(self, node: ast.expr) -> str:
        """The text of a node in its plain form."""
        line = self.source.plain[self.indent :].encode()
        return line[node.col_offset : node.end_col_offset].decode()


@singledispatch
def _read(node: ast.expr, _: _Reader, span: Span, _depth: int) -> Expression:
    raise span.refuse("公式里不能用这种写法")


@_read.register
def _read_name(node: ast.Name, _: _Reader, span: Span, _depth: int) -> Expression:
    if node.id in _TRUTHS:
        return Literal(span, _TRUTHS[node.id])
    return Fact(span, node.id)


@_read.register
def _read_constant(
    node: ast.Constant, reader: _Reader, span: Span, _: int
) -> Expression:
    written = reader.written(node)
    match node.value:
        case bool():
            return Literal(span, node.value)
        case str() if written == f'"{node.value}"':
            return Literal(span, node.value)
        case str():
            raise span.refuse("文字只能写在一对引号里，前后不加别的")
        case int() | float() | complex() if _NUMBER.fullmatch(written):
            # The written digits, never the float that Python made of them.
            return Literal(span, Decimal(written))
        case int() | float() | complex():
            raise span.refuse(_NUMBER_HINT)
        case _:
            raise span.refuse("公式里不能用这种写法")


@_read.register
def _read_unary(
    node: ast.UnaryOp, reader: _Reader, span: Span, depth: int
) -> Expression:
    operand = reader.read(node.operand, depth)
    if isinstance(node.op, ast.Not):
        return Not(span, operand)
    if not isinstance(node.op, ast.USub):
        raise span.refuse("公式里不能用这个符号")
    if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
        return Literal(span, operand.value.copy_negate())
    return Negative(span, operand)


@_read.register
def _read_binary(
    node: ast.BinOp, reader: _Reader, span: Span, depth: int
) -> Expression:
    operator = _ARITHMETIC.get(type(node.op))
    if operator is None:
        raise span.refuse("只有加减乘除：+ - * /")
    left, right = reader.read(node.left, depth), reader.read(node.right, depth)
    return Arithmetic(span, operator, left, right)


@_read.register
def _read_logic(
    node: ast.BoolOp, reader: _Reader, span: Span, depth: int
) -> Expression:
    operands = tuple(reader.read(value, depth) for value in node.values)
    return Logic(span, "and" if isinstance(node.op, ast.And) else "or", operands)


@_read.register
def _read_conditional(
    node: ast.IfExp, reader: _Reader, span: Span, depth: int
) -> Expression:
    return Conditional(
        span,
        reader.read(node.test, depth),
        reader.read(node.body, depth),
        reader.read(node.orelse, depth),
    )


@_read.register
def _read_compare(
    node: ast.Compare, reader: _Reader, span: Span, depth: int
) -> Expression:
    signs = [_COMPARISONS.get(type(operator), "") for operator in node.ops]
    if not all(signs):
        return _read_membership(reader, node, span, depth)
    *middle, last = node.comparators
    operands = [reader.read(node.left, depth)]
    operands += [reader.read_repeated(operand, depth) for operand in middle]
    operands.append(reader.read(last, depth))
    links = tuple(map(_comparison, signs, operands, operands[1:]))
    return links[0] if len(links) == 1 else Logic(span, "and", links)


def _comparison(sign: str, left: Expression, right: Expression) -> Comparison:
    first, last = left.span, right.span
    span = Span(first.line, first.column, first.start, last.end)
    return Comparison(span, sign, left, right)


def _read_membership(
    reader: _Reader, node: ast.Compare, span: Span, depth: int
) -> Expression:
    if len(node.ops) > 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
        raise span.refuse("只能用 == != < <= > >= 比较；in 不能连着写，is 不能用")
    listed = node.comparators[0]
    # A list of one is naturally written ("…"), which Python reads as the text itself.
    items = listed.elts if isinstance(listed, ast.Tuple) else [listed]
    if not items:
        raise reader.span(listed).refuse("括号里至少写一项")
    members = tuple(_read_member(reader, item, depth) for item in items)
    found = Membership(span, reader.read(node.left, depth), members)
    return Not(span, found) if isinstance(node.ops[0], ast.NotIn) else found


def _read_member(reader: _Reader, item: ast.expr, depth: int) -> Literal:
    member = reader.read(item, depth)
    if not isinstance(member, Literal):
        raise member.span.refuse("in 后面的括号里只能列文字、数字或日期")
    return member


@_read.register
def _read_call(node: ast.Call, reader: _Reader, span: Span, depth: int) -> Expression:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if node.keywords:
        raise reader.span(node.keywords[0]).refuse("函数的参数不带名字")
    if name in _DATE_NAMES:
        return _read_date(node, span)
    if name not in _FUNCTIONS:
        known = "、".join(dict.fromkeys(row[0] for row in _FUNCTIONS.values()))
        raise span.refuse(f"没有这个函数，可用的有：{known}、date")
    function, fewest, most = _FUNCTIONS[name]
    if not fewest <= len(node.args) <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} 到 {most}"
        raise span.refuse(f"{name} 要 {wanted} 个参数，这里有 {len(node.args)} 个")
    read = reader.read_repeated if function in ("min", "max") else reader.read
    return Call(span, function, tuple(read(argument, depth) for argument in node.args))


def _read_date(node: ast.Call, span: Span) -> Expression:
    match node.args:
        case [ast.Constant(value=str(written))]:
            try:
                return Literal(span, date.fromisoformat(written))
            except ValueError as error:
                raise span.refuse(f"没有这一天：{written}") from error
        case _:
            raise span.refuse('日期写成 date("2026-01-01")')
