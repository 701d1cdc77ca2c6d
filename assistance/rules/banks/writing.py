"""Writing bank files: the same values give the same bytes, always."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from operator import itemgetter
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from assistance.rules.banks.layout import (
    ACCOUNT_SUM,
    AMOUNTS,
    COUNTS,
    TEXTS,
    Cell,
    Field,
    FileForm,
    Layout,
    LayoutError,
    Record,
)
from assistance.rules.banks.markup import Template, template_of
from assistance.rules.banks.spelling import AccountSum, speller


class InstructionLine(NamedTuple):
    """One payment as the bank is told of it; amount in yuan."""

    reference: str
    account: str
    holder: str
    bank: str
    amount: Decimal
    purpose: str


PIECE = 2000  # lines
_COLUMNS = ("number", *InstructionLine._fields)
_NOT_ALLOWED = "含有银行文件不允许的字符"


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
    return b"".join(instruction_pieces(layout, instruction, lines))


def instruction_pieces(
    layout: Layout, instruction: Instruction, lines: Iterable[InstructionLine]
) -> Iterator[bytes]:
    """Yield the file piece by piece, so that a long one is never in memory whole."""
    whole: dict[str, Cell] = {
        "batch": instruction.batch,
        "date": instruction.date,
        "payer": instruction.payer,
        "count": instruction.count,
        "total": instruction.total,
    }
    rows = ((number, *line) for number, line in enumerate(lines, 1))
    places = {name: place for place, name in enumerate(_COLUMNS)}
    return write_rows(layout, layout.instruction, whole, rows, places)


def write_file(
    layout: Layout,
    form: FileForm,
    whole: Mapping[str, Cell],
    lines: Iterable[Mapping[str, Cell]],
) -> Iterator[bytes]:
    """Yield header, lines and trailer as the layout has them, one after the other."""
    places = {name: name for name in (*form.line.names, "reference", "account")}
    return write_rows(layout, form, whole, lines, places)


def write_rows(
    layout: Layout,
    form: FileForm,
    whole: Mapping[str, Cell],
    rows: Iterable[Any],
    places: Mapping[str, Any],
) -> Iterator[bytes]:
    """The same of rows in any shape, as many lines a piece as are in memory at once.

    ``places`` tells by which key a column is found in a row.
    """
    accounts, counted = AccountSum(), ACCOUNT_SUM in form.trailer_names
    names = {name: name for name in (*form.header_names, *form.trailer_names)}
    write_piece, source = _piece_writer(layout, form, places), iter(rows)
    yield layout.bom
    if form.header is not None:
        yield _part_writer(layout, form, form.header, names)(whole)
    while piece := list(islice(source, PIECE)):
        if counted:
            for row in piece:
                accounts.add(row[places["account"]])
        yield write_piece(piece)
    ended = {ACCOUNT_SUM: accounts.total, **whole}
    if form.trailer is not None:
        yield _part_writer(layout, form, form.trailer, names)(ended)


Writer = Callable[[Any], bytes]


def _piece_writer(layout: Layout, form: FileForm, places: Mapping[str, Any]) -> Writer:
    """What writes many lines: at once where nothing can be wrong, else one by one."""
    write_line = _line_writer(layout, form, places)
    write_at_once = _at_once(layout, form, places)

    def write(rows: Sequence[Any]) -> bytes:
        return write_at_once(rows) or b"".join(map(named, rows))

    def named(row: Any) -> bytes:  # noqa: ANN401 - whatever the places belong to
        try:
            return write_line(row)
        except LayoutError as error:
            raise LayoutError(f"{row[places['reference']]}：{error}") from error

    return write


def _at_once(
    layout: Layout, form: FileForm, places: Mapping[str, Any]
) -> Callable[[Sequence[Any]], bytes | None]:
    """What writes many lines column by column; None where a line needs a look."""
    if form.markup is None and layout.delimiter is None:
        return lambda _rows: None  # each cell is padded by its bytes
    template = _template_of(layout, form)
    reserved = layout.delimiter if form.markup is None else "&<>"
    may_miss = form.markup is not None and form.markup.optional
    columns = [
        (itemgetter(places[name]), None if name in TEXTS else speller(layout, name))
        for name in template.fields
    ]

    def write(rows: Sequence[Any]) -> bytes | None:
        found = ((map(take, rows), spell) for take, spell in columns)
        texts = [list(map(spell, cells) if spell else cells) for cells, spell in found]
        told = "".join(chain.from_iterable(texts))
        if not told.isprintable() or any(sign in told for sign in reserved or ""):
            return None
        if may_miss and not all(map(all, texts)):
            return None
        try:
            lines = map(template.text.__mod__, zip(*texts, strict=True))
            return "".join(lines).encode(layout.codec)
        except UnicodeEncodeError:
            return None

    return write


def _template_of(layout: Layout, form: FileForm) -> Template:
    """A whole line with places for its cells."""
    if form.markup is not None:
        found = template_of(form.markup.line.text)
        return Template(found.text + layout.newline, found.fields)
    names = form.line.names
    mark = form.line.mark.replace("%", "%%")
    text = f"{layout.delimiter}".join((mark, *["%s"] * len(names)))
    return Template(text + layout.newline, names)


def _part_writer(
    layout: Layout, form: FileForm, record: Record, places: Mapping[str, Any]
) -> Writer:
    """What writes header or trailer."""
    if form.markup is None:
        return record_writer(layout, record, places)
    part = form.markup.head if record is form.header else form.markup.tail
    return _filler(layout, template_of(part.text), places)


def _line_writer(layout: Layout, form: FileForm, places: Mapping[str, Any]) -> Writer:
    """What writes one line."""
    if form.markup is None:
        return record_writer(layout, form.line, places)
    full, bare = template_of(form.markup.line.text), template_of(form.markup.bare)
    fill, fill_bare = (_filler(layout, each, places) for each in (full, bare))
    may_miss = [places[name] for name in set(full.fields) - set(bare.fields)]
    if not may_miss:
        return fill

    def write(row: Any) -> bytes:  # noqa: ANN401 - whatever the places belong to
        is_bare = not any(row[place] for place in may_miss)
        return fill_bare(row) if is_bare else fill(row)

    return write


def _texts_of(
    layout: Layout, names: Sequence[str], places: Mapping[str, Any]
) -> Callable[[Any], list[str]]:
    """Return what takes the columns out of a row and spells them."""
    keys = [places[name] for name in names]
    take = itemgetter(*keys, *keys[:1]) if keys else tuple  # never a bare value
    size = len(keys)
    spelt = [
        (place, speller(layout, name))
        for place, name in enumerate(names)
        if name not in TEXTS
    ]

    def texts(row: Any) -> list[str]:  # noqa: ANN401 - whatever the places belong to
        found = [*take(row)][:size]
        for place, spell in spelt:
            found[place] = spell(found[place])
        return found

    return texts


def _filler(layout: Layout, template: Template, places: Mapping[str, Any]) -> Writer:
    """Return what fills in a template; what means something to XML is escaped."""
    text, codec = template.text + layout.newline, layout.codec
    texts_of = _texts_of(layout, template.fields, places)

    def fill(row: Any) -> bytes:  # noqa: ANN401 - whatever the places belong to
        texts = texts_of(row)
        told = "".join(texts)
        if not told.isprintable():
            raise LayoutError(_NOT_ALLOWED)
        if "&" in told or "<" in told or ">" in told:
            texts = [escape(each) for each in texts]
        return (text % tuple(texts)).encode(codec)

    return fill


def record_writer(layout: Layout, record: Record, places: Mapping[str, Any]) -> Writer:
    """Return what writes one line with its end."""
    texts_of = _texts_of(layout, record.names, places)
    codec, end = layout.codec, layout.newline
    between = (layout.delimiter or "").encode(codec)

    def write(row: Any) -> bytes:  # noqa: ANN401 - whatever the places belong to
        cells = zip(record.fields, texts_of(row), strict=True)
        parts = [_encoded(layout, field, text) for field, text in cells]
        return between.join([record.mark.encode(codec), *parts]) + end.encode(codec)

    return write


def _encoded(layout: Layout, field: Field, text: str) -> bytes:
    if not text.isprintable() or (layout.delimiter and layout.delimiter in text):
        raise LayoutError(_NOT_ALLOWED)
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
