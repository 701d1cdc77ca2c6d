"""The search row of a staff list: codes offered as choices, unions as a tree.

The filters themselves are those of every door; only their fields look different here.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor

ANY = ("", _("全部"))
LOWEST_OFFERED = 3


def offer(row: FilterSet, name: str, choices: Iterable[tuple[Any, str]]) -> None:
    """Let a code be chosen instead of typed; what the address names stays chosen."""
    row.form.fields[name].widget = forms.Select(choices=[ANY, *choices])


def offer_unions(row: FilterSet, actor: Actor, *, name: str = "union") -> None:
    """Offer the unions in reach down to the counties, indented as in the tree."""
    unions = list(organisations_visible_to(actor).filter(depth__lte=LOWEST_OFFERED))
    top = min((union.depth for union in unions), default=0)
    offer(
        row,
        name,
        [
            (union.code, "　" * (union.depth - top) + union.short_name)
            for union in unions
        ],
    )


def offer_calendar(row: FilterSet, *names: str) -> None:
    """Let days be chosen in the browser's calendar."""
    for name in names:
        widget = row.form.fields[name].widget
        for one in getattr(widget, "widgets", [widget]):
            one.input_type = "date"
            one.format = "%Y-%m-%d"


def leave_out(row: FilterSet, *names: str) -> None:
    """Drop what the page itself decides, or what a clerk does not ask for."""
    for name in names:
        del row.form.fields[name]
