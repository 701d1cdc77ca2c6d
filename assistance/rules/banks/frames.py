"""Taking text files apart: header, lines and trailer by delimiter or by width."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistance.rules.banks.layout import FileForm, Layout, Record
from assistance.rules.banks.problems import Problem, Unreadable

_FIRST_ELEMENT = 1000  # bytes within which an XML message says which one it is
BROKEN = "这一行的格式或长度不对"
_STARTS = {
    "GBK": (b"", "gbk"),
    "UTF-8": (b"", "utf-8"),
    "UTF-8-SIG": (codecs.BOM_UTF8, "utf-8"),
    "UTF-16": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16-LE": (b"", "utf-16-le"),
    "UTF-16-BE": (b"", "utf-16-be"),
}

Cells = tuple[int, Sequence[str] | None]
"""The number of a line with its cells; None where the line has another shape."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Header and trailer cells, the lines between, and what is wrong around them."""

    whole: Mapping[str, str]
    body: Iterable[Cells]
    last: int
    problems: Sequence[Problem]


def begins(layout: Layout, form: FileForm, content: bytes) -> bool:
    """Whether a file begins as this form does."""
    return _begins(form, content, layout.bom, layout.codec)


def found_encoding(layout: Layout, form: FileForm, content: bytes) -> str | None:
    """In which other encoding a file begins as this form does, if in any."""
    for name, (bom, codec) in _STARTS.items():
        is_own = (bom, codec) == (layout.bom, layout.codec)
        if not is_own and _begins(form, content, bom, codec):
            return name
    return None


def _begins(form: FileForm, content: bytes, bom: bytes, codec: str) -> bool:
    opening = any(content.startswith(bom + mark.encode(codec)) for mark in form.marks)
    if form.markup is None:
        return opening
    return opening and form.markup.namespace.encode(codec) in content[:_FIRST_ELEMENT]


def frame_of(layout: Layout, form: FileForm, content: bytes) -> Frame:
    """Take a file apart; raise Unreadable for what has no lines at all."""
    lines = _decoded_lines(layout, form, content)
    problems: list[Problem] = []
    whole: dict[str, str] = {}
    first, last = 1, len(lines)
    if form.header is not None:
        whole = _head(layout, form.header, lines.pop(0), 1, problems)
        first = 2
    if form.trailer is not None and lines:
        whole |= _head(layout, form.trailer, lines.pop(), last, problems)
    elif form.trailer is not None:
        problems.append((last, "缺少结束行，文件不完整"))
    return Frame(whole, _split(layout, form.line, lines, first), last, problems)


def _split(
    layout: Layout, record: Record, lines: Sequence[str], first: int
) -> Iterator[Cells]:
    """One after the other, so that the cells of a long file are never all there."""
    split = _splitter(layout, record)
    for number, line in enumerate(lines, first):
        yield number, split(line)


def _decoded_lines(layout: Layout, form: FileForm, content: bytes) -> list[str]:
    """Return the lines; characters of fixed-width files stand for bytes (latin-1)."""
    if not content:
        raise Unreadable([(1, "文件是空的")])
    if not begins(layout, form, content):
        raise Unreadable([(1, why_not(layout, form, content))])
    content = content.removeprefix(layout.bom)
    if not content.endswith(layout.newline.encode(layout.codec)):
        raise Unreadable(_broken_lines(layout, content))
    try:
        text = content.decode(layout.codec)
    except UnicodeDecodeError:
        raise Unreadable(_broken_lines(layout, content)) from None
    if "\0" in text:
        raise Unreadable(_broken_lines(layout, content))
    if layout.is_fixed:
        text = content.decode("latin-1")
    return text[: -len(layout.newline)].split(layout.newline)


def why_not(layout: Layout, form: FileForm, content: bytes) -> str:
    """Why a file does not begin as this form does: in another encoding, or at all."""
    found = found_encoding(layout, form, content)
    if found is not None:
        return f"文件编码应为 {layout.encoding.upper()}，实为 {found}"
    if form.markup is not None:
        return f"这不是 {form.markup.namespace} 的 XML 报文"
    marks = "”或“".join(form.marks)
    return f"首行不是“{marks}”，不是{layout.title}的文件"


def _broken_lines(layout: Layout, content: bytes) -> list[Problem]:
    """Name the lines of a file that is known to be broken as a whole."""
    raw = _raw_lines(layout, content)
    problems = [
        (number, f"这一行不是 {layout.encoding.upper()} 编码")
        for number, line in enumerate(raw, 1)
        if line is None
    ]
    # No text of the database holds it, not even the sentence that would quote it.
    problems += [
        (number, "含有空字符，文件可能已损坏")
        for number, line in enumerate(raw, 1)
        if line is not None and "\0" in line
    ]
    if raw[-1] or not problems:
        problems.append((len(raw), "最后一行不完整，文件可能没有传完"))
    return problems


def _raw_lines(layout: Layout, content: bytes) -> list[str | None]:
    """The lines of a broken file, with None for those that cannot be decoded."""
    if layout.bom:  # the units are of two bytes: where one is lost, all are shifted
        text = content.decode(layout.codec, "replace")
        return [
            None if "\N{REPLACEMENT CHARACTER}" in line else line
            for line in text.split(layout.newline)
        ]
    newline = layout.newline.encode(layout.codec)
    return [_decoded(line, layout.codec) for line in content.split(newline)]


def _decoded(line: bytes, codec: str) -> str | None:
    try:
        return line.decode(codec)
    except UnicodeDecodeError:
        return None


Splitter = Callable[[str], list[str] | None]


def _splitter(layout: Layout, record: Record) -> Splitter:
    """Return what splits a line into its cells, or None for a line of another shape."""
    if layout.is_fixed:
        return _by_width(record, layout.codec)
    delimiter, size = layout.delimiter, len(record.fields)
    opening = f"{record.mark}{delimiter}"
    after = len(opening)

    def split(line: str) -> list[str] | None:
        cells = line[after:].split(delimiter)
        return cells if len(cells) == size and line.startswith(opening) else None

    return split


def _by_width(record: Record, codec: str) -> Splitter:
    mark = record.mark.encode(codec).decode("latin-1")
    length = len(mark)
    slices = []
    for field in record.fields:
        slices.append(slice(length, length + (field.width or 0)))
        length += field.width or 0

    def split(line: str) -> list[str] | None:
        if len(line) != length or not line.startswith(mark):
            return None
        return [line[each].rstrip(" ") for each in slices]

    return split


def _head(
    layout: Layout, record: Record, line: str, number: int, problems: list[Problem]
) -> dict[str, str]:
    cells = _splitter(layout, record)(line)
    if cells is None:
        problems.append((number, "汇总行的格式或长度不对，文件不完整"))
        return {}
    return dict(zip(record.names, cells, strict=True))
