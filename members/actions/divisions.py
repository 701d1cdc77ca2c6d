"""Reference material: divisions and the general unions derived from them."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

from django.db import connection, transaction

from members.enums import DivisionLevel, OrganisationKind
from members.models import Division, Organisation
from members.rules.union_name import UnionName, form_of_union, name_of_union
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.verdict import denied

TREE_LOCK = 0x54524545  # "TREE": one writer at a time hands out places in the tree
STEP = Organisation.steplen
DIGITS = Organisation.numconv_obj()


@dataclass(frozen=True, slots=True)
class ReferenceLoad:
    """How many rows a load added or changed; twice in a row gives zeros."""

    divisions: int
    organisations: int


def load_reference(*, on: date, by: Actor) -> ReferenceLoad:
    """Load the divisions, then the unions derived from them. Repeatable."""
    with transaction.atomic():
        return ReferenceLoad(
            divisions=load_divisions(on=on, by=by),
            organisations=load_organisations(on=on, by=by),
        )


def load_divisions(*, on: date, by: Actor) -> int:
    """Bring `members_division` to the shipped file; rows staff added stay.

    Returns how many rows were added or changed. System only.
    """
    _require_system(by)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE division_load"
            " (code text, name text, level text, parent text) ON COMMIT DROP"
        )
        cursor.copy_expert(
            "COPY division_load FROM STDIN WITH (FORMAT csv, HEADER)",
            io.StringIO(_shipped_text()),
        )
        cursor.execute(
            """
            INSERT INTO members_division AS d (code, name, level, parent_id)
            SELECT code, name, level, NULLIF(parent, '') FROM division_load
            ON CONFLICT (code) DO UPDATE
            SET name = excluded.name, level = excluded.level,
                parent_id = excluded.parent_id
            WHERE (d.name, d.level, d.parent_id)
                IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent_id)
            """
        )
        changed = int(cursor.rowcount)
        cursor.execute("DROP TABLE division_load")
        _record(by, on, "load_divisions", "members.division", changed)
    return changed


def load_organisations(*, on: date, by: Actor) -> int:
    """Add the general union of every division in force that has none yet.

    Existing unions keep their names and places. Returns how many were added.
    System only.
    """
    _require_system(by)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
        tree = Tree.stored()
        added = [tree.add(row) for row in _divisions(on) if tree.lacks(row)]
        if added:
            _copy_organisations(added)
            recount(parent_paths(added))
        _record(by, on, "load_organisations", "members.organisation", len(added))
    return len(added)


def _require_system(by: Actor) -> None:
    if not by.is_system:
        denied("基础数据由系统载入，请运行 manage.py prepare。").require()


def _record(by: Actor, on: date, verb: str, kind: str, count: int) -> None:
    if count:
        record(by=by, verb=verb, subject=(kind, 0), on=on, changes={"rows": count})


def _shipped_text() -> str:
    shipped = files("members") / "reference" / "divisions.csv.gz"
    return gzip.decompress(shipped.read_bytes()).decode("utf-8")


def _divisions(on: date) -> Iterator[Division]:
    """The divisions in force, parents first."""
    divisions = Division.objects.exclude(valid_to__lt=on).order_by("code")
    rank = {level: at for at, level in enumerate(DivisionLevel.values)}
    yield from sorted(divisions, key=lambda division: rank[division.level])


@dataclass(slots=True)
class Node:
    code: str
    level: str
    called: UnionName
    path: str
    since: date | None = None
    last_child: int = 0


@dataclass(slots=True)
class Tree:
    """The places taken so far, by code; hands out the next one under a parent."""

    nodes: dict[str, Node] = field(default_factory=dict)
    last_root: int = 0

    @classmethod
    def stored(cls) -> "Tree":
        tree = cls()
        by_path: dict[str, Node] = {}
        rows = Organisation.objects.order_by("path").values_list(
            "code", "level", "name", "short_name", "path"
        )
        for code, level, name, short_name, path in rows:
            node = Node(code, level, UnionName(name, short_name), path)
            tree.nodes[code] = by_path[path] = node
            tree._take(by_path.get(path[:-STEP]), DIGITS.str2int(path[-STEP:]))
        return tree

    def lacks(self, division: Division) -> bool:
        """Whether the division has no union yet and there is one to hang it under."""
        parent = division.parent_id
        return division.code not in self.nodes and (
            parent is None or parent in self.nodes
        )

    def add(self, division: Division) -> Node:
        above = self.nodes[division.parent_id] if division.parent_id else None
        called = name_of_union(
            level=division.level,
            division=division.name,
            above=above.called if above else None,
        )
        path = self.next_path(above)
        node = Node(division.code, division.level, called, path, division.valid_from)
        self.nodes[division.code] = node
        return node

    def next_path(self, above: Node | None) -> str:
        """Hand out the next place under a union, or beside the topmost ones."""
        place = (above.last_child if above else self.last_root) + 1
        self._take(above, place)
        step: str = DIGITS.int2str(place).rjust(STEP, "0")
        return (above.path if above else "") + step

    def _take(self, above: Node | None, place: int) -> None:
        if above is None:
            self.last_root = max(self.last_root, place)
        else:
            above.last_child = max(above.last_child, place)


def _copy_organisations(added: Iterable[Node]) -> None:
    lines = io.StringIO()
    writer = csv.writer(lines)
    for node in added:
        writer.writerow(
            (
                node.path,
                len(node.path) // STEP,
                0,
                node.code,
                node.called.name,
                node.called.short_name,
                node.level,
                node.code,
                form_of_union(node.called.name),
                OrganisationKind.STREET if node.level == DivisionLevel.TOWNSHIP else "",
                node.since or "",
            )
        )
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY members_organisation (path, depth, numchild, code, name, short_name,"
            " level, division_id, form, kind, since)"
            " FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (kind))",
            lines,
        )


def parent_paths(added: Iterable[Node]) -> list[str]:
    return sorted({node.path[:-STEP] for node in added if len(node.path) > STEP})


def recount(paths: list[str]) -> None:
    """Count the children of parents anew: treebeard keeps the number on the row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE members_organisation AS parent SET numchild = counted.children
            FROM (
                SELECT left(path, -%s) AS path, count(*) AS children
                FROM members_organisation WHERE depth > 1 GROUP BY 1
            ) AS counted
            WHERE counted.path = parent.path AND parent.path = ANY(%s)
            """,
            [STEP, paths],
        )
