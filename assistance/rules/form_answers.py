"""What an applicant states: read by the form's own types, and what is still missing."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from assistance.rules.scheme_form import Form
from unionportal.core.formula.declare import FactDeclaration, FactType

TEXT_LONGEST = 100
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?")
_TRUTHS = {"true": True, "是": True, "false": False, "否": False}
Answers = dict[str, str | bool]


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer that the form cannot take, with the sentence to show beside it."""

    code: str
    sentence: str


def read_answers(
    form: Form, given: Mapping[str, object]
) -> tuple[Answers, tuple[WrongAnswer, ...]]:
    """The answers as they are stored, by code; what the form does not ask is dropped.

    Numbers and dates stay text, so that the rules read the very digits; an empty
    answer is no answer.
    """
    answers: Answers = {}
    wrong: list[WrongAnswer] = []
    for field in form.fields:
        raw = given.get(field.code)
        written = str(raw).strip() if raw is not None else ""
        if not written:
            continue
        try:
            answers[field.code] = _read(field.declaration, written)
        except ValueError:
            wrong.append(WrongAnswer(field.code, _sentence(field.declaration)))
    return answers, tuple(wrong)


def _read(declaration: FactDeclaration, written: str) -> str | bool:
    return _READERS[declaration.type](declaration, written)


def _number(_: FactDeclaration, written: str) -> str:
    plain = written.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(written)
    return plain


def _day(_: FactDeclaration, written: str) -> str:
    return date.fromisoformat(written).isoformat()


def _truth(_: FactDeclaration, written: str) -> bool:
    if written.lower() not in _TRUTHS:
        raise ValueError(written)
    return _TRUTHS[written.lower()]


def _text(_: FactDeclaration, written: str) -> str:
    if len(written) > TEXT_LONGEST or not written.isprintable():
        raise ValueError(written)
    return written


def _choice(declaration: FactDeclaration, written: str) -> str:
    by_label = {label: value for value, label in declaration.choices}
    value = by_label.get(written, written)
    if value not in dict(declaration.choices):
        raise ValueError(written)
    return value


_READERS: Mapping[FactType, Callable[[FactDeclaration, str], str | bool]] = {
    FactType.NUMBER: _number,
    FactType.DATE: _day,
    FactType.BOOLEAN: _truth,
    FactType.CHOICE: _choice,
    FactType.TEXT: _text,
}


def _sentence(declaration: FactDeclaration) -> str:
    unit = f"（{declaration.unit}）" if declaration.unit else ""
    asks = {
        FactType.NUMBER: f"请填数字{unit}，如 1200.50。",
        FactType.DATE: "请填日期，如 2026-09-01。",
        FactType.BOOLEAN: "请选“是”或“否”。",
        FactType.CHOICE: "请从所列的选项里选一项。",
        FactType.TEXT: f"请写成一行，不超过 {TEXT_LONGEST} 个字。",
    }
    return f"“{declaration.name}”{asks[declaration.type]}"


def missing_of(
    form: Form, answers: Mapping[str, object], handed_in: Collection[str]
) -> tuple[str, ...]:
    """What is still to be filled in or handed in, in the order of the form."""
    fields = [
        f"填写“{field.declaration.name}”"
        for field in form.fields
        if field.is_required and field.code not in answers
    ]
    papers = [
        f"上传“{item.title}”" for item in form.asked if item.code not in handed_in
    ]
    return (*fields, *papers)


def used_once(form: Form, answers: Mapping[str, object]) -> str:
    """The paper that the answers name, written alike however it was typed.

    Empty where the scheme knows no such paper.
    """
    parts = (
        "".join(str(answers.get(code, "")).upper().split()) for code in form.unique
    )
    return "|".join(parts)
