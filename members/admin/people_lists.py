"""The long lists of the register: people, memberships, yearly returns, beside the tree."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django_filters import FilterSet

from members.auth.tree import WithTree
from members.enums import Role
from members.queries.filters import (
    MembershipFilter,
    PersonFilter,
    YearlyReturnFilter,
)
from members.queries.membership import membership_conditions, memberships_visible_to
from members.queries.person import persons_visible_to, search_conditions
from members.queries.yearly_return import returns_visible_to
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import Leg, keyset_legs, keyset_page
from unionportal.core.masks import mask_id_number, mask_phone

# What a line shows, and no more: a person has thirty columns.
PERSON_LINE = (
    "name",
    "sex",
    "id_number",
    "phone",
    "unit_name",
    "merged_into_id",
    "organisation__short_name",
)


class PersonList(WithTree):
    """People in reach, masked; found by name, pinyin, ID number or phone."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of what was typed, or of all."""
        people = persons_visible_to(self.actor).select_related("organisation")
        legs = legs_of(
            PersonFilter,
            request,
            people.only(*PERSON_LINE),
            search_conditions(request.GET.get("q", "")),
        )
        lines = keyset_legs(request, legs)
        for person in lines.rows:
            person.masked_id = mask_id_number(person.id_number)
            person.masked_phone = mask_phone(person.phone or "")
        return self.page(
            "staff/people.html",
            title="人员",
            filter=PersonFilter(request.GET, queryset=people),
            may_add=may_enter(self.actor),
            lines=lines,
            **self.tree(),
        )

    post = get


class MembershipList(WithTree):
    """Memberships in reach; found by number or by the member."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of what was typed, or of all."""
        held = memberships_visible_to(self.actor).select_related(
            "person", "organisation"
        )
        legs = legs_of(
            MembershipFilter,
            request,
            held.only(
                *("number", "state", "joined_on", "since"),
                *("person__name", "organisation__short_name"),
            ),
            membership_conditions(request.GET.get("q", "")),
        )
        return self.page(
            "staff/memberships.html",
            title="会籍",
            filter=MembershipFilter(request.GET, queryset=held),
            may_add=may_enter(self.actor),
            lines=keyset_legs(request, legs),
            **self.tree(),
        )

    post = get


class ReturnList(WithTree):
    """Yearly returns in reach, the latest filed first."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = YearlyReturnFilter(
            request.GET, queryset=returns_visible_to(self.actor)
        )
        return self.page(
            "staff/returns.html",
            title="年度报表",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
            **self.tree(),
        )


def may_enter(actor: Actor) -> bool:
    """Whether to offer the form for a new record."""
    return any(seat.role in {Role.MAKER, Role.ADMINISTRATOR} for seat in actor.seats)


def legs_of(
    filters: type[FilterSet],
    request: HttpRequest,
    rows: QuerySet[Any],
    conditions: Sequence[tuple[str, Q]],
) -> list[Leg[Any]]:
    """The legs of a search among the rows that the other filters leave."""
    asked = request.GET.copy()
    asked.pop("q", None)
    narrowed = filters(asked, queryset=rows).qs
    return [Leg(narrowed.filter(found), order) for order, found in conditions]
