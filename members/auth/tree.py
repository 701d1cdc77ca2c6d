"""A staff list beside the tree of unions that filters it (组织树)."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from members.queries.union_tree import Twig, tree_for


class WithTree(StaffPage):
    """A page whose list is filtered by the tree at its left: `?under=` a union's code."""

    def chosen(self) -> Organisation | None:
        """The union that the address names by its code, where it is in reach."""
        code = self.request.GET.get("under", "").strip()
        found = organisations_visible_to(self.actor).filter(code=code)
        return found.first() if code else None

    def tree(self) -> dict[str, Any]:
        """What the tree's template wants; links keep the other filters."""
        kept = self.request.GET.copy()
        for name in ("under", "after"):
            kept.pop(name, None)
        twigs = tree_for(self.actor, self.chosen())
        return {"tree": twigs_markup(twigs, kept.urlencode())}


def twigs_markup(twigs: Sequence[Twig], kept: str, *, more: int = 0) -> SafeString:
    """The lines of a tree; their links keep the rest of the query.

    Written without a template: three hundred lines would take longer than the page.
    """
    query = escape(kept)
    branch = reverse("staff_members:tree-branch", args=(0,)).replace("/0/", "/{}/")
    told = "".join([_line(twig, query, branch) for twig in twigs])
    if more > 0:
        told += '<li class="hint">还有更多，请用上方的查询。</li>'
    return mark_safe(told)  # noqa: S308 - each line escapes what it shows


def _line(twig: Twig, query: str, branch: str) -> str:
    name = escape(twig.name)
    button = '<span class="leaf" aria-hidden="true"></span>'
    below = ""
    if twig.has_children:
        asked = f"{branch.format(twig.id)}?{query}"
        lazily = (
            f'hx-get="{asked}" hx-target="#below-{twig.id}" hx-trigger="click once"'
        )
        button = (
            f'<button type="button" aria-expanded="{str(twig.is_open).lower()}"'
            f' aria-controls="below-{twig.id}" aria-label="{name}的下级"'
            f" {'' if twig.is_open else lazily}></button>"
        )
        lines = "".join([_line(one, query, branch) for one in twig.children])
        if twig.more > 0:
            lines += '<li class="hint">还有更多，请用上方的查询。</li>'
        hidden = "" if twig.is_open else " hidden"
        below = f'<ul id="below-{twig.id}"{hidden}>{lines}</ul>'
    here = ' aria-current="true"' if twig.is_chosen else ""
    kept = f"&amp;{query}" if query else ""
    return (
        f'<li><div class="twig{" is-chosen" if twig.is_chosen else ""}">{button}'
        f'<a href="?under={escape(twig.code)}{kept}"{here}>{name}</a></div>{below}</li>'
    )
