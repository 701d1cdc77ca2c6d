"""Which rows there are, by the name they are called by. Add yours here."""

from bench.api import LISTS
from bench.approval import APPROVE
from bench.compute import COMPUTE
from bench.documents import PRINT
from bench.exports import EXPORT, EXPORT_XML
from bench.freeze import FREEZE
from bench.growth import GROWTH
from bench.pages import PAGES
from bench.references import REFERENCES
from bench.returns import RECONCILE
from bench.rows import Row
from bench.uploads import IMPORT
from bench.winter import WINTER
from bench.workers import WORKERS

ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        *(COMPUTE, FREEZE, REFERENCES, APPROVE, EXPORT, EXPORT_XML, RECONCILE),
        *(IMPORT, LISTS, PAGES, PRINT),
        *(WINTER, WORKERS, GROWTH),
    )
}
