"""A staff list beside the tree of unions that filters it (组织树)."""

from typing import Any

from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from members.queries.union_tree import tree_for


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
        return {
            "twigs": tree_for(self.actor, self.chosen()),
            "kept_query": f"&{kept.urlencode()}" if kept else "",
        }
