"""Forms on paper: 困难职工建档申请表, 入户调查表, 审批表; what is known, lines for the rest.

The values are those of templates/documents/form.typ. ID numbers are masked, but for the
person whose numbers the reader has asked to see and was written down for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistance.enums import ExportedList
from assistance.models import AidApplication, HouseholdDossier, HouseholdMember
from assistance.queries.applications import answers_in_words, form_of, papers_by_item
from assistance.queries.households import named_in
from assistance.queries.intakes import leads_to_dossier
from assistance.rules.household import COSTS, INCOMES
from members.models import Person
from members.queries.disclosure import unmasked_until
from unionportal.core.actor import Actor
from unionportal.core.documents import render_pdf
from unionportal.core.masks import mask_id_number, mask_phone
from unionportal.core.money import show_yuan
from unionportal.core.qr import qr_svg

Facts = list[tuple[str, str]]
Section = dict[str, object]
UNKNOWN = "尚不清楚"
TRUTHS = {True: "有", False: "没有", None: UNKNOWN}
DAY = "　　年　月　日"
MEMBERS = ("姓名", "关系", "身份证号", "身份", "学校或单位", "健康", "年收入（元）")
SPARE_MEMBERS = 2
NUMBERED = {
    ExportedList.APPLICATION_FORM: "SQ",
    ExportedList.AID_FORM: "SQ",
    ExportedList.VISIT_FORM: "RH",
    ExportedList.APPROVAL_FORM: "SP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form that is printed: which, of which record, where that record is seen."""

    what: ExportedList
    number: str
    address: str
    organisation: str
    by: Actor
    on: date
    mark: str

    def pdf(self, sections: Sequence[Section], signs: Sequence[Section]) -> bytes:
        """The form with its number and code (templates/documents/form.typ)."""
        return render_pdf(
            "form",
            {
                "title": str(self.what.label).removesuffix("（打印）"),
                "number": f"{NUMBERED[self.what]}-{self.number}",
                "address": self.address,
                "qr": qr_svg(self.address),
                "organisation": self.organisation,
                "printed_by": self.by.name,
                "printed_on": self.on.isoformat(),
                "mark": self.mark,
                "sections": sections,
                "signs": signs,
            },
        )


def reads_in_full(actor: Actor, person: Person) -> bool:
    """Whether this reader may have the person's numbers unmasked now, being written down."""
    return (
        actor.user_id is not None
        and unmasked_until(actor.user_id, person.pk) is not None
    )


def person_facts(person: Person, actor: Actor) -> Facts:
    """Name and numbers of the one whom a form is about."""
    whole = reads_in_full(actor, person)
    number, phone = person.id_number or "", person.phone or ""
    return [
        ("姓名", person.name),
        ("身份证号", number if whole else mask_id_number(number)),
        ("手机", phone if whole else mask_phone(phone) if phone else ""),
    ]


def member_table(members: Iterable[HouseholdMember], *, spare: int = 0) -> Section:
    """The further people of the household, and lines for those not yet known."""
    rows = [
        [
            one.name,
            str(one.get_relation_display()),
            mask_id_number(one.id_number) if one.id_number else "",
            one.identity,
            one.place,
            str(one.get_health_display()),
            UNKNOWN if one.yearly_income is None else show_yuan(one.yearly_income),
        ]
        for one in members
    ]
    rows += [[""] * len(MEMBERS)] * spare
    return section("家庭成员", heads=list(MEMBERS), wide=(3, 4), rows=rows)


def household_facts(dossier: HouseholdDossier) -> Facts:
    """What a dossier says of its household, as its form asks it."""
    return [
        ("户口", str(dossier.get_residence_display())),
        ("家庭住址", dossier.address),
        ("家庭人口", f"{dossier.household_size} 人"),
        (
            "住房套数",
            UNKNOWN if dossier.homes_count is None else f"{dossier.homes_count} 套",
        ),
        ("机动车", TRUTHS[dossier.has_vehicle]),
        ("主要致困原因", str(dossier.get_main_cause_display())),
        *(
            (
                str(HouseholdDossier._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
                UNKNOWN
                if (sum_ := getattr(dossier, name)) is None
                else f"{show_yuan(sum_)} 元",
            )
            for name in (*INCOMES, *COSTS)
        ),
    ]


def section(
    head: str,
    *,
    facts: Sequence[tuple[str, str]] = (),
    heads: Sequence[str] = (),
    wide: Sequence[int] = (),
    rows: Sequence[Sequence[str]] = (),
    lines: int = 0,
) -> Section:
    """A block of a form: pairs, a table, or empty lines; `wide` columns take the room."""
    return {
        "head": head,
        "facts": list(facts),
        "heads": list(heads),
        "wide": list(wide) or [len(heads) - 1],
        "rows": list(rows),
        "lines": lines,
    }


def sign(head: str, *, words: str = "", name: str = "", on: str = DAY) -> Section:
    """A block to sign: what is said above it, by whom and when where that is known."""
    return {"head": head, "words": words, "name": name, "on": on}


def _materials(application: AidApplication) -> Section:
    held = papers_by_item(application)
    rows = [
        [item.title, str(item.way.label), f"{len(held.get(item.code, ()))} 份"]
        for item in form_of(application.window).evidence
    ]
    return section("材料", heads=("材料", "来源", "已收"), wide=(0,), rows=rows)


PROMISE = (
    "以上内容属实。本人同意工会为核对困难情况查询本人的户籍、社保、低保等信息，"
    "并按规定公示姓名和单位。"
)


def application_form(application: AidApplication, sheet: Sheet) -> bytes:
    """申请表 of what somebody said in an application."""
    sections = [
        section(
            "申请人",
            facts=[
                *person_facts(application.applicant, sheet.by),
                ("所在工会", application.union.name),
                ("申请", str(application.window)),
                ("提交日期", _day(application.submitted_on)),
            ],
        ),
        section("申请内容", facts=list(answers_in_words(application))),
    ]
    if leads_to_dossier(application):
        sections.append(member_table(named_in(application)))
    sections.append(_materials(application))
    return sheet.pdf(sections, [sign("申请人声明", words=PROMISE), sign("受理人")])


def dossier_form(dossier: HouseholdDossier, sheet: Sheet) -> bytes:
    """申请表 of a household on file, as the file stands."""
    sections = [
        section("困难职工", facts=_file_facts(dossier, sheet)),
        section("家庭情况（收支为申请前十二个月）", facts=household_facts(dossier)),
        member_table(dossier.members.filter(moved_out_on=None)),
    ]
    return sheet.pdf(sections, [sign("申请人声明", words=PROMISE), sign("受理人")])


def _file_facts(dossier: HouseholdDossier, sheet: Sheet) -> Facts:
    return [
        *person_facts(dossier.principal, sheet.by),
        ("档案编号", dossier.number),
        ("建档工会", dossier.keeper.name),
        ("困难类别", str(dossier.get_hardship_class_display())),
        ("申请日期", _day(dossier.applied_on)),
    ]


def application_visit_form(application: AidApplication, sheet: Sheet) -> bytes:
    """入户调查表 before a dossier: what was said, and room for what is found."""
    facts = [
        *person_facts(application.applicant, sheet.by),
        ("所在工会", application.union.name),
    ]
    members = member_table(named_in(application), spare=SPARE_MEMBERS)
    said = list(answers_in_words(application))
    return _visit(sheet, facts, said, members)


def dossier_visit_form(dossier: HouseholdDossier, sheet: Sheet) -> bytes:
    """入户调查表 of a household on file: what stands there, and room for what is found."""
    members = dossier.members.filter(moved_out_on=None)
    table = member_table(members, spare=SPARE_MEMBERS)
    return _visit(sheet, _file_facts(dossier, sheet), household_facts(dossier), table)


def _visit(sheet: Sheet, facts: Facts, known: Facts, members: Section) -> bytes:
    compared = [[label, said, ""] for label, said in known]
    sections = [
        section("调查对象", facts=[*facts, ("走访日期", DAY)]),
        section(
            "家庭情况",
            heads=("项目", "申报或在档", "入户所见"),
            wide=(1, 2),
            rows=compared,
        ),
        members,
        section("走访情况和困难原因", lines=6),
        section("本人的需要和意见", lines=3),
    ]
    return sheet.pdf(
        sections,
        [sign("走访人（两人以上）"), sign("户主或本人"), sign("所在工会（盖章）")],
    )


def _day(on: date | None) -> str:
    return f"{on.year}年{on.month}月{on.day}日" if on else DAY
