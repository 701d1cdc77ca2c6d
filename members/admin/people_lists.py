"""The long lists of the register: people, memberships, yearly returns, beside the tree."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django_filters import FilterSet

from members.auth.export import words
from members.auth.tree import WithTree
from members.enums import MembershipState, Role, Sex
from members.models import Membership, Person
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
from unionportal.core.admin.tables import Cell, body_of, head_of, sources_of
from unionportal.core.masks import mask_id_number, mask_phone


def _name(name: str, merged_into: int | None) -> str:
    mark = ' <span class="tag">已合并</span>' if merged_into else ""
    return f"{escape(name)}{mark}"


def _phone(phone: str | None) -> str:
    return mask_phone(phone or "")


def _state(state: str) -> str:
    return f'<span class="tag">{words(MembershipState)[state]}</span>'


PEOPLE = (
    Cell("姓名", ("name", "merged_into"), _name, is_markup=True),
    Cell("身份证号", "id_number", mask_id_number),
    Cell("手机号", "phone", _phone),
    Cell("性别", "sex", words(Sex).__getitem__),
    Cell("所属工会", "organisation__short_name"),
    Cell("工作单位", "unit_name"),
)
MEMBERSHIPS = (
    Cell("会员编号", "number"),
    Cell("会员", "person__name"),
    Cell("会籍所在工会", "organisation__short_name"),
    Cell("状态", "state", _state, is_markup=True),
    Cell("入会日期", "joined_on"),
    Cell("现状自", "since"),
)


class SearchList(WithTree):
    """A list found by what is typed; its rows are read in the order of the search."""

    title = ""
    template = ""
    at = ""
    cells: Sequence[Cell] = ()
    filters: type[FilterSet]

    def rows(self) -> QuerySet[Any]:
        """Those in reach."""
        raise NotImplementedError

    def conditions(self, typed: str) -> list[tuple[str, Q]]:
        """What was typed, as conditions with the order in which each is read."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of what was typed, or of all."""
        asked = request.GET.copy()
        typed = (asked.pop("q", None) or [""])[-1]
        narrowed = self.filters(asked, queryset=self.rows()).qs
        rows = narrowed.values_list(*sources_of(self.cells))
        legs = [Leg(rows.filter(found), by) for by, found in self.conditions(typed)]
        lines = keyset_legs(request, legs)
        link = f"{reverse(self.at)}{{pk}}/change/"
        return self.page(
            self.template,
            title=self.title,
            filter=self.filters(request.GET, queryset=self.rows()),
            may_add=may_enter(self.actor),
            lines=lines,
            width=len(self.cells),
            head=head_of(self.cells),
            body=body_of(self.cells, lines.rows, link=link),
            **self.tree(),
        )

    post = get


class PersonList(SearchList):
    """People in reach, masked; found by name, pinyin, ID number or phone."""

    title, template, cells = "人员", "staff/people.html", PEOPLE
    at, filters = "admin:members_person_changelist", PersonFilter

    def rows(self) -> QuerySet[Person]:
        """Those of the actor's unions."""
        return persons_visible_to(self.actor)

    def conditions(self, typed: str) -> list[tuple[str, Q]]:
        """By a name, its spelling, or a whole number."""
        return search_conditions(typed)


class MembershipList(SearchList):
    """Memberships in reach; found by number or by the member."""

    title, template, cells = "会籍", "staff/memberships.html", MEMBERSHIPS
    at, filters = "admin:members_membership_changelist", MembershipFilter

    def rows(self) -> QuerySet[Membership]:
        """Those of the actor's unions."""
        return memberships_visible_to(self.actor)

    def conditions(self, typed: str) -> list[tuple[str, Q]]:
        """By the member's number, or as people are found."""
        return membership_conditions(typed)


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
