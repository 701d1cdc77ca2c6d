"""Hardship dossiers: who sees which, and what rules may know of a household."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DecimalField,
    Exists,
    Expression,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from assistance.enums import (
    Cause,
    DossierState,
    FileKind,
    FileLevel,
    HardshipClass,
    Residence,
    SubjectKind,
)
from assistance.models import HouseholdDossier, PaymentClaim, Round
from assistance.queries.populations import Population
from assistance.rules.household import COSTS, INCOMES
from members.enums import AccountState, StandardKind
from members.models import BankAccount
from unionportal.core.actor import Actor
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import FactDeclaration, FactType
from unionportal.core.scope import within


def dossier_number_of(subject: str) -> Subquery:
    """The number of the dossier whose key stands in a column, for rows of other tables."""
    rows = HouseholdDossier.objects.filter(pk=OuterRef(subject)).order_by()
    return Subquery(rows.values("number")[:1])


def dossiers_visible_to(actor: Actor) -> QuerySet[HouseholdDossier]:
    """The dossiers in the reach of the actor's posts; a worker's own."""
    dossiers = HouseholdDossier.objects.order_by("id")
    if actor.kind == "worker":
        return dossiers.filter(principal_id=actor.person_id)
    return dossiers.filter(
        within(actor, "organisation__path") | within(actor, "keeper__path")
    )


# --- facts

_NUMBER, _DAY = FactType.NUMBER, FactType.DATE
_CHOICE, _TRUTH, _TEXT = FactType.CHOICE, FactType.BOOLEAN, FactType.TEXT


def _choices(labels: list[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((value, str(label)) for value, label in labels)


def hardship_declarations() -> tuple[FactDeclaration, ...]:
    """What a rule may say of a household in hardship (domain notes B1).

    Labels of choices are spoken in the language of the schemes, which is why this is
    called once, when the app is ready.
    """
    return (*_file_facts(), *_household_facts(), *_money_facts(), *_dated_facts())


def _file_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(
            name_en="hardship_class",
            name="困难类别",
            type=_CHOICE,
            choices=_choices(HardshipClass.choices),
            meaning="建档时核定的困难类别",
        ),
        FactDeclaration(
            name_en="file_level",
            name="档案级别",
            type=_CHOICE,
            choices=_choices(FileLevel.choices),
            meaning="全国级档案方可使用中央和省级财政资金",
        ),
        FactDeclaration(
            name_en="file_kind",
            name="档案类型",
            type=_CHOICE,
            choices=_choices(FileKind.choices),
            meaning="存量、增量或返困",
        ),
        FactDeclaration(
            name_en="residence",
            name="户口类型",
            type=_CHOICE,
            choices=_choices(Residence.choices),
            meaning="决定按城镇还是农村低保标准衡量",
        ),
        FactDeclaration(
            name_en="main_cause",
            name="主要致困原因",
            type=_CHOICE,
            choices=_choices(Cause.choices),
            meaning="全国统一表式的十类原因之一",
        ),
        FactDeclaration(
            name_en="already_granted",
            name="本期已有发放",
            type=_TEXT,
            meaning="同一方案、同一户、同一发生键已有的发放：由哪个工会在哪一轮安排",
            reference="测算当时",
        ),
        FactDeclaration(
            name_en="account_verified",
            name="收款账户已核验",
            type=_TRUTH,
            meaning="困难职工本人有一个经第二人核验、正在使用的收款账户；没有即为缺少",
            reference="测算当时",
        ),
    )


def _household_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(
            name_en="household_size",
            name="家庭人口",
            type=_NUMBER,
            unit="人",
            positive=True,
            meaning="共同生活的家庭成员人数，含困难职工本人",
        ),
        FactDeclaration(
            name_en="homes_count",
            name="住房套数",
            type=_NUMBER,
            unit="套",
            meaning="家庭拥有的住房套数",
        ),
        FactDeclaration(
            name_en="has_vehicle",
            name="有机动车",
            type=_TRUTH,
            meaning="家庭有机动车，残疾人代步车除外",
        ),
        FactDeclaration(
            name_en="principal_died",
            name="困难职工已去世",
            type=_TRUTH,
            meaning="困难职工本人在基准日当天或之前去世",
            reference="基准日",
        ),
    )


def _money_facts() -> tuple[FactDeclaration, ...]:
    months = "申请日期之前十二个月"
    return (
        FactDeclaration(
            name_en="net_income_per_head",
            name="家庭月人均净收入",
            type=_NUMBER,
            unit="元",
            meaning=(
                "（工资性收入＋经营净收入＋财产净收入＋转移净收入＋其他收入－医疗支出－"
                "残疾康复支出－教育支出－住房支出－必要就业成本－其他刚性支出）÷"
                "家庭人口÷12；任何一项未填即为缺少"
            ),
            reference=months,
        ),
        FactDeclaration(
            name_en="yearly_income",
            name="家庭年收入",
            type=_NUMBER,
            unit="元",
            meaning="五项收入之和，不扣支出",
            reference=months,
        ),
        FactDeclaration(
            name_en="yearly_rigid_cost",
            name="家庭年刚性支出",
            type=_NUMBER,
            unit="元",
            meaning="医疗、残疾康复、教育、住房、就业和其他刚性支出之和",
            reference=months,
        ),
        FactDeclaration(
            name_en="illness_cost",
            name="医疗支出",
            type=_NUMBER,
            unit="元",
            meaning="家庭自付的医疗支出",
            reference=months,
        ),
        FactDeclaration(
            name_en="subsistence_line",
            name="低保标准",
            type=_NUMBER,
            unit="元",
            positive=True,
            meaning="档案所在县（市、区）该户口类型的月低保标准",
            reference="申请日期",
        ),
    )


def _dated_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(name_en="applied_on", name="申请日期", type=_DAY),
        FactDeclaration(name_en="approved_on", name="建档日期", type=_DAY),
        FactDeclaration(
            name_en="rechecked_on",
            name="最近复核日期",
            type=_DAY,
            meaning="最近一次入户复核；新建档案为建档日期",
        ),
        FactDeclaration(
            name_en="birth_date",
            name="出生日期",
            type=_DAY,
            meaning="困难职工本人的出生日期",
        ),
        FactDeclaration(
            name_en="as_of",
            name="基准日",
            type=_DAY,
            meaning="本轮次按哪一天的情况认定",
        ),
    )


# --- where the values lie


class NetIncomePerHead(Func):
    """Yearly net income / members / 12, half up at 12 places.

    The dividend is written out to 30 places first, so that PostgreSQL divides far
    enough for the rounding to be the only one.
    """

    template = "ROUND(ROUND(%(expressions)s * 12), 12)"
    arg_joiner = ", 30) / ("
    output_field = DecimalField(max_digits=30, decimal_places=12)


def _total(columns: tuple[str, ...]) -> Combinable:
    return reduce(add, (F(column) for column in columns))


def _yuan(amount: Combinable) -> Expression:
    field: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
    return Func(amount, template="(%(expressions)s)", output_field=field)


_AS_THEY_STAND = (
    *("hardship_class", "file_level", "file_kind", "residence", "main_cause"),
    *("household_size", "homes_count", "has_vehicle", "illness_cost"),
    *("applied_on", "approved_on", "rechecked_on", "already_granted"),
)


def _hardship_facts(_: QuerySet[Any, Any], as_of: date) -> Mapping[str, Expression | F]:
    day = Cast(Value(as_of), DateField())
    yes, no = Value(value=True), Value(value=False)
    return {
        **{name: F(name) for name in _AS_THEY_STAND},
        "account_verified": Case(
            When(Exists(_accounts_in_use()), then=yes),
            default=None,
            output_field=BooleanField(),
        ),
        "principal_died": Case(
            When(Q(principal__died_on__lte=day), then=yes),
            default=no,
            output_field=BooleanField(),
        ),
        "net_income_per_head": NetIncomePerHead(
            _total(INCOMES) - _total(COSTS), F("household_size")
        ),
        "yearly_income": _yuan(_total(INCOMES)),
        "yearly_rigid_cost": _yuan(_total(COSTS)),
        "subsistence_line": F("line_in_force__amount"),
        "birth_date": F("principal__birth_date"),
        "as_of": day,
    }


def _accounts_in_use() -> QuerySet[BankAccount]:
    """The one verified account of the principal; no join through the person."""
    return BankAccount.objects.filter(
        person=OuterRef("principal_id"), state=AccountState.VERIFIED
    )


# What rules may also know of an applicant's household: the rest of the file's facts
# would be mistaken for the application's own.
_OF_THE_FILE_ONLY = frozenset(
    {
        *("already_granted", "account_verified", "as_of", "applied_on", "approved_on"),
        *("birth_date", "principal_died"),
    }
)


def household_declarations() -> tuple[FactDeclaration, ...]:
    """The facts of a household that another population may name."""
    declared = hardship_declarations()
    return tuple(one for one in declared if one.name_en not in _OF_THE_FILE_ONLY)


def facts_of_household(principal: str, as_of: date) -> dict[str, Any]:
    """The facts of the open dossier of the person in a column; NULL without one."""
    rows = with_line(open_dossier_of(principal, as_of))
    values = _hardship_facts(rows, as_of)
    return {
        name: Subquery(rows.annotate(fact=values[name]).values("fact")[:1])
        for name in (one.name_en for one in household_declarations())
    }


def open_dossier_of(principal: str, as_of: date) -> QuerySet[HouseholdDossier]:
    """The dossier on file, one at most, of the person in a column of another table."""
    return HouseholdDossier.objects.filter(
        principal=OuterRef(principal),
        state=DossierState.ON_FILE,
        approved_on__lte=as_of,
    ).order_by()


def on_file(*, path: str, as_of: date) -> QuerySet[HouseholdDossier]:
    """The open dossiers approved by a day, in the reach of a place in the tree."""
    return HouseholdDossier.objects.filter(
        state=DossierState.ON_FILE,
        approved_on__lte=as_of,
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    )


def hardship_subjects(round_: Round) -> QuerySet[HouseholdDossier]:
    """The register as a round sees it, with the join its facts need."""
    reach = on_file(path=round_.organisation.path, as_of=round_.as_of)
    return with_line(reach).alias(
        already_granted=earlier_grant(
            scheme_id=round_.version.scheme_id,
            occurrence=round_.occurrence,
            subject_kind=SubjectKind.HOUSEHOLD,
        )
    )


def with_line(dossiers: QuerySet[HouseholdDossier]) -> QuerySet[HouseholdDossier]:
    """With the subsistence line valid when each household applied.

    The join finds one row at most, because standards exclude overlap; it is not made
    where no rule asks for the line.
    """
    return dossiers.annotate(
        line_in_force=FilteredRelation(
            "division__standards",
            condition=Q(
                Q(division__standards__valid_to=None)
                | Q(division__standards__valid_to__gte=F("applied_on")),
                division__standards__kind=StandardKind.SUBSISTENCE_LINE,
                division__standards__residence=F("residence"),
                division__standards__valid_from__lte=F("applied_on"),
            ),
        ),
    )


def earlier_grant(
    *,
    scheme_id: int,
    occurrence: str,
    subject_kind: SubjectKind,
    subject: str = "pk",
) -> Expression:
    """Who has arranged this grant already, in words; NULL where nobody has."""
    claims = PaymentClaim.objects.filter(
        scheme=scheme_id,
        occurrence=occurrence,
        subject_kind=subject_kind,
        subject_id=OuterRef(subject),
        released=False,
    )
    # EXISTS is hashed once for the whole statement; the words are made where it hits.
    return Case(
        When(Exists(claims), then=Subquery(claims.values(words=grant_in_words()))),
        default=None,
        output_field=CharField(),
    )


def grant_in_words() -> Expression:
    """A claim in one sentence: the union that arranged it, the round, the amount."""
    pieces: tuple[Combinable, ...] = (
        F("organisation__name"),
        Value("在“"),
        F("round__period__title"),
        Value("”（轮次 "),
        Cast("round_id", CharField()),
        Value("）已安排 "),
        Cast("amount", CharField()),
        Value(" 元"),
    )
    return Concat(*pieces, output_field=CharField())


def hardship_population() -> Population:
    """All open dossiers of poor workers' households; the principal is paid."""
    sheet = FactSheet(
        name="hardship_dossiers",
        title="困难职工档案",
        declarations=hardship_declarations(),
        expressions=_hardship_facts,
    )
    return Population(
        name=sheet.name,
        title="在档困难职工家庭",
        subject_kind=SubjectKind.HOUSEHOLD,
        sheet=sheet,
        subjects=hardship_subjects,
        organisation=F("organisation_id"),
        payee=F("principal_id"),
    )
