"""The rows of a long staff list as markup: plain tuples in, no object and no template.

A template asks five hundred times for a value of fifty rows; this writes them in a
tenth of the time. Whatever a row holds is escaped; only words of the programme are not.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from operator import itemgetter
from typing import Any

from django.utils.safestring import SafeString, mark_safe

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a list: its head, which columns it reads, how they are shown.

    `shown` answers with plain text; a cell that `is_markup` with markup, in which it
    has escaped what the row holds.
    """

    title: str
    source: str | tuple[str, ...]
    shown: Callable[..., object] | None = None
    is_number: bool = False
    is_markup: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """What to ask the database for."""
        return (self.source,) if isinstance(self.source, str) else self.source


Row = tuple[Any, ...]


def sources_of(cells: Sequence[Cell]) -> list[str]:
    """What to ask the database for: the key first, then every column once."""
    return list(
        dict.fromkeys(["pk", *(name for cell in cells for name in cell.sources)])
    )


def head_of(cells: Sequence[Cell]) -> SafeString:
    """The head of the table."""
    told = [
        f"<th{' class=number' if cell.is_number else ''}>{escape(cell.title)}</th>"
        for cell in cells
    ]
    return mark_safe(f"<tr>{''.join(told)}</tr>")  # noqa: S308 - escaped above


def body_of(cells: Sequence[Cell], rows: Iterable[Row], *, link: str) -> SafeString:
    """The rows; the first cell leads to the record: `link` bears {pk}."""
    sources = sources_of(cells)
    first, *others = [(_reader(cell, sources), cell) for cell in cells]
    before, after = link.split("{pk}")
    opened = f'<tr><th scope="row"><a href="{before}'
    parts = [
        ("<td class=number>" if cell.is_number else "<td>", read)
        for read, cell in others
    ]
    name = first[0]
    lines = []
    for row in rows:
        told = "".join([f"{begin}{read(row)}</td>" for begin, read in parts])
        lines.append(f'{opened}{row[0]}{after}">{name(row)}</a></th>{told}</tr>')
    return mark_safe("".join(lines))  # noqa: S308 - each cell escapes what it shows


def _reader(cell: Cell, sources: list[str]) -> Callable[[Row], str]:
    places = [sources.index(name) for name in cell.sources]
    read: Callable[[Row], Any] = itemgetter(*places)
    shown = cell.shown
    if shown is None:
        return lambda row: _plain(read(row))
    if cell.is_markup:
        return lambda row: str(shown(*[row[place] for place in places]))
    return lambda row: _plain(shown(*[row[place] for place in places]))


def _plain(value: object) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return value.isoformat()
    return escape(str(value))
