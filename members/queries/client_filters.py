"""Filters of the lists that county systems read. No number is ever in an address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from members.enums import FlagState, MembershipState
from members.models import Employer, Membership, Person, UnionFlag
from members.queries.filters import EmployerFilter, OrganisationFilter, UnderFilter
from unionportal.core.models.messages import MessageState

# A boolean filter takes any word for "not said"; a system is told of its mistake.
YES_OR_NO = (("true", _("是")), ("false", _("否")))


LARGEST_ID = 2**62


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
class IdFilter(django_filters.NumberFilter):
    """A whole number that may be an id; the description says its limits."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class ClientOrganisationFilter(OrganisationFilter):
    """Unions as systems ask for them."""

    external_id = django_filters.CharFilter(label=_("外部编号"))


class ClientEmployerFilter(EmployerFilter):
    """Employers as systems ask for them."""

    lacking = django_filters.ChoiceFilter(
        method="lacks", choices=YES_OR_NO, label=_("25 人以上未建会")
    )

    external_id = django_filters.CharFilter(label=_("外部编号"))

    def lacks(
        self, rows: QuerySet[Employer], name: str, value: str
    ) -> QuerySet[Employer]:
        """As on the page, by a word that says yes or no."""
        return self.without_union(rows, name, value == "true")


class ClientPersonFilter(django_filters.FilterSet):
    """People by union, name and the client's own id. No number is ever in an address."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    name = django_filters.CharFilter(
        field_name="name", lookup_expr="startswith", label=_("姓名开头")
    )
    external_id = django_filters.CharFilter(label=_("外部编号"))
    merged = django_filters.ChoiceFilter(
        method="led_on", choices=YES_OR_NO, label=_("已合并")
    )

    class Meta:
        model = Person
        fields = ("name",)

    def led_on(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """Those that lead to another registration, or all the others."""
        del name
        return rows.filter(merged_into__isnull=value != "true")


class ClientMembershipFilter(django_filters.FilterSet):
    """Memberships by union, state, number and person."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("会籍状态"), choices=MembershipState.choices
    )
    number = django_filters.CharFilter(label=_("会员编号"))

    class Meta:
        model = Membership
        fields = ("state", "number")


class ClientFlagFilter(django_filters.FilterSet):
    """Flags of censuses by union, kind, state and day."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    rule = django_filters.CharFilter(label=_("问题代码"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=FlagState.choices)
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lt", label=_("期限早于")
    )

    class Meta:
        model = UnionFlag
        fields = ("rule", "state")


class ClientMessageFilter(django_filters.FilterSet):
    """Messages by state and person."""

    state = django_filters.ChoiceFilter(label=_("状态"), choices=MessageState.choices)
    person = IdFilter(field_name="person_id", label=_("人员"))
