"""Unions by the thousand: each gets its place in the tree, and all are copied at once."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

from members.actions.divisions import STEP, Node, Tree, parent_paths, recount
from members.actions.tree import lock_tree
from members.rules.union_name import UnionName
from unionportal.core.errors import Refusal

_COPY = """
    COPY members_organisation (path, depth, numchild, code, name, short_name, level,
        form, kind, division_id, founded_on, since, document)
    FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (kind, document))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seedling:
    """A standing union that has no place yet; its parent may be planted with it.

    Without a division it stands in that of its parent, where this is planted too.
    """

    code: str
    parent_code: str
    name: str
    short_name: str
    level: str
    form: str
    kind: str
    division_id: str | None
    founded_on: date | None
    document: str


def plant(seedlings: Iterable[Seedling]) -> int:
    """Give each a place under its parent and write them; return how many.

    Refuses a parent that is neither in the register nor among them, and a circle.
    """
    lock_tree()
    tree = Tree.stored()
    lines = io.StringIO()
    writer = csv.writer(lines)
    placed: list[Node] = []
    divisions: dict[str, str | None] = {}
    for one in _parents_first(seedlings, tree):
        node = _node(tree, one, tree.nodes[one.parent_code])
        divisions[one.code] = one.division_id or divisions.get(one.parent_code)
        writer.writerow(_line(node, one, divisions[one.code]))
        placed.append(node)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, lines)
    recount(parent_paths(placed))
    return len(placed)


def _node(tree: Tree, one: Seedling, above: Node) -> Node:
    called = UnionName(one.name, one.short_name)
    node = Node(one.code, one.level, called, tree.next_path(above))
    tree.nodes[one.code] = node
    return node


def _parents_first(seedlings: Iterable[Seedling], tree: Tree) -> Iterator[Seedling]:
    known, waiting = set(tree.nodes), list(seedlings)
    while waiting:
        ready = [one for one in waiting if one.parent_code in known]
        if not ready:
            raise Refusal(
                f"“{waiting[0].name}”的上级工会代码 {waiting[0].parent_code} 找不到。",
                code="parent",
            )
        waiting = [one for one in waiting if one.parent_code not in known]
        yield from ready
        known.update(one.code for one in ready)


def _line(node: Node, one: Seedling, division: str | None) -> tuple[object, ...]:
    return (
        node.path,
        len(node.path) // STEP,
        0,
        one.code,
        one.name,
        one.short_name,
        one.level,
        one.form,
        one.kind,
        division or "",
        one.founded_on or "",
        one.founded_on or "",
        one.document,
    )
