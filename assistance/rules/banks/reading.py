"""Reading bank files: every fault is found and named by line, or nothing is read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from assistance.rules.banks.layout import (
    AMOUNTS,
    COUNTS,
    OTHER_REASON,
    FileForm,
    Layout,
    Record,
    layouts,
)

_YUAN = re.compile(r"(?:0|[1-9][0-9]{0,15})\.[0-9]{2}")
_DIGITS = re.compile(r"[0-9]{1,18}")
# What the books can hold of one payment, and of a file.
_LARGEST_AMOUNT = Decimal("999999999999.99")
_LARGEST_TOTAL = Decimal("99999999999999.99")
_BROKEN = "这一行的格式或长度不对"
_ENCODINGS = ("gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
# (line number, reference, amount in yuan, whether it was paid, our reason code, the
# last four digits of the account, or nothing where the layout does not tell it)
AnswerRow = tuple[int, str, Decimal, bool, str, str]
TAIL = 4


class Unreadable(Exception):  # noqa: N818 - what is wrong with a file, not a fault
    """A file that cannot be taken; carries (line number, sentence) for each problem."""

    def __init__(self, problems: Iterable[tuple[int, str]]) -> None:
        """Keep the problems in the order of the lines."""
        self.problems = sorted(problems)
        super().__init__(len(self.problems))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file taken apart: header and trailer cells, and the lines with their numbers."""

    whole: Mapping[str, str]
    lines: Sequence[tuple[int, Sequence[str]]]
    last: int


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """What the bank says: of which batch, and each line."""

    batch: str
    rows: Sequence[AnswerRow]


def layout_of(name: str, content: bytes) -> Layout | None:
    """Tell whose answer a file is: by how it begins, else by its name.

    A beginning in another encoding tells as well, so that the encoding can be named.
    """
    known = list(layouts().values())
    by_mark = [each for each in known if _begins(each, content, each.encoding)]
    by_name = [
        each
        for each in known
        if fnmatchcase(name, each.answer.name.replace("{batch}", "*"))
    ]
    garbled = [
        each
        for each in known
        if any(_begins(each, content, encoding) for encoding in _ENCODINGS)
    ]
    return next(iter((*by_mark, *by_name, *garbled)), None)


def _begins(layout: Layout, content: bytes, encoding: str) -> bool:
    return content.startswith(layout.answer.header.mark.encode(encoding))


def read_answer(layout: Layout, content: bytes) -> AnswerFile:
    """Read a return file, or raise Unreadable with everything that is wrong in it.

    Wrong: another encoding, a missing or broken line, an amount that is none, an
    unknown result, and counts or totals that are not those of the lines.
    """
    frame = _frame(layout, layout.answer, content)
    rows, problems = _answers(layout, frame.body)
    if frame.problems or problems:
        raise Unreadable([*frame.problems, *problems])
    problems = _wrong_totals(layout, frame.whole, rows, frame.last)
    if problems:
        raise Unreadable(problems)
    return AnswerFile(frame.whole["batch"], rows)


def take_apart(layout: Layout, form: FileForm, content: bytes) -> Parsed:
    """Split a file into its cells; raise Unreadable when its shape is wrong."""
    frame = _frame(layout, form, content)
    split = _splitter(layout, form.line)
    problems = list(frame.problems)
    parsed: list[tuple[int, Sequence[str]]] = []
    for number, line in enumerate(frame.body, 2):
        cells = split(line)
        if cells is None:
            problems.append((number, _BROKEN))
        else:
            parsed.append((number, cells))
    if problems:
        raise Unreadable(problems)
    return Parsed(frame.whole, parsed, frame.last)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Header and trailer cells, the lines between as they are, and what is wrong."""

    whole: Mapping[str, str]
    body: Sequence[str]
    last: int
    problems: Sequence[tuple[int, str]]


def _frame(layout: Layout, form: FileForm, content: bytes) -> _Frame:
    lines = _decoded_lines(layout, form, content)
    problems: list[tuple[int, str]] = []
    first = _splitter(layout, form.header)
    whole = _head(first, form.header, lines[0], 1, problems)
    last, body = len(lines), lines[1:]
    if form.trailer is not None and body:
        end = _splitter(layout, form.trailer)
        whole |= _head(end, form.trailer, body.pop(), last, problems)
    elif form.trailer is not None:
        problems.append((last, "缺少结束行，文件不完整"))
    return _Frame(whole, body, last, problems)


def _decoded_lines(layout: Layout, form: FileForm, content: bytes) -> list[str]:
    """Return the lines; characters of fixed-width files stand for bytes (latin-1)."""
    mark = form.header.mark.encode(layout.encoding)
    if not content:
        raise Unreadable([(1, "文件是空的")])
    if not content.startswith(mark):
        raise Unreadable([(1, _why_no_mark(layout, form, content))])
    newline = layout.newline.encode("ascii")
    if not content.endswith(newline) or b"\0" in content:
        raise Unreadable(_broken_lines(layout, content))
    try:
        text = content.decode(layout.encoding)
    except UnicodeDecodeError:
        raise Unreadable(_broken_lines(layout, content)) from None
    if layout.delimiter is None:
        text = content.decode("latin-1")
    return text[: -len(layout.newline)].split(layout.newline)


def _broken_lines(layout: Layout, content: bytes) -> list[tuple[int, str]]:
    """Name the lines of a file that is known to be broken as a whole."""
    raw = content.split(layout.newline.encode("ascii"))
    problems = [
        (number, f"这一行不是 {layout.encoding.upper()} 编码")
        for number, line in enumerate(raw, 1)
        if not _is_encoded(line, layout.encoding)
    ]
    # No text of the database holds it, not even the sentence that would quote it.
    problems += [
        (number, "含有空字符，文件可能已损坏")
        for number, line in enumerate(raw, 1)
        if b"\0" in line
    ]
    if raw[-1] or not problems:
        problems.append((len(raw), "最后一行不完整，文件可能没有传完"))
    return problems


def _is_encoded(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _why_no_mark(layout: Layout, form: FileForm, content: bytes) -> str:
    for encoding in _ENCODINGS:
        mark = form.header.mark.encode(encoding)
        if encoding != layout.encoding and content.startswith(mark):
            return f"文件编码应为 {layout.encoding.upper()}，实为 {encoding.upper()}"
    return f"首行不是“{form.header.mark}”，不是{layout.title}的文件"


Splitter = Callable[[str], list[str] | None]


def _splitter(layout: Layout, record: Record) -> Splitter:
    """Return what splits a line into its cells, or None for a line of another shape."""
    if layout.delimiter is None:
        return _by_width(record, layout.encoding)
    delimiter, size = layout.delimiter, len(record.fields)
    begins = f"{record.mark}{delimiter}"
    after = len(begins)

    def split(line: str) -> list[str] | None:
        cells = line[after:].split(delimiter)
        return cells if len(cells) == size and line.startswith(begins) else None

    return split


def _by_width(record: Record, encoding: str) -> Splitter:
    mark = record.mark.encode(encoding).decode("latin-1")
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
    split: Splitter,
    record: Record,
    line: str,
    number: int,
    problems: list[tuple[int, str]],
) -> dict[str, str]:
    cells = split(line)
    if cells is None:
        problems.append((number, "汇总行的格式或长度不对，文件不完整"))
        return {}
    return dict(zip(record.names, cells, strict=True))


def amount_of(layout: Layout, text: str) -> Decimal | None:
    """Return yuan, or None for what is no amount in the layout's unit."""
    if layout.unit == "fen":
        if not _DIGITS.fullmatch(text):
            return None
        amount = Decimal(int(text)).scaleb(-2).quantize(Decimal("0.01"))
    elif _YUAN.fullmatch(text):
        amount = Decimal(text)
    else:
        return None
    return amount if amount <= _LARGEST_TOTAL else None


def _line_amount(layout: Layout, text: str) -> Decimal | None:
    amount = amount_of(layout, text)
    return None if amount is None or amount > _LARGEST_AMOUNT else amount


def _answers(
    layout: Layout, body: Sequence[str]
) -> tuple[list[AnswerRow], list[tuple[int, str]]]:
    """Read line by line, keeping only what is needed: a file may be long."""
    split = _splitter(layout, layout.answer.line)
    names = layout.answer.line.names
    at_reference, at_amount = names.index("reference"), names.index("amount")
    at_result, at_reason = names.index("result"), names.index("reason")
    at_account = names.index("account") if "account" in names else None
    amounts: dict[str, Decimal | None] = {}
    rows: list[AnswerRow] = []
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(body, 2):
        cells = split(line)
        if cells is None:
            problems.append((number, _BROKEN))
            continue
        written = cells[at_amount]
        if written not in amounts:
            amounts[written] = _line_amount(layout, written)
        amount = amounts[written]
        is_paid = layout.results.get(cells[at_result])
        if amount is None or is_paid is None:
            problems.append((number, _wrong_cell(amount, written, cells[at_result])))
            continue
        reason = "" if is_paid else layout.reasons.get(cells[at_reason], OTHER_REASON)
        tail = "" if at_account is None else cells[at_account][-TAIL:]
        rows.append((number, cells[at_reference], amount, is_paid, reason, tail))
    return rows, problems


def _wrong_cell(amount: Decimal | None, written: str, result: str) -> str:
    if amount is None:
        return f"金额“{written[:32]}”不对"
    return f"结果代码“{result[:32]}”不对"


def _wrong_totals(
    layout: Layout, whole: Mapping[str, str], rows: Sequence[AnswerRow], last: int
) -> list[tuple[int, str]]:
    header = set(layout.answer.header.names)
    paid = [row[2] for row in rows if row[3]]
    returned = [row[2] for row in rows if not row[3]]
    found: dict[str, int | Decimal] = {
        "count": len(rows),
        "total": sum(paid, Decimal(0)) + sum(returned, Decimal(0)),
        "paid_count": len(paid),
        "paid_total": sum(paid, Decimal(0)),
        "returned_count": len(returned),
        "returned_total": sum(returned, Decimal(0)),
    }
    problems = []
    for name in found.keys() & whole.keys():
        told = _told(layout, name, whole[name])
        if told != found[name]:
            line = 1 if name in header else last
            problems.append((line, f"{_LABELS[name]}为 {whole[name]}，与明细不符"))
    return problems


_LABELS = {
    "count": "总笔数",
    "total": "总金额",
    "paid_count": "成功笔数",
    "paid_total": "成功金额",
    "returned_count": "退回笔数",
    "returned_total": "退回金额",
}


def _told(layout: Layout, name: str, text: str) -> int | Decimal | None:
    if name in AMOUNTS:
        return amount_of(layout, text)
    if name in COUNTS and _DIGITS.fullmatch(text):
        return int(text)
    return None
