"""Writing bank files: the same values give the same bytes, always."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from assistance.rules.banks.layout import (
    ACCOUNT_SUM,
    AMOUNTS,
    COUNTS,
    Cell,
    Field,
    FileForm,
    Layout,
    LayoutError,
    Record,
)
from assistance.rules.banks.markup import Markup, Template, template_of
from assistance.rules.banks.spelling import AccountSum, spell


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """One payment as the bank is told of it."""

    reference: str
    account: str
    holder: str
    bank: str
    amount: Decimal
    purpose: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """A batch as the bank is told of it; count and total are those of its lines."""

    batch: str
    date: date
    payer: str
    count: int
    total: Decimal


def instruction_name(layout: Layout, batch: str) -> str:
    """Return the name under which an instruction lies in the bank's folder."""
    return layout.instruction.name.format(batch=batch)


def write_instruction(
    layout: Layout, instruction: Instruction, lines: Iterable[InstructionLine]
) -> bytes:
    """Return the whole file. Raises LayoutError, naming the payment's reference."""
    whole: dict[str, Cell] = {
        "batch": instruction.batch,
        "date": instruction.date,
        "payer": instruction.payer,
        "count": instruction.count,
        "total": instruction.total,
    }
    cells = (_cells(number, line) for number, line in enumerate(lines, 1))
    return b"".join(write_file(layout, layout.instruction, whole, cells))


def _cells(number: int, line: InstructionLine) -> Mapping[str, Cell]:
    return {
        "number": number,
        "reference": line.reference,
        "account": line.account,
        "holder": line.holder,
        "bank": line.bank,
        "amount": line.amount,
        "purpose": line.purpose,
    }


def write_file(
    layout: Layout,
    form: FileForm,
    whole: Mapping[str, Cell],
    lines: Iterable[Mapping[str, Cell]],
) -> Iterator[bytes]:
    """Yield header, lines and trailer as the layout has them, one after the other."""
    if form.markup is not None:
        yield from write_message(layout, form.markup, whole, lines)
        return
    newline = layout.newline.encode(layout.codec)
    accounts, counted = AccountSum(), ACCOUNT_SUM in form.trailer_names
    yield layout.bom
    if form.header is not None:
        yield write_record(layout, form.header, whole) + newline
    for cells in lines:
        try:
            written = write_record(layout, form.line, cells)
        except LayoutError as error:
            raise LayoutError(f"{cells['reference']}：{error}") from error
        if counted:
            accounts.add(str(cells["account"]))
        yield written + newline
    if form.trailer is not None:
        ended = {ACCOUNT_SUM: accounts.total, **whole}
        yield write_record(layout, form.trailer, ended) + newline


def write_message(
    layout: Layout,
    markup: Markup,
    whole: Mapping[str, Cell],
    lines: Iterable[Mapping[str, Cell]],
) -> Iterator[bytes]:
    """Yield an XML message: head, lines and tail, each a line of the file."""
    full, bare = template_of(markup.line.text), template_of(markup.bare)
    may_miss = set(full.fields) - set(bare.fields)
    yield _filled(layout, template_of(markup.head.text), whole)
    for cells in lines:
        is_bare = may_miss and not any(cells[name] for name in may_miss)
        try:
            yield _filled(layout, bare if is_bare else full, cells)
        except LayoutError as error:
            raise LayoutError(f"{cells['reference']}：{error}") from error
    yield _filled(layout, template_of(markup.tail.text), whole)


def _filled(layout: Layout, template: Template, cells: Mapping[str, Cell]) -> bytes:
    """Fill in a template; what means something to XML is escaped."""
    texts = tuple([spell(layout, cells[name]) for name in template.fields])
    told = "".join(texts)
    if not told.isprintable():
        raise LayoutError("含有银行文件不允许的字符")
    if "&" in told or "<" in told or ">" in told:
        texts = tuple(map(escape, texts))
    line = template.text % texts
    return f"{line}{layout.newline}".encode(layout.codec)


def write_record(layout: Layout, record: Record, cells: Mapping[str, Cell]) -> bytes:
    """Return one line without its end."""
    texts = [spell(layout, cells[field.name]) for field in record.fields]
    if layout.delimiter is not None:
        # At once where nothing can be wrong; else cell by cell, to name what is.
        line = layout.delimiter.join((record.mark, *texts))
        cuts = line.count(layout.delimiter)
        if "".join(texts).isprintable() and cuts == len(texts):
            with suppress(UnicodeEncodeError):
                return line.encode(layout.codec)
    parts = [
        _encoded(layout, field, text)
        for field, text in zip(record.fields, texts, strict=True)
    ]
    mark = record.mark.encode(layout.codec)
    if layout.delimiter is None:
        return mark + b"".join(parts)
    return layout.delimiter.encode(layout.codec).join([mark, *parts])


def _encoded(layout: Layout, field: Field, text: str) -> bytes:
    if not text.isprintable() or (layout.delimiter and layout.delimiter in text):
        raise LayoutError("含有银行文件不允许的字符")
    try:
        written = text.encode(layout.codec)
    except UnicodeEncodeError as error:
        wrong = text[error.start : error.end]
        raise LayoutError(
            f"“{wrong}”字不在银行文件的字符集（{layout.encoding.upper()}）内"
        ) from error
    if field.width is None:
        return written
    if len(written) > field.width:
        raise LayoutError(f"“{text}”超过银行文件的宽度 {field.width}")
    if field.name in COUNTS | AMOUNTS:
        return written.rjust(field.width, layout.padding.encode(layout.codec))
    return written.ljust(field.width, b" ")
