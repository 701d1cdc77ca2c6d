"""The tree at the left of a list (组织树): opened as far as the chosen union, then lazily."""

from dataclasses import dataclass, field

from django.db import connections, router

from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.scope import outermost_paths

STEP = Organisation.steplen
# More than these below one union are found by searching, not by scrolling.
SHOWN = 200
# The chosen unions, and the first directly below each of them: a range of one index.
_TWIGS = """
    SELECT id, code, short_name, path, numchild FROM members_organisation
    WHERE path = ANY(%s)
    UNION
    SELECT below.* FROM unnest(%s::varchar[]) AS above (path)
    CROSS JOIN LATERAL (
        SELECT id, code, short_name, path, numchild FROM members_organisation AS union_
        WHERE union_.depth = length(above.path) / %s + 1
          AND union_.path > above.path AND union_.path < above.path || '~'
          AND union_.state <> 'dissolved'
        ORDER BY union_.path LIMIT %s
    ) AS below
    ORDER BY path
"""
Row = tuple[int, str, str, str, int]


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
    twigs = {row[3]: _twig(*row) for row in _rows([*roots, *opened], opened)}
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
    twig, *below = [_twig(*found) for found in _rows([row.path], [row.path])]
    twig.children = below
    _open(twig)
    return twig


def _open(twig: Twig) -> None:
    twig.is_open = bool(twig.children)
    twig.more = len(twig.children) - SHOWN
    del twig.children[SHOWN:]


def _rows(paths: list[str], opened: list[str]) -> list[Row]:
    """These unions and the standing ones directly below the opened, in tree order.

    Read where the page under way reads: the tree stands beside reports, too.
    """
    with connections[router.db_for_read(Organisation)].cursor() as cursor:
        cursor.execute(_TWIGS, [paths, opened, STEP, SHOWN + 1])
        return list(cursor.fetchall())


def _twig(pk: int, code: str, name: str, path: str, below: int) -> Twig:
    return Twig(pk, code, name, path, bool(below))
