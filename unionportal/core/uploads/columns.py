"""What a table handed in has to look like: columns, their checks, what becomes of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.registry import Registry
from unionportal.core.secrets import blind_index_many, seal_many
from unionportal.core.verdict import Verdict

Errors = list[tuple[str, str, str]]  # column, sentence, code
REQUIRED, UNREADABLE = "required", "unreadable"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MARK = "#"
_TOO_LONG = f"{_MARK}数字过长"


def as_it_is(text: str) -> str:
    """A column without a form of its own."""
    return text


Read = Callable[[str], str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the uploader's sheet.

    `read` brings the text of a cell to the form that is kept, or refuses; what else it
    reads from the text (a birth date) it gives by name. A column with `seal_as` (the
    context of the sealed field) is staged sealed, with its blind index of kind
    `index_as` beside it under `<key>_index`.
    """

    key: str
    title: str
    read: Read = as_it_is
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hint: str = ""
    width: int = 16
    longest: int = 200
    seal_as: str = ""
    index_as: str = ""


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of table, and the two set-wise steps behind it.

    `key` names the staged value by which a row is known (an index for sealed ones), or
    several parted by blanks; a file may hold it once. `judge` compares the staged rows (`upload_row`) with the
    tables and writes verdicts and errors; `apply` carries out what was judged new or
    changed. Both run inside a transaction of the caller.
    """

    code: str
    label: str
    columns: tuple[Column, ...]
    key: str
    may: Callable[[Actor], Verdict]
    judge: Callable[[Actor, date], None]
    apply: Callable[[Actor, date], None]
    example: Mapping[str, str] = field(default_factory=dict)


_kinds: Registry[ImportKind] = Registry("import kind")


def register_import(kind: ImportKind) -> ImportKind:
    """Register a kind of table; called in ``AppConfig.ready()``."""
    _kinds.add(kind.code, kind)
    return kind


def import_kinds() -> tuple[ImportKind, ...]:
    """Every kind of table that can be handed in."""
    return tuple(_kinds)


def import_kind(code: str) -> ImportKind:
    """The kind of a code. Refuses one that this version does not know."""
    found = _kinds.get(code)
    if found is None:
        raise Refusal("没有这种导入，请从导入页面重新选择。", code="unknown")
    return found


@dataclass(frozen=True, slots=True)
class Head:
    """Which cell of a row belongs to which column; `ignored` are heads not known."""

    places: tuple[tuple[int, Column], ...]
    ignored: tuple[str, ...]


def read_head(cells: Sequence[str], columns: Iterable[Column]) -> Head:
    """Match a head row with the columns, in any order, with or without the star.

    Refuses a missing required column, and a column that stands twice.
    """
    named = {
        _plain(name): column
        for column in columns
        for name in (column.title, *column.aliases)
    }
    found: dict[str, int] = {}
    places, ignored = [], []
    for place, cell in enumerate(cells):
        column = named.get(_plain(cell))
        if column is None:
            ignored += [cell] if cell else []
            continue
        if column.key in found:
            raise _refusal(f"列“{column.title}”出现了两次，请只保留一列。")
        found[column.key] = place
        places.append((place, column))
    missing = [c.title for c in columns if c.is_required and c.key not in found]
    if missing:
        raise _refusal(
            f"缺少必需的列：{'、'.join(missing)}。第一行应为列名，请对照模板核对。"
        )
    return Head(tuple(places), tuple(ignored))


@dataclass(slots=True)
class CheckedRow:
    """A row after its own checks: what is staged, and what is wrong with it."""

    number: int
    record: dict[str, str]
    errors: Errors


def check_rows(head: Head, rows: Sequence[tuple[int, list[str]]]) -> list[CheckedRow]:
    """Check many rows column by column; sealed columns are sealed in one go."""
    checked = [CheckedRow(number, {}, []) for number, _cells in rows]
    for place, column in head.places:
        cells = (cells[place] if place < len(cells) else "" for _n, cells in rows)
        _check_column(column, checked, cells)
        if column.seal_as:
            _seal(column, checked)
    return checked


def _check_column(
    column: Column, rows: Iterable[CheckedRow], cells: Iterable[str]
) -> None:
    key, read, longest = column.key, column.read, column.longest
    for row, text in zip(rows, cells, strict=True):
        if not text:
            if column.is_required:
                row.errors.append((key, f"“{column.title}”不能为空。", REQUIRED))
            continue
        try:
            if (
                not text.isprintable()
                or text[0] == _MARK
                or len(text) > longest
                or column.choices
            ):
                _require_fit(column, text)
            found = read(text)
        except Refusal as refusal:
            row.errors.append((key, str(refusal), _code_of(refusal)))
            continue
        if isinstance(found, str):
            row.record[key] = found
        else:
            row.record.update(found)


def _code_of(refusal: Refusal) -> str:
    """A cell's code: that of its reader, where the reader has one of its own."""
    plain = {"upload", "refused", "value"}
    return UNREADABLE if refusal.code in plain else refusal.code


def _require_fit(column: Column, text: str) -> None:
    if text.startswith(_TOO_LONG):
        raise _refusal(
            f"“{column.title}”被 Excel 存成了数字，末几位已经丢失；"
            "请把整列设为文本格式后重新填写。"
        )
    if len(text) > column.longest:
        raise _refusal(f"“{column.title}”超过 {column.longest} 个字，请缩短。")
    if _CONTROL.search(text):
        raise _refusal(f"“{column.title}”含有看不见的控制字符，请重新输入。")
    if column.choices and text not in column.choices:
        raise _refusal(f"“{column.title}”应为：{'、'.join(column.choices)}。")


def _seal(column: Column, rows: Sequence[CheckedRow]) -> None:
    if settings.BLIND_INDEX_OTHER_KEY:
        raise _refusal("正在更换检索密钥，含身份证号、手机号的名单请稍后再导入。")
    filled = [row for row in rows if column.key in row.record]
    plains = [row.record[column.key] for row in filled]
    sealed = seal_many(plains, context=column.seal_as)
    indexes = blind_index_many(plains, kind=column.index_as)
    for row, value, index in zip(filled, sealed, indexes, strict=True):
        row.record[column.key] = value.hex()
        row.record[f"{column.key}_index"] = index


def _plain(head: str) -> str:
    return head.strip().strip("*＊ ").replace(" ", "")


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, code="upload", field="file")
