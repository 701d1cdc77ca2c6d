"""The text of a formula: Chinese punctuation made plain, positions kept."""

from dataclasses import dataclass

from unionportal.core.formula.tree import Span

_PLAIN_SIGNS = {
    "（": "(",
    "）": ")",
    "，": ",",
    "、": ",",
    "．": ".",
    "＋": "+",
    "－": "-",
    "−": "-",
    "＊": "*",
    "×": "*",
    "／": "/",
    "÷": "/",
    "＜": "<",
    "＞": ">",
    "＝": "=",
    "！": "!",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "　": " ",
    "\n": " ",
    "\r": " ",
    "\t": " ",
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
}
# Typists mix up the two Chinese quotation marks; either one opens and closes.
_CLOSING = {'"': '"', "'": "'", "“": "“”", "”": "“”", "‘": "‘’", "’": "‘’"}
_NEVER_OUTSIDE_TEXT = "#\\;`"


@dataclass(frozen=True, slots=True)
class Source:
    """The text as written, its plain form, and for each plain character its origin."""

    written: str
    plain: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The place of plain[start:end] in the written text."""
        first = self.origins[min(start, len(self.plain))]
        last = self.origins[end - 1] + 1 if end > start else first
        return self._span_at(first, last)

    def _span_at(self, first: int, last: int) -> Span:
        line = self.written.count("\n", 0, first) + 1
        column = first - (self.written.rfind("\n", 0, first) + 1) + 1
        return Span(line, column, first, last)


def read_source(written: str) -> Source:
    """Plain text on one line; refuses what no formula contains outside a text."""
    plain: list[str] = []
    origins: list[int] = []
    closing = ""
    for offset, sign in enumerate(written):
        if closing:
            replaced = '"' if sign in closing else sign
            if sign in closing:
                closing = ""
            elif sign in '"\\' or not sign.isprintable():
                raise _refuse(written, offset, f"文字里不能有这个符号：{sign!r}")
        elif sign in _CLOSING:
            closing, replaced = _CLOSING[sign], '"'
        elif sign in _NEVER_OUTSIDE_TEXT:
            raise _refuse(written, offset, f"公式里不能有这个符号：{sign}")
        else:
            replaced = _PLAIN_SIGNS.get(sign, sign)
        plain.append(replaced)
        origins.extend([offset] * len(replaced))
    if closing:
        raise _refuse(written, len(written), "引号没有配对")
    return Source(written, "".join(plain), (*origins, len(written)))


def _refuse(written: str, offset: int, message: str) -> Exception:
    bare = Source(written, written, (*range(len(written)), len(written)))
    return bare.span(offset, offset + 1).refuse(message)
