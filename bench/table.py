"""Which rows there are, by the name they are called by. Add yours here."""

from collections.abc import Sequence

from django.core.management import CommandError

from bench.api import LISTS
from bench.approval import APPROVE
from bench.bulk import BULK
from bench.compute import COMPUTE
from bench.documents import PRINT
from bench.exports import EXPORT, EXPORT_XML
from bench.freeze import FREEZE
from bench.growth import GROWTHS
from bench.pages import PAGES
from bench.references import REFERENCES
from bench.register import REGISTER
from bench.returns import RECONCILE
from bench.rows import Row
from bench.uploads import IMPORT
from bench.winter import WINTER
from bench.workers import WORKERS

ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        *(COMPUTE, FREEZE, REFERENCES, APPROVE, EXPORT, EXPORT_XML, RECONCILE),
        *(IMPORT, BULK, LISTS, PAGES, REGISTER, PRINT),
        *(WINTER, WORKERS, *GROWTHS),
    )
}


def named(asked: Sequence[str]) -> list[str]:
    """The rows of these names, or of this beginning (`growth`); of none, all."""
    if not asked:
        return list(ROWS)
    return [
        row
        for name in asked
        for row in ([name] if name in ROWS else _beginning_with(name))
    ]


def _beginning_with(name: str) -> list[str]:
    found = [row for row in ROWS if row.startswith(f"{name}-")]
    if not found:
        raise CommandError(f"没有这一项：{name}；有：{'、'.join(ROWS)}")
    return found
