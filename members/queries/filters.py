"""Filters of members' lists: page and API filter alike."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import (
    EmployerSize,
    OrganisationForm,
    OrganisationLevel,
    OrganisationState,
    Ownership,
    Trade,
)
from members.models import Employer, Organisation
from members.models.employer import MUST_HAVE_A_UNION


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
