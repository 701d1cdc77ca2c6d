"""Filters of members' lists: page and API filter alike."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import (
    ConsentAct,
    DisclosureKind,
    EmployerSize,
    MembershipState,
    OrganisationForm,
    OrganisationLevel,
    OrganisationState,
    Ownership,
    PrivacyRequestKind,
    PrivacyRequestState,
    SkillGrade,
    TargetGroup,
    Trade,
)
from members.models import (
    Consent,
    Disclosure,
    Employer,
    Membership,
    Organisation,
    Person,
    PrivacyRequest,
    YearlyReturn,
)
from members.models.employer import MUST_HAVE_A_UNION
from members.queries.consent import purposes
from members.queries.membership import membership_conditions
from members.queries.person import search_conditions


class UnderFilter(django_filters.CharFilter):
    """What belongs to a union, named by its code, or to one below it."""

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """Narrow to the subtree; an unknown code finds nothing."""
        if not value:
            return qs
        union = Organisation.objects.filter(code=value).only("path").first()
        if union is None:
            return qs.none()
        reach = {
            f"{self.field_name}__gte": union.path,
            f"{self.field_name}__lt": f"{union.path}~",
        }
        return qs.filter(**reach)


def named(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """By the beginning of a code, or by the beginning of a name."""
    typed = value.strip()
    del name
    if typed.isascii():
        return rows.filter(code__startswith=typed.upper())
    return rows.filter(name__startswith=typed)


class OrganisationFilter(django_filters.FilterSet):
    """Unions by code or name, place, state, level and form."""

    search = django_filters.CharFilter(method=named, label=_("代码或名称开头"))
    under = UnderFilter(field_name="path", label=_("上级工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=OrganisationState.choices
    )
    level = django_filters.ChoiceFilter(
        label=_("层级"), choices=OrganisationLevel.choices
    )
    form = django_filters.ChoiceFilter(
        label=_("组织形式"), choices=OrganisationForm.choices
    )

    class Meta:
        model = Organisation
        fields = ("state", "level", "form")


class EmployerFilter(django_filters.FilterSet):
    """Employers by code or name, place, trade, size and whether they lack a union."""

    search = django_filters.CharFilter(method=named, label=_("代码或名称开头"))
    under = UnderFilter(field_name="keeper__path", label=_("责任工会代码"))
    lacking = django_filters.BooleanFilter(
        method="without_union", label=_("25 人以上未建会")
    )
    trade = django_filters.ChoiceFilter(label=_("行业"), choices=Trade.choices)
    ownership = django_filters.ChoiceFilter(
        label=_("经济类型"), choices=Ownership.choices
    )
    size = django_filters.ChoiceFilter(label=_("规模"), choices=EmployerSize.choices)

    class Meta:
        model = Employer
        fields = ("trade", "ownership", "size")

    def without_union(
        self, rows: QuerySet[Employer], name: str, value: object
    ) -> QuerySet[Employer]:
        """Open employers of 25 and more without a union, or all the others."""
        del name
        lacking = Q(organisation=None, closed_on=None, headcount__gte=MUST_HAVE_A_UNION)
        return rows.filter(lacking) if value else rows.exclude(lacking)


class PersonFilter(django_filters.FilterSet):
    """People by what was typed, by place, target group and skill grade."""

    q = django_filters.CharFilter(
        method="typed", label=_("姓名、拼音、首字母，或完整的身份证号、手机号")
    )
    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    group = django_filters.ChoiceFilter(
        method="of_group", choices=TargetGroup.choices, label=_("重点群体")
    )
    skill = django_filters.ChoiceFilter(
        field_name="skill_grade", choices=SkillGrade.choices, label=_("技能等级")
    )

    class Meta:
        model = Person
        fields = ("q",)

    def of_group(
        self, rows: QuerySet[Person], name: str, value: str
    ) -> QuerySet[Person]:
        """Who belongs to a target group, whatever else he belongs to."""
        del name
        return rows.filter(target_groups__contains=[value])

    def typed(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """By any of the ways to name a person."""
        del name
        return rows.filter(_any_of(search_conditions(value)))


class MembershipFilter(django_filters.FilterSet):
    """Memberships by what was typed, place and state."""

    q = django_filters.CharFilter(
        method="typed", label=_("会员编号、姓名、拼音，或完整的身份证号、手机号")
    )
    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=MembershipState.choices
    )

    class Meta:
        model = Membership
        fields = ("state",)

    def typed(
        self, rows: QuerySet[Membership], name: str, value: str
    ) -> QuerySet[Membership]:
        """By the number, or by any of the ways to name the member."""
        del name
        return rows.filter(_any_of(membership_conditions(value)))


class YearlyReturnFilter(django_filters.FilterSet):
    """Yearly returns by year, place and what is missing."""

    year = django_filters.NumberFilter(label=_("年度"))
    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    has_account = django_filters.BooleanFilter(label=_("独立账户"))

    class Meta:
        model = YearlyReturn
        fields = ("year", "has_account")


def _any_of(conditions: list[tuple[str, Q]]) -> Q:
    found = Q()
    for _order, condition in conditions:
        found |= condition
    return found


class ConsentFilter(django_filters.FilterSet):
    """What was said, by union, purpose, act and day."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    purpose = django_filters.ChoiceFilter(
        label=_("目的"),
        choices=lambda: [(one.code, one.title) for one in purposes().values()],
    )
    act = django_filters.ChoiceFilter(label=_("表示"), choices=ConsentAct.choices)
    since = django_filters.DateFilter(
        field_name="on", lookup_expr="gte", label=_("从哪天起")
    )

    class Meta:
        model = Consent
        fields = ("under", "purpose", "act", "since")


class DisclosureFilter(django_filters.FilterSet):
    """Looks by kind, place, user, person and day."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    kind = django_filters.ChoiceFilter(label=_("方式"), choices=DisclosureKind.choices)
    by_name = django_filters.CharFilter(label=_("查阅人"))
    person_name = django_filters.CharFilter(
        field_name="person__name", label=_("被查阅人")
    )
    since = django_filters.DateFilter(
        field_name="on", lookup_expr="gte", label=_("从哪天起")
    )
    until = django_filters.DateFilter(
        field_name="on", lookup_expr="lte", label=_("到哪天止")
    )

    class Meta:
        model = Disclosure
        fields = ("kind", "by_name")


class PrivacyRequestFilter(django_filters.FilterSet):
    """Requests by kind, state, place and due date."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    kind = django_filters.ChoiceFilter(
        label=_("请求"), choices=PrivacyRequestKind.choices
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=PrivacyRequestState.choices
    )
    due = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label=_("期限不晚于")
    )

    class Meta:
        model = PrivacyRequest
        fields = ("kind", "state")
