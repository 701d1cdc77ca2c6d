"""Reads of the staff's own flags: who sees which, and what a trial found."""

from collections.abc import Iterable

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import OwnFlagState
from members.models import Organisation, OwnFlag
from members.queries.census import paths_to
from members.queries.filters import UnderFilter
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def own_flags_visible_to(actor: Actor) -> QuerySet[OwnFlag]:
    """Those written in the actor's reach, and those from above that hold for it."""
    above = {path for seat in actor.seats for path in paths_to(seat.path)}
    held = Q(
        organisation__path__in=above,
        state__in=(OwnFlagState.IN_FORCE, OwnFlagState.WITHDRAWN),
    )
    found = OwnFlag.objects.filter(within(actor, "organisation__path") | held)
    return found.select_related("organisation", "written_by", "decided_by").order_by(
        "-id"
    )


class OwnFlagFilter(django_filters.FilterSet):
    """The staff's own flags by union and state."""

    under = UnderFilter(field_name="organisation__path", label=_("工会代码"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=OwnFlagState.choices)

    class Meta:
        model = OwnFlag
        fields = ("state",)


def own_titles(actor: Actor) -> dict[str, str]:
    """The titles of the flags an actor may meet on a union, by the code they bear."""
    return {flag.rule: flag.title for flag in own_flags_visible_to(actor)}


def first_of_trial(actor: Actor, keys: Iterable[int]) -> QuerySet[Organisation]:
    """The unions a trial showed first, as far as the actor reaches them."""
    return organisations_visible_to(actor).filter(pk__in=list(keys)).order_by("id")
