"""Filters of the logs: who came in, and who did what."""

from typing import Any

import django_filters
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from members.enums import SignInMethod, SignInOutcome
from members.models import Post, SignInEntry
from unionportal.core.models import AuditEntry

OWN_APPS = frozenset(
    {
        "members",
        "assistance",
        "competitions",
        "modelworkers",
        "mediation",
        "unionportal.core",
    }
)


def day_filter(
    field: str, lookup: str, label: StrOrPromise
) -> django_filters.DateFilter:
    """A day to choose from a calendar."""
    return django_filters.DateFilter(
        field_name=field,
        lookup_expr=lookup,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def by_user(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """By the beginning of the name typed, or of the user's own name.

    `name` is the column that holds the name typed.
    """
    typed = value.strip()
    return rows.filter(
        Q(**{f"{name}__startswith": typed}) | Q(user__name__startswith=typed)
    )


def by_union(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """By the beginning of the name of a union in which the user holds or held a post."""
    del name
    typed = value.strip()
    named = Post.objects.filter(
        Q(organisation__name__startswith=typed)
        | Q(organisation__short_name__startswith=typed)
    )
    return rows.filter(user__in=named.order_by().values("user_id"))


class AddressFilter(django_filters.Filter):
    """One address, of either version; anything else is refused with a sentence."""

    field_class = forms.GenericIPAddressField


class SignInFilter(django_filters.FilterSet):
    """Sign-ins by who, how it ended, by what, from where and when."""

    search = django_filters.CharFilter(
        field_name="username", method=by_user, label=_("姓名或用户名开头")
    )
    outcome = django_filters.ChoiceFilter(
        label=_("结果"), choices=SignInOutcome.choices
    )
    method = django_filters.ChoiceFilter(label=_("方式"), choices=SignInMethod.choices)
    address = AddressFilter(label=_("网络地址"))
    since = day_filter("on", "gte", _("从"))
    until = day_filter("on", "lte", _("到"))

    class Meta:
        model = SignInEntry
        fields = ("outcome", "method")


class OnlineFilter(django_filters.FilterSet):
    """Who is on line, by name, union and address."""

    search = django_filters.CharFilter(
        field_name="user__username", method=by_user, label=_("姓名或用户名开头")
    )
    union = django_filters.CharFilter(method=by_union, label=_("任职工会开头"))
    address = AddressFilter(field_name="ip", label=_("网络地址"))

    class Meta:
        model = UserSession
        fields = ()


def kinds_of_records() -> list[tuple[str, str]]:
    """The kinds of records that the portal's own apps keep."""
    own = {app.label for app in apps.get_app_configs() if app.name in OWN_APPS}
    return sorted(
        (model._meta.label_lower, str(model._meta.verbose_name))
        for model in apps.get_models()
        if model._meta.app_label in own and not model._meta.label.endswith("Event")
    )


class OperationFilter(django_filters.FilterSet):
    """Operations by who, on what, which record and when."""

    who = django_filters.CharFilter(
        field_name="actor_name", lookup_expr="startswith", label=_("经办人开头")
    )
    kind = django_filters.ChoiceFilter(
        field_name="subject_kind", label=_("对象"), choices=kinds_of_records
    )
    number = django_filters.NumberFilter(
        field_name="subject_id",
        label=_("对象编号"),
        min_value=0,
        max_value=10**18,
    )
    since = day_filter("on", "gte", _("从"))
    until = day_filter("on", "lte", _("到"))

    class Meta:
        model = AuditEntry
        fields = ("who",)
