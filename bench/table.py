"""Which rows there are, by the name they are called by. Add yours here."""

from bench.api import LISTS
from bench.approval import APPROVE
from bench.compute import COMPUTE
from bench.exports import EXPORT
from bench.freeze import FREEZE
from bench.returns import RECONCILE
from bench.rows import Row

ROWS: dict[str, Row] = {
    row.name: row for row in (COMPUTE, FREEZE, APPROVE, EXPORT, RECONCILE, LISTS)
}
