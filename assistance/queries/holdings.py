"""What assistance holds of a person, and the papers it must keep."""

from datetime import date

from assistance.enums import DossierState, RoundState
from assistance.models import (
    AidApplication,
    Determination,
    HouseholdDossier,
    HouseholdMember,
    Inquiry,
    Payment,
    StackingBalance,
)
from assistance.models.application import LIVE
from assistance.queries.applications import answers_in_words
from assistance.queries.payees import determinations_of_payee
from assistance.queries.visits import visits_of
from members.models import Person
from members.queries.holdings import Duty, Holding
from unionportal.core.masks import mask_id_number, mask_phone
from unionportal.core.money import show_yuan

AID = "困难帮扶"
MADE_KNOWN = (RoundState.RELEASED, RoundState.CLOSED)
# 会计档案管理办法（财政部、国家档案局令第79号）第十四条及附表：凭证三十年，自年度终了次日起。
VOUCHER_YEARS = 30
FACTS = (
    "hardship_class",
    "class_reason",
    "main_cause",
    "household_size",
    "homes_count",
    "address",
    "wage_income",
    "illness_cost",
    "disability_cost",
    "schooling_cost",
    "housing_cost",
)


def holdings_in_aid(person: Person) -> list[Holding]:
    """The household's dossier, its family and what was paid."""
    found = []
    for dossier in HouseholdDossier.objects.filter(principal=person):
        section = f"困难职工档案 {dossier.number}"
        for name in FACTS:
            shown = getattr(dossier, f"get_{name}_display", None)
            value = shown() if shown else getattr(dossier, name)
            label = str(HouseholdDossier._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            if value not in (None, ""):
                found.append(Holding(section, label, str(value), "入户核实", AID))
        found.extend(_family(section, one) for one in dossier.members.all())
        for leaving in dossier.leavings.all():
            told = f"{leaving.reason}；本人陈述：{leaving.statement or '没有'}"
            told = f"{told}；{leaving.get_state_display()} {leaving.decision}"
            found.append(
                Holding(section, f"拟退出 {leaving.told_on}", told, "告知", AID)
            )
        for visit in visits_of(dossier):
            papers = f"，材料 {len(visit.papers.all())} 份"
            told = f"{visit.visitors}：{visit.found}{papers}"
            found.append(Holding(section, str(visit), told, "入户走访", AID))
    return [
        *found,
        *_in_families(person),
        *_applications(person),
        *_answers(person),
        *_paid(person),
        *_stacked(person),
    ]


def _applications(person: Person) -> list[Holding]:
    """What he applied for and said, and where somebody applied for him."""
    found = []
    rows = AidApplication.objects.filter(applicant=person).select_related(
        "window__version__scheme", "scheme"
    )
    for one in rows.prefetch_related("household"):
        section = f"帮扶申请 {one.pk}"
        number = one.id_number or ""
        told = f"{one.scheme}，{one.get_state_display()}"
        found.append(Holding(section, "申请", told, "本人申请", AID))
        if one.subject_name and one.id_number_index != person.id_number_index:
            subject = f"{one.subject_name} {number}".strip()
            masked = f"{one.subject_name} {mask_id_number(number)}".strip()
            found.append(Holding(section, "受助人", subject, "本人申报", AID, masked))
        for label, said in answers_in_words(one):
            found.append(Holding(section, label, said, "本人申报", AID))
        named = [row for row in one.household.all() if row.dossier_id is None]
        found.extend(_family(section, member) for member in named)
    for_him = AidApplication.objects.filter(subject=person).exclude(applicant=person)
    for one in for_him.select_related("scheme").defer("id_number"):
        told = f"{one.scheme}，由家人申请，{one.get_state_display()}"
        found.append(Holding(f"帮扶申请 {one.pk}", "受助人", told, "家人申报", AID))
    return found


def _family(section: str, member: HouseholdMember) -> Holding:
    """A further person of his household, as he named him."""
    number, phone = member.id_number or "", member.phone or ""
    income = member.yearly_income
    rest = (
        member.identity,
        member.place,
        str(member.get_health_display()),
        "" if income is None else f"年收入 {show_yuan(income)} 元",
    )

    def told(*hidden: str) -> str:
        return " ".join(one for one in (member.name, *hidden, *rest) if one)

    masked = told(mask_id_number(number), mask_phone(phone) if phone else "")
    label = str(member.get_relation_display())
    return Holding(section, label, told(number, phone), "本人申报", AID, masked)


def _in_families(person: Person) -> list[Holding]:
    """Where another household has named him; nothing of that household is told."""
    rows = HouseholdMember.objects.filter(id_number_index=person.id_number_index)
    return [
        Holding(
            "其他家庭的困难职工档案",
            str(one.get_relation_display()),
            f"{one.name}，作为家庭成员登记",
            "申请人申报",
            AID,
        )
        for one in rows.defer("id_number")
    ]


def _answers(person: Person) -> list[Holding]:
    """What was decided on the person's household and made known; what he asked."""
    told = determinations_of_payee(person.pk).filter(round__state__in=MADE_KNOWN)
    rows = told.select_related("round__version__scheme", "round__period").defer("facts")
    found = [
        Holding(
            "帮扶认定", one.round.occasion, _outcome(one), "按方案测算、人工核定", AID
        )
        for one in rows
    ]
    asked = [
        Holding(
            "咨询", f"{one.asked_on:%Y-%m-%d}", one.text, "本人提问", "答复本人咨询"
        )
        for one in Inquiry.objects.filter(person=person)
    ]
    return [*found, *asked]


def _outcome(row: Determination) -> str:
    told = str(row.get_outcome_display())
    return f"{told}，{show_yuan(row.decided_amount)} 元" if row.decided_amount else told


def _paid(person: Person) -> list[Holding]:
    rows = Payment.objects.filter(claim__payee=person).order_by("year", "id")
    return [
        Holding(
            "发放",
            one.reference,
            f"{show_yuan(one.amount)} 元，{one.get_state_display()}",
            "发放批次",
            AID,
        )
        for one in rows.select_related("claim")
    ]


def _stacked(person: Person) -> list[Holding]:
    """What several schemes came to, where a rule caps them together."""
    rows = StackingBalance.objects.filter(human=person, count__gt=0)
    return [
        Holding(
            "同类帮扶合计",
            f"{one.year} 年 {one.code}",
            f"{one.count} 次，{show_yuan(one.amount)} 元",
            "发放批次",
            AID,
        )
        for one in rows.order_by("year", "code")
    ]


def duties_in_aid(person: Person) -> list[Duty]:
    """An open dossier and an application under way go on; a payment is a voucher for thirty years."""
    found = []
    dossiers = HouseholdDossier.objects.filter(principal=person)
    if dossiers.filter(state=DossierState.ON_FILE).exists():
        found.append(Duty("困难职工档案在档，要删除请先退出", "正在办理的帮扶", None))
    if AidApplication.objects.filter(applicant=person, state__in=LIVE).exists():
        found.append(Duty("帮扶申请正在办理，要删除请先撤回", "正在办理的帮扶", None))
    years = Payment.objects.filter(claim__payee=person).values_list("year", flat=True)
    last = max(years, default=None)
    if last is not None:
        until = date(last + VOUCHER_YEARS, 12, 31)
        found.append(Duty("帮扶款发放凭证", "会计档案管理办法第十四条", until))
    return found
