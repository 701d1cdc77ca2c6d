"""What a census may know of a union: the facts that the conditions of flags name."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from members.enums import MembershipState, Office, OrganisationLevel
from members.models import (
    Employer,
    LegalCertificate,
    Membership,
    Officer,
    OfficeTerm,
    YearlyReturn,
)
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import FactDeclaration, FactType

_NUMBER, _TRUTH = FactType.NUMBER, FactType.BOOLEAN
_RETURN = "最近一份年度报表：普查当年或上一年的"


def census_declarations() -> tuple[FactDeclaration, ...]:
    """The facts about a union; labels are spoken in the language of the flags."""
    level = FactDeclaration(
        name_en="level",
        name="层级",
        type=FactType.CHOICE,
        choices=tuple(
            (value, str(label)) for value, label in OrganisationLevel.choices
        ),
        meaning="工会组织登记的层级",
    )
    return (level, *_standing(), *_people(), *_returns())


def _standing() -> tuple[FactDeclaration, ...]:
    return (
        _truth("has_chair", "有在任主席", "登记有在任的主席", "普查日"),
        _count(
            "term_days_over",
            "任期超过天数",
            "天",
            "现任一届应换届（或同意延期）之日至普查日；没有登记任期即为缺少",
        ),
        _count("age_days", "成立天数", "天", "成立日期至普查日；成立日期不明即为缺少"),
        _truth("has_code", "有工会代码", "登记过法人资格证书及其代码", "普查日"),
        _truth(
            "has_unions_below", "有下级工会", "名下还有分会、小组等下级工会", "普查当时"
        ),
        _truth(
            "employers_closed",
            "所属单位均已停业",
            "登记有所覆盖的用人单位，且全部已停业",
            "普查日",
        ),
    )


def _people() -> tuple[FactDeclaration, ...]:
    return (
        _count(
            "members_count",
            "会员人数",
            "人",
            "会籍在本工会、状态为会员的人数",
            "普查当时",
        ),
        FactDeclaration(
            name_en="staff_count",
            name="职工人数",
            type=_NUMBER,
            unit="人",
            positive=True,
            meaning="所覆盖的未停业用人单位登记的职工人数之和；没有登记的取年度报表所填",
            reference="普查日",
        ),
        _count(
            "chair_unions",
            "同一主席工会数",
            "家",
            "本工会主席（按登记的人员）同时在任主席的工会数，含本工会",
            "普查日",
        ),
        _count(
            "phone_unions",
            "同一电话工会数",
            "家",
            "在任主席登记了同一手机号的工会数，含本工会",
            "普查日",
        ),
    )


def _returns() -> tuple[FactDeclaration, ...]:
    return (
        _truth(
            "has_return", "已填年度报表", "普查当年或上一年的年度报表已填报", _RETURN
        ),
        _truth("has_account", "有独立账户", "年度报表所填；没有报表即为缺少", _RETURN),
        _count("dues_due", "应缴经费", "元", "年度报表所填", _RETURN),
        _count("dues_paid", "已缴经费", "元", "年度报表所填", _RETURN),
        _count("activity_count", "活动次数", "次", "年度报表所填", _RETURN),
    )


def _truth(name_en: str, name: str, meaning: str, reference: str) -> FactDeclaration:
    return FactDeclaration(
        name_en=name_en, name=name, type=_TRUTH, meaning=meaning, reference=reference
    )


def _count(
    name_en: str, name: str, unit: str, meaning: str, reference: str = "普查日"
) -> FactDeclaration:
    return FactDeclaration(
        name_en=name_en,
        name=name,
        type=_NUMBER,
        unit=unit,
        meaning=meaning,
        reference=reference,
    )


# --- where the values lie


def _census_facts(_: QuerySet[Any, Any], as_of: date) -> Mapping[str, Expression | F]:
    own = OuterRef("pk")
    open_firm = Q(closed_on=None) | Q(closed_on__gt=as_of)
    firms = Employer.objects.filter(organisation=own).order_by()
    filed = YearlyReturn.objects.filter(
        organisation=own, year__in=(as_of.year - 1, as_of.year)
    ).order_by("-year")
    certified = LegalCertificate.objects.filter(organisation=own, issued_on__lte=as_of)
    return {
        "level": F("level"),
        "has_chair": _truth_of(Q(Exists(_chairs(as_of).filter(organisation=own)))),
        "term_days_over": _term_days_over(as_of),
        "age_days": _days(as_of, F("founded_on")),
        "has_code": _truth_of(Q(Exists(certified))),
        "has_unions_below": _truth_of(Q(numchild__gt=0)),
        "employers_closed": _truth_of(
            Q(Exists(firms)) & ~Q(Exists(firms.filter(open_firm)))
        ),
        "members_count": Coalesce(_members(), Value(0)),
        "staff_count": Coalesce(
            _one(firms.filter(open_firm), Sum("headcount")),
            _first(filed, "staff_count"),
        ),
        "chair_unions": _sharing(as_of, "person_id"),
        "phone_unions": _sharing(as_of, "person__phone_index"),
        "has_return": _truth_of(Q(Exists(filed))),
        **{
            name: _first(filed, name)
            for name in ("has_account", "dues_due", "dues_paid", "activity_count")
        },
    }


def _truth_of(condition: Q) -> Expression:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _days(as_of: date, since: Expression | F) -> Expression:
    """Days from a date to the day of the census."""
    day = Cast(Value(as_of), DateField())
    return Func(
        day,
        since,
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )


def _chairs(as_of: date) -> QuerySet[Officer]:
    return Officer.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=as_of),
        office=Office.CHAIR,
        starts_on__lte=as_of,
    ).order_by()


def _term_days_over(as_of: date) -> Expression:
    """Days since the present term was due, less than one while it runs."""
    terms = OfficeTerm.objects.filter(
        organisation=OuterRef("pk"), starts_on__lte=as_of
    ).annotate(over=_days(as_of, Coalesce("delayed_to", "due_on")))
    return _first(terms.order_by("-number"), "over")


def _first(rows: QuerySet[Any, Any], column: str) -> Expression:
    """A column of the first row; missing where there is none."""
    return cast("Expression", Subquery(rows.values(column)[:1]))


def _members() -> Expression:
    members = Membership.objects.filter(
        organisation=OuterRef("pk"), state=MembershipState.MEMBER
    )
    return _one(members.order_by(), Count("pk"))


def _one(rows: QuerySet[Any, Any], total: Expression) -> Expression:
    """A total over the rows of one union; missing where there are none."""
    return _first(rows.values("organisation").annotate(n=total), "n")


def _sharing(as_of: date, column: str) -> Expression:
    """How many unions have a chair with the same value in a column as this one's."""
    own = _chairs(as_of).filter(organisation=OuterRef(OuterRef("pk")))
    alike = _chairs(as_of).filter(**{column: Subquery(own.values(column)[:1])})
    named = alike.exclude(**{column: ""}) if "__" in column else alike
    unions = Count("organisation", distinct=True)
    return _first(named.values(one=Value(1)).annotate(n=unions), "n")


CENSUS_SHEET = "census"


def census_sheet() -> FactSheet:
    """The facts of a census, for the registry."""
    return FactSheet(
        name=CENSUS_SHEET,
        title="工会组织普查",
        declarations=census_declarations(),
        expressions=_census_facts,
    )
