"""Filters of the lists that county systems read. No number is ever in an address."""

import django_filters
from django.utils.translation import gettext_lazy as _

from members.enums import MembershipState
from members.models import Membership, Person
from members.queries.filters import EmployerFilter, OrganisationFilter, UnderFilter


class ClientOrganisationFilter(OrganisationFilter):
    """Unions as systems ask for them."""

    external_id = django_filters.CharFilter(label=_("外部编号"))


class ClientEmployerFilter(EmployerFilter):
    """Employers as systems ask for them."""

    external_id = django_filters.CharFilter(label=_("外部编号"))


class ClientPersonFilter(django_filters.FilterSet):
    """People by union, name and the client's own id. No number is ever in an address."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    name = django_filters.CharFilter(
        field_name="name", lookup_expr="startswith", label=_("姓名开头")
    )
    external_id = django_filters.CharFilter(label=_("外部编号"))
    merged = django_filters.BooleanFilter(
        field_name="merged_into", lookup_expr="isnull", exclude=True, label=_("已合并")
    )

    class Meta:
        model = Person
        fields = ("name",)


class ClientMembershipFilter(django_filters.FilterSet):
    """Memberships by union, state, number and person."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("会籍状态"), choices=MembershipState.choices
    )
    number = django_filters.CharFilter(label=_("会员编号"))
    person = django_filters.NumberFilter(
        field_name="person_id", label=_("人员"), min_value=1, max_value=2**62
    )

    class Meta:
        model = Membership
        fields = ("state", "number")
