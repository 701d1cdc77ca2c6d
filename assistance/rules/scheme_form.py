"""The application form of a scheme: its fields, its evidence, the days it is open.

A field is a fact of the rule language: what the applicant states is what the rules
read. Schemes of the population `applications` have a form, others have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistance.enums import Beneficiary, EvidenceWay
from assistance.rules.scheme_text import Passage
from unionportal.core.formula.declare import (
    FACT_TYPE_LABELS,
    FactDeclaration,
    FactType,
    Vocabulary,
    vocabulary,
)

APPLICATIONS = "applications"
_FIELD = frozenset({"code", "label", "type"})
_FIELD_OPTIONAL = frozenset({"unit", "required", "help", "choices"})
_EVIDENCE = frozenset({"code", "title", "way", "reason"})
_FIELDS_MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One question; `help` says why it is asked or where the answer stands."""

    declaration: FactDeclaration
    is_required: bool = True
    help: str = ""

    @property
    def code(self) -> str:
        """The key under which the answer is stored."""
        return self.declaration.name_en

    @property
    def type_label(self) -> str:
        """Its type in a word; a number with its unit."""
        label = FACT_TYPE_LABELS[self.declaration.type]
        unit = self.declaration.unit
        return f"{label}（{unit}）" if unit else label


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """A paper: asked for with the reason, fetched by the union, or never asked for."""

    code: str
    title: str
    way: EvidenceWay
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """Month and day on which applications begin and end, in the year of the period.

    Where the notice says so: until when an application that was sent back may be handed
    in again, and until when the money is to be paid.
    """

    opens: tuple[int, int]
    closes: tuple[int, int]
    resubmit_by: tuple[int, int] | None = None
    pay_by: tuple[int, int] | None = None

    def days_in(self, year: int) -> tuple[date, date]:
        """First and last day; an end before the beginning lies in the next year."""
        later = year + 1 if self.closes < self.opens else year
        return date(year, *self.opens), date(later, *self.closes)

    def resubmit_until(self, year: int) -> date | None:
        """The last day to hand in again; None where the scheme names none."""
        return self._after_the_close(self.resubmit_by, year)

    def pay_until(self, year: int) -> date | None:
        """The last day to pay; None where the scheme names none."""
        return self._after_the_close(self.pay_by, year)

    def _after_the_close(self, day: tuple[int, int] | None, year: int) -> date | None:
        if day is None:
            return None
        _, closes_on = self.days_in(year)
        later = closes_on.year + 1 if day < self.closes else closes_on.year
        return date(later, *day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What an applicant states and hands in, for whom, and when.

    `unique` are the fields that together name a paper (a ticket, an invoice) which is
    used once in the scheme, whoever applies and in whatever period.
    """

    beneficiary: Beneficiary
    fields: tuple[FormField, ...]
    evidence: tuple[EvidenceItem, ...]
    window: Span
    unique: tuple[str, ...] = ()

    @property
    def declarations(self) -> tuple[FactDeclaration, ...]:
        """The facts that the form adds to those of the applicant."""
        return tuple(field.declaration for field in self.fields)

    @property
    def asked(self) -> tuple[EvidenceItem, ...]:
        """The papers an applicant must hand in."""
        return tuple(one for one in self.evidence if one.way == EvidenceWay.ASKED)


def read_form(fields: Mapping[str, Passage]) -> Form | None:
    """The form and window of a scheme's text; None where its subjects are a register.

    Refused: a form on another population, applications without a form or window.
    """
    is_intake = fields["population"].text() == APPLICATIONS
    for key in ("form", "window"):
        if key in fields and not is_intake:
            raise fields[key].refuse(f"只有对象为 {APPLICATIONS} 的方案才写“{key}”")
        if key not in fields and is_intake:
            raise fields["population"].refuse(f"按申请发放的方案要写“{key}”")
    if not is_intake:
        return None
    form = fields["form"].fields(
        required=frozenset({"beneficiary", "fields", "evidence"}),
        optional=frozenset({"unique"}),
    )
    read = _read_fields(form["fields"])
    return Form(
        beneficiary=_read_beneficiary(form["beneficiary"]),
        fields=read,
        evidence=_read_evidence(form["evidence"]),
        window=_read_window(fields["window"]),
        unique=_read_unique(form["unique"], read) if "unique" in form else (),
    )


def _read_unique(passage: Passage, fields: tuple[FormField, ...]) -> tuple[str, ...]:
    required = {field.code for field in fields if field.is_required}
    found: list[str] = []
    for item in passage.items():
        code = item.slug()
        if code not in required:
            raise item.refuse(f"申请表里没有必填的“{code}”，不能用来认凭证")
        if code in found:
            raise item.refuse(f"“{code}”写了两次")
        found.append(code)
    return tuple(found)


def words_with(form: Form | None, words: Vocabulary, passage: Passage) -> Vocabulary:
    """What the rules may speak of: the population's facts and the form's own."""
    if form is None:
        return words
    for declaration in form.declarations:
        for name in (declaration.name_en, declaration.name):
            if name in words:
                raise passage.refuse(f"“{name}”已是现成的事实，申请表里不用再问")
    return {**words, **vocabulary(form.declarations)}


def _read_beneficiary(passage: Passage) -> Beneficiary:
    written = passage.text()
    if written not in Beneficiary.values:
        raise passage.refuse(f"受助人应为 {'、'.join(Beneficiary.values)} 之一")
    return Beneficiary(written)


def _read_fields(passage: Passage) -> tuple[FormField, ...]:
    items = passage.items()
    if len(items) > _FIELDS_MOST:
        raise passage.refuse(f"申请表最多 {_FIELDS_MOST} 项")
    read: list[FormField] = []
    for item in items:
        field = _read_field(item)
        taken = {name for one in read for name in _names(one)}
        if taken & set(_names(field)):
            raise item.refuse(f"“{field.declaration.name}”写了两次")
        read.append(field)
    return tuple(read)


def _names(field: FormField) -> tuple[str, str]:
    return field.declaration.name_en, field.declaration.name


def _read_field(passage: Passage) -> FormField:
    fields = passage.fields(required=_FIELD, optional=_FIELD_OPTIONAL)
    kind = fields["type"].text()
    if kind not in set(FactType):
        raise fields["type"].refuse(f"类型应为 {'、'.join(FactType)} 之一")
    try:
        declaration = FactDeclaration(
            name_en=fields["code"].slug(),
            name=fields["label"].text(longest=40),
            type=FactType(kind),
            unit=fields["unit"].text(longest=4) if "unit" in fields else "",
            meaning="申请表所填",
            choices=_read_choices(fields["choices"]) if "choices" in fields else (),
        )
    except ValueError as error:
        if type(error) is not ValueError:  # a refused passage says it better
            raise
        raise passage.refuse(_declined(FactType(kind), fields)) from error
    return FormField(
        declaration=declaration,
        is_required=fields["required"].plain() is True
        if "required" in fields
        else True,
        help=fields["help"].text(longest=120) if "help" in fields else "",
    )


def _declined(kind: FactType, fields: Mapping[str, Passage]) -> str:
    if (kind is FactType.CHOICE) != ("choices" in fields):
        return "选项（choice）要写 choices，其他类型不写"
    if kind is not FactType.NUMBER and "unit" in fields:
        return "只有数字（number）才有单位"
    return "名称只用汉字、字母和数字，不含空格和标点，规则才能引用"


def _read_choices(passage: Passage) -> tuple[tuple[str, str], ...]:
    found = tuple(
        (value.slug(), label.text(longest=40)) for value, label in passage.entries()
    )
    if len({value for value, _ in found}) < len(found) or not found:
        raise passage.refuse("选项不能为空，也不能重复")
    return found


def _read_evidence(passage: Passage) -> tuple[EvidenceItem, ...]:
    read: list[EvidenceItem] = []
    for item in passage.items():
        fields = item.fields(required=_EVIDENCE)
        code, way = fields["code"].slug(), fields["way"].text()
        if code in {one.code for one in read}:
            raise fields["code"].refuse(f"材料“{code}”写了两次")
        if way not in EvidenceWay.values:
            known = "、".join(EvidenceWay.values)
            raise fields["way"].refuse(f"材料的来源应为 {known} 之一")
        read.append(
            EvidenceItem(
                code=code,
                title=fields["title"].text(longest=40),
                way=EvidenceWay(way),
                reason=fields["reason"].text(longest=120),
            )
        )
    return tuple(read)


def _read_window(passage: Passage) -> Span:
    fields = passage.fields(
        required=frozenset({"opens", "closes"}),
        optional=frozenset({"resubmit_by", "pay_by"}),
    )
    return Span(**{name: _read_day(day) for name, day in fields.items()})


def _read_day(passage: Passage) -> tuple[int, int]:
    written = passage.text(longest=5)
    try:
        day = date.fromisoformat(f"2025-{written}")
    except ValueError as error:
        raise passage.refuse("月和日写作 07-01，不写二月二十九日") from error
    return day.month, day.day
