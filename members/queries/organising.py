"""Reads of guidance towards a union: who sees which, which are late, who may answer."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.enums import OrganisingState
from members.models import Employer, OrganisingCase, User
from members.queries.filters import UnderFilter
from members.queries.organisation import ancestors_of
from members.queries.post import posts_in_force
from unionportal.core.actor import Actor
from unionportal.core.scope import within

LATE = "yes"


def organising_visible_to(actor: Actor) -> QuerySet[OrganisingCase]:
    """The efforts for the employers of the actor's unions."""
    found = OrganisingCase.objects.filter(within(actor, "employer__keeper__path"))
    return found.select_related(
        "employer__keeper", "responsible", "organisation"
    ).order_by("id")


def who_may_answer(employer: Employer, *, on: date) -> QuerySet[User]:
    """Who holds a post at the union that answers for the employer, or above it."""
    near = ancestors_of(employer.keeper.path)
    held = posts_in_force(on).filter(organisation__in=near).values("user_id")
    return User.objects.filter(pk__in=held).order_by("name", "id")


def late_on(on: date) -> Q:
    """Efforts still going on after their day."""
    return Q(state=OrganisingState.GUIDING, due_on__lt=on)


class OrganisingFilter(django_filters.FilterSet):
    """Efforts by union, state, person in charge, and whether they are late."""

    under = UnderFilter(field_name="employer__keeper__path", label=_("责任工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=OrganisingState.choices
    )
    responsible = django_filters.CharFilter(
        field_name="responsible__name", label=_("负责人")
    )
    overdue = django_filters.ChoiceFilter(
        label=_("逾期"), choices=((LATE, _("只看逾期未结束的")),), method="late"
    )

    class Meta:
        model = OrganisingCase
        fields = ("state",)

    def __init__(
        self, data: QueryDict, *, queryset: QuerySet[OrganisingCase], on: date
    ) -> None:
        """Late is what was due before `on`."""
        super().__init__(data, queryset=queryset)
        self.on = on

    def late(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Still going on after their day."""
        del name, value
        return rows.filter(late_on(self.on))


def organising_filter(actor: Actor, chosen: QueryDict, *, on: date) -> OrganisingFilter:
    """The list an actor asked for: the page, and the file taken of it."""
    return OrganisingFilter(chosen, queryset=organising_visible_to(actor), on=on)
