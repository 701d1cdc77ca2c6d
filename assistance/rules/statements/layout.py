"""Statement layouts: what a bank's statements look like, in `assistance/banks/statements`.

They are a channel of their own: another declaration, another folder and another verb
than the return files, with which they share the way in which lines are taken apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from assistance.rules.banks.layout import Field, FileForm, Layout, Record

FOLDER = Path(__file__).resolve().parents[2] / "banks" / "statements"
WHOLE = frozenset({"account", "from", "to", "opening", "closing"})
OPTIONAL = frozenset({"count", "debit_total", "credit_total"})
ONE_AMOUNT = frozenset({"side", "amount"})
TWO_AMOUNTS = frozenset({"debit", "credit"})
LINE = frozenset({"number", "date", "balance", "counterparty", "reference", "summary"})
SIDES = frozenset({"in", "out"})
KINDS = frozenset({"fee", "interest"})


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """One bank's statements. ``sides`` is empty where debit and credit have columns."""

    code: str
    title: str
    file: Layout
    form: FileForm
    sides: Mapping[str, str]
    kinds: Mapping[str, str]

    @property
    def side_code(self) -> Mapping[str, str]:
        """The bank's sign for each side."""
        return {side: code for code, side in self.sides.items()}


@cache
def statement_layouts() -> Mapping[str, StatementLayout]:
    """Every layout in the folder by its code, which is the file's name."""
    found = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}
    return MappingProxyType(found)


def _read(path: Path) -> StatementLayout:
    """Read and check a declaration; a wrong one is a fault of the program."""
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    trailer = told.get("trailer")
    form = FileForm(
        name=told["name"],
        header=_record(told["header"]),
        line=_record(told["line"]),
        trailer=_record(trailer) if trailer else None,
    )
    layout = StatementLayout(
        code=path.stem,
        title=told["title"],
        file=_file(path.stem, told, form),
        form=form,
        sides={str(k): str(v) for k, v in told.get("sides", {}).items()},
        kinds={str(k): str(v) for k, v in told.get("kinds", {}).items()},
    )
    if _is_wrong(layout):
        raise ValueError(f"{path.name}: columns")
    return layout


def _file(code: str, told: Mapping[str, Any], form: FileForm) -> Layout:
    """What taking a file apart needs; statements have no results."""
    return Layout(
        code=code,
        title=told["title"],
        encoding=told["encoding"],
        newline=told["newline"],
        delimiter=told.get("delimiter"),
        unit=told["unit"],
        instruction=form,
        answer=form,
        results={},
        reasons={},
    )


def _record(told: Mapping[str, Any]) -> Record:
    fields = []
    for each in told["fields"]:
        if isinstance(each, str):
            fields.append(Field(each))
        else:
            ((name, width),) = each.items()
            fields.append(Field(name, int(width)))
    return Record(str(told["mark"]), tuple(fields))


def _is_wrong(layout: StatementLayout) -> bool:
    """Whether a column is missing or unknown, or a code means nothing."""
    form = layout.form
    whole = {*form.header_names, *form.trailer_names}
    amounts = ONE_AMOUNT if layout.sides else TWO_AMOUNTS
    return (
        not WHOLE <= whole <= WHOLE | OPTIONAL
        or set(form.line.names) != LINE | amounts
        or not set(layout.sides.values()) <= SIDES
        or not set(layout.kinds.values()) <= KINDS
    )
