"""What a rule may speak about: the declared facts and the values they take."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

Value = Decimal | str | bool | date
Values = Mapping[str, Value | None]
Choices = tuple[tuple[str, str], ...]

YUAN = "元"
NAME_LENGTH_MAX = 50
_TRUTHS = {"true": True, "True": True, "是": True}
_FALSEHOODS = {"false": False, "False": False, "否": False}


class FactType(StrEnum):
    """The kinds of values; a choice is a text out of a declared list."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"


FACT_TYPE_LABELS = {
    FactType.NUMBER: "数字",
    FactType.TEXT: "文字",
    FactType.BOOLEAN: "是非",
    FactType.DATE: "日期",
    FactType.CHOICE: "选项",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDeclaration:
    """One fact: two names, a type, and where its value comes from.

    `unit` is "元" for money, a counting word (人 月 岁 …) or empty for a plain
    number. `meaning` says what is counted, `reference` on which date. A `positive`
    number may divide; a value of zero or less is then as good as missing.
    `choices` are (stored value, label) pairs, as Django writes them; rules may name
    either. Refused: names Python could not read, choices on another type.
    """

    name_en: str
    name: str
    type: FactType
    unit: str = ""
    meaning: str = ""
    reference: str = ""
    positive: bool = False
    choices: Choices = ()

    def __post_init__(self) -> None:
        if not self.name_en.isascii() or len(self.name_en) > NAME_LENGTH_MAX:
            raise ValueError(f"English name expected: {self.name_en!r}")
        for name in (self.name_en, self.name):
            if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
                raise ValueError(f"a rule could not name this fact: {name!r}")
        if bool(self.choices) != (self.type is FactType.CHOICE):
            raise ValueError(f"choices belong to a choice, and to it only: {self.name}")
        if self.type is not FactType.NUMBER and (self.positive or self.unit):
            raise ValueError(f"only a number has a unit or a sign: {self.name}")


Vocabulary = Mapping[str, FactDeclaration]


def vocabulary(declarations: Iterable[FactDeclaration]) -> Vocabulary:
    """Every declaration under both of its names; a name used twice is refused."""
    words: dict[str, FactDeclaration] = {}
    for declaration in declarations:
        for name in {declaration.name_en, declaration.name}:
            if name in words:
                raise ValueError(f"two facts are called {name}")
            words[name] = declaration
    return words


def read_values(
    words: Vocabulary, given: Mapping[str, object]
) -> dict[str, Value | None]:
    """Typed values by English name, from stored JSON or a worked example.

    Numbers may be written as text, dates as 2026-01-01, truth as 是/否, choices by
    label. Refused: undeclared names, floats, whatever the type cannot hold.
    """
    values: dict[str, Value | None] = {}
    for name, raw in given.items():
        declaration = words.get(name)
        if declaration is None:
            raise ValueError(f"没有名为“{name}”的事实")
        values[declaration.name_en] = _read_value(declaration, raw)
    return values


def _read_value(declaration: FactDeclaration, raw: object) -> Value | None:
    if raw is None or raw == "":
        return None
    try:
        return _READERS[declaration.type](declaration, raw)
    except (TypeError, ValueError, InvalidOperation) as error:
        label = FACT_TYPE_LABELS[declaration.type]
        raise ValueError(f"“{declaration.name}”应为{label}，读不懂：{raw}") from error


def _read_number(_: FactDeclaration, raw: object) -> Decimal:
    # A float has already lost the number that was written.
    if isinstance(raw, bool) or not isinstance(raw, Decimal | int | str):
        raise TypeError(raw)
    number = Decimal(raw)
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _read_text(_: FactDeclaration, raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    return raw


def _read_boolean(_: FactDeclaration, raw: object) -> bool:
    truth = raw if isinstance(raw, bool) else (_TRUTHS | _FALSEHOODS).get(str(raw))
    if truth is None:
        raise ValueError("neither true nor false")
    return truth


def _read_date(_: FactDeclaration, raw: object) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    return date.fromisoformat(str(raw))


def _read_choice(declaration: FactDeclaration, raw: object) -> str:
    by_label = {label: value for value, label in declaration.choices}
    value = by_label.get(str(raw), str(raw))
    if value not in dict(declaration.choices):
        raise ValueError("not among the choices")
    return value


_READERS: dict[FactType, Callable[[FactDeclaration, object], Value]] = {
    FactType.NUMBER: _read_number,
    FactType.TEXT: _read_text,
    FactType.BOOLEAN: _read_boolean,
    FactType.DATE: _read_date,
    FactType.CHOICE: _read_choice,
}
