"""The tree at the left of a list (组织树): opened as far as the chosen union, then lazily."""

from dataclasses import dataclass, field

from django.db.models import F, Q, Window
from django.db.models.functions import Left, Length, RowNumber

from members.enums import OrganisationState
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.scope import outermost_paths

STEP = Organisation.steplen
# More than these below one union are found by searching, not by scrolling.
SHOWN = 200


@dataclass(slots=True)
class Twig:
    """One line of the tree; `children` is empty until it is opened."""

    id: int
    code: str
    name: str
    path: str
    has_children: bool
    is_chosen: bool = False
    is_open: bool = False
    more: int = 0
    children: list["Twig"] = field(default_factory=list)


def tree_for(actor: Actor, chosen: Organisation | None) -> list[Twig]:
    """The actor's own unions, opened down to the chosen one and its children."""
    roots = outermost_paths(actor)
    path = chosen.path if chosen else (roots[0] if roots else "")
    top = next((root for root in roots if path.startswith(root)), "")
    opened = [path[:end] for end in range(len(top), len(path) + 1, STEP)] if top else []
    rows = Organisation.objects.filter(Q(path__in=[*roots, *opened]))
    twigs = {row.path: _twig(row) for row in [*rows, *_children(opened)]}
    for at in sorted(twigs):
        above = twigs.get(at[:-STEP])
        if at not in roots and above is not None:
            above.children.append(twigs[at])
    for at in opened:
        if at in twigs:
            _open(twigs[at])
    if chosen and chosen.path in twigs:
        twigs[chosen.path].is_chosen = True
    return [twigs[root] for root in roots if root in twigs]


def children_of(actor: Actor, organisation_id: int) -> Twig | None:
    """A union in reach with the unions directly below it; None outside the reach."""
    row = organisations_visible_to(actor).filter(pk=organisation_id).first()
    if row is None:
        return None
    twig = _twig(row)
    twig.children = [_twig(child) for child in _children([row.path])]
    _open(twig)
    return twig


def _open(twig: Twig) -> None:
    twig.is_open = bool(twig.children)
    twig.more = len(twig.children) - SHOWN
    del twig.children[SHOWN:]


def _children(paths: list[str]) -> list[Organisation]:
    """The standing unions directly below, one more than are shown; by one query."""
    below = Q(pk__in=[])
    for path in paths:
        depth = len(path) // STEP + 1
        below |= Q(path__gt=path, path__lt=f"{path}~", depth=depth)
    rows = Organisation.objects.filter(below).exclude(state=OrganisationState.DISSOLVED)
    numbered = rows.annotate(
        place=Window(
            RowNumber(),
            partition_by=[Left("path", Length("path") - STEP)],
            order_by=F("path").asc(),
        )
    )
    return list(numbered.filter(Q(place__lte=SHOWN + 1) | Q(path__in=paths)))


def _twig(row: Organisation) -> Twig:
    return Twig(row.pk, row.code, row.short_name, row.path, bool(row.numchild))
