"""Taking XML messages apart, into the same frame as files of lines."""

from collections.abc import Iterator

from assistance.rules.banks.frames import Frame, begins, why_not
from assistance.rules.banks.layout import FileForm, Layout
from assistance.rules.banks.markup import (
    Element,
    Ended,
    Markup,
    Opened,
    Part,
    Step,
    Unsafe,
    elements,
)
from assistance.rules.banks.problems import Unreadable


def frame_of_message(
    layout: Layout, form: FileForm, markup: Markup, content: bytes
) -> Frame:
    """Take a message apart; raise Unreadable at the first element that is not declared."""
    if not content:
        raise Unreadable([(1, "文件是空的")])
    if not begins(layout, form, content):
        raise Unreadable([(1, why_not(layout, form, content))])
    last = content.count(b"\n")
    if not content.endswith(layout.newline.encode(layout.codec)):
        raise Unreadable([(last + 1, "最后一行不完整，文件可能没有传完")])
    walk = _Walk(markup)
    try:
        for element in elements(content):
            walk.take(element)
    except Unsafe as wrong:
        raise Unreadable([(wrong.line, wrong.sentence)]) from wrong
    body = [
        (number, [cells.get(name, "") for name in form.line.names])
        for number, cells in walk.lines
    ]
    return Frame(walk.whole, body, last, ())


class _Walk:
    """Goes along the declaration, element by element of the message."""

    def __init__(self, markup: Markup) -> None:
        self.markup = markup
        self.part: Part = markup.head
        self.place = 0
        self.whole: dict[str, str] = {}
        self.cells: dict[str, str] = self.whole
        self.lines: list[tuple[int, dict[str, str]]] = []

    def take(self, element: Element) -> None:
        """The next element is the declared one, or the message is refused here."""
        for step in self._next(element):
            if isinstance(step, Opened):
                if (element.name, element.attributes) == (step.name, step.attributes):
                    return
            elif element.attributes is None and element.name == step.name:
                self._read(step, element)
                return
        raise Unsafe(element.line, f"此处不应有元素 {_named(element)}")

    def _next(self, element: Element) -> Iterator[Step]:
        """The steps that may come here, each tried after the one before."""
        if self.place == len(self.part.steps):
            self._turn(element)
        start, end = self.part.may_skip
        at = self.place
        self.place += 1
        yield self.part.steps[at]
        if start < end and at == start:
            self.place = end + 1
            yield self.part.steps[end]

    def _turn(self, element: Element) -> None:
        """After head or line: another line begins, or the message ends."""
        if self.part is self.markup.tail:
            raise Unsafe(element.line, "报文结束之后还有内容")
        begins_line = element.attributes is not None
        self.part = self.markup.line if begins_line else self.markup.tail
        self.place = 0
        if begins_line:
            self.cells = {}
            self.lines.append((element.line, self.cells))
        else:
            self.cells = self.whole

    def _read(self, step: Ended, element: Element) -> None:
        value = step.value_of(element.text)
        if value is None:
            raise Unsafe(
                element.line,
                f"元素 {_named(element)} 的内容“{element.text.strip()[:32]}”不对",
            )
        if not step.field:
            return
        if self.cells.setdefault(step.field, value) != value:
            raise Unsafe(element.line, f"元素 {_named(element)} 与前文不一致")


def _named(element: Element) -> str:
    return element.name.rpartition(" ")[2][:40]
