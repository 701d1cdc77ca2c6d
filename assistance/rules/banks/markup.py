"""XML messages: declared as they are written, and read only as they are declared.

A template shows head, one line and tail with a ``{field}`` in the elements that hold
values. Reading compares a file with it element by element, in their order; what is
unknown, missing, doubled or differs from a fixed text is refused at its line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BETWEEN = re.compile(r">\s+<")
_SPLIT = " "  # between namespace and name, as the parser gives them


@dataclass(frozen=True, slots=True)
class Opened:
    """An element begins, with these attributes."""

    name: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """An element ends; a value stands between a text before and one after it."""

    name: str
    before: str
    field: str
    after: str

    def value_of(self, text: str) -> str | None:
        """The value a text holds, None for a text of another shape."""
        if not self.field:
            return "" if text == self.before else None
        size = len(self.before) + len(self.after)
        fits = text.startswith(self.before) and text.endswith(self.after)
        if not fits or len(text) < size:
            return None
        return text[len(self.before) : len(text) - len(self.after)]


Step = Opened | Ended


@dataclass(frozen=True, slots=True)
class Part:
    """Head, line or tail: its text, the fields in their order, the elements as steps.

    The steps from ``may_skip[0]`` up to ``may_skip[1]`` may be missing.
    """

    text: str
    fields: tuple[str, ...]
    steps: tuple[Step, ...]
    may_skip: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Markup:
    """A message's parts; ``optional`` names the element left out of a line when empty."""

    namespace: str
    head: Part
    line: Part
    tail: Part
    optional: str = ""

    @property
    def bare(self) -> str:
        """The text of a line without its optional element."""
        if not self.optional:
            return self.line.text
        element = rf"<{self.optional}>.*?</{self.optional}>"
        return re.sub(element, "", self.line.text)


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for values, in the order in which they are filled in."""

    text: str
    fields: tuple[str, ...]


def template_of(text: str) -> Template:
    """Compile a text; a field that stands in it twice is filled in twice."""
    filled = _PLACE.sub("%s", text.replace("%", "%%"))
    return Template(filled, tuple(_PLACE.findall(text)))


def read_markup(told: dict[str, str]) -> Markup:
    """Compile a declaration; what is no XML is a fault of the program."""
    optional, space = told.get("optional", ""), told["namespace"]
    head, line, tail = (
        _BETWEEN.sub("><", told[name].strip()) for name in ("head", "line", "tail")
    )
    head = PROLOG + head.replace("<Document>", f'<Document xmlns="{space}">', 1)
    parts = _steps_of((head, line, tail))
    name = f"{space}{_SPLIT}{optional}"
    return Markup(
        namespace=space,
        head=Part(head, _fields(head), parts[0]),
        line=Part(line, _fields(line), parts[1], _skip(parts[1], name)),
        tail=Part(tail, _fields(tail), parts[2]),
        optional=optional,
    )


def _fields(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def _skip(steps: Sequence[Step], name: str) -> tuple[int, int]:
    places = [at for at, step in enumerate(steps) if step.name == name]
    return (places[0], places[-1] + 1) if places else (0, 0)


def _steps_of(parts: Sequence[str]) -> tuple[tuple[Step, ...], ...]:
    """The elements of each part, by parsing them as the one document they make."""
    whole = elements("".join(parts).encode())
    steps = [(event.at, _step(event)) for event in whole]
    ends = [len("".join(parts[: n + 1]).encode()) for n in range(len(parts))]
    starts = [0, *ends[:-1]]
    return tuple(
        tuple(step for at, step in steps if start <= at < end)
        for start, end in zip(starts, ends, strict=True)
    )


def _step(event: "Element") -> Step:
    if event.attributes is not None:
        return Opened(event.name, event.attributes)
    found = _PLACE.search(event.text)
    if found is None:
        return Ended(event.name, event.text, "", "")
    before, after = event.text[: found.start()], event.text[found.end() :]
    return Ended(event.name, before, found.group(1), after)


@dataclass(frozen=True, slots=True)
class Element:
    """The beginning of an element (with attributes) or its end (with its text)."""

    name: str
    attributes: tuple[tuple[str, str], ...] | None
    text: str
    line: int
    at: int


class Unsafe(Exception):  # noqa: N818 - what is wrong with a message
    """A message that may not be read; carries the line and a sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        """Keep both."""
        self.line, self.sentence = line, sentence
        super().__init__(sentence)


class Elements:
    """Feeds a parser; what it sees is taken away in the order of the document.

    No document type, hence no entity of its own: nothing can grow or be fetched.
    """

    def __init__(self) -> None:
        self.seen: list[Element] = []
        self._text: list[str] = []
        self._is_leaf = False
        self._parser = expat.ParserCreate("utf-8", _SPLIT)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.XmlDeclHandler = self._declared

    def feed(self, content: bytes, *, is_last: bool) -> None:
        """Take the next piece of the document."""
        try:
            self._parser.Parse(content, is_last)
        except expat.ExpatError as error:
            sentence = "XML 报文不完整或已损坏，从这一行起读不出"
            raise Unsafe(error.lineno, sentence) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._between()
        self._is_leaf = True
        self._keep(name, tuple(sorted(attributes.items())), "")

    def _end(self, name: str) -> None:
        if not self._is_leaf:
            self._between()
        told = "".join(self._text)
        self._text.clear()
        self._is_leaf = False
        self._keep(name, None, told)

    def _between(self) -> None:
        """Between elements stands nothing but white space."""
        told = "".join(self._text)
        self._text.clear()
        if told and not told.isspace():
            raise Unsafe(self._parser.CurrentLineNumber, "元素之间有多余的文字")

    def _keep(
        self, name: str, attributes: tuple[tuple[str, str], ...] | None, text: str
    ) -> None:
        parser = self._parser
        line, at = parser.CurrentLineNumber, parser.CurrentByteIndex
        self.seen.append(Element(name, attributes, text, line, at))

    def _refuse(self, *_declared: Any) -> None:
        line = self._parser.CurrentLineNumber
        raise Unsafe(line, "报文带有 DOCTYPE 声明，不能接收")

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise Unsafe(1, f"文件编码应为 UTF-8，实为 {encoding[:20]}")


_PIECE = 1 << 16


def elements(content: bytes) -> Iterator[Element]:
    """Every beginning and end in a document; raises Unsafe where it breaks."""
    reader = Elements()
    for at in range(0, len(content), _PIECE):
        reader.feed(content[at : at + _PIECE], is_last=False)
        yield from reader.seen
        reader.seen.clear()
    reader.feed(b"", is_last=True)
    yield from reader.seen
