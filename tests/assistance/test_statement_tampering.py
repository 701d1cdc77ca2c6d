"""What the owner changes of statements, matches and closed months is found by the proof."""

import os
from collections.abc import Iterator
from datetime import date

import psycopg2
import pytest
from django.db import connection
from psycopg2 import extensions

from assistance.actions.reconciliations import (
    close_reconciliation,
    explain_outstanding,
    prepare_reconciliation,
)
from assistance.queries.ledger import ledger_proof
from tests.assistance.banking import (
    AFTER_DECEMBER,
    Told,
    bring_statement,
    month_of,
    paid_county,
)
from tests.assistance.paying import payments_of
from tests.assistance.test_tampering import OTHER_VALUES, columns_of, tampers

pytestmark = pytest.mark.usefixtures("committed_db")

TABLES = (
    "assistance_bankstatement",
    "assistance_statementline",
    "assistance_match",
    "assistance_reconciliation",
    "assistance_outstandingitem",
    "assistance_payment",
)
# Words of the bank and of people, beside the digest of the file and the audit trail;
# of payments, what other proofs hold or leave.
UNHELD = {
    "assistance_bankstatement": {"layout", "name"},
    "assistance_statementline": {"counterparty", "reference", "summary", "kind"},
    "assistance_match": {"method", "made_by", "made_on", "undone_by", "undone_reason"},
    "assistance_reconciliation": {
        *("prepared_for_id", "closed_for_id", "reopened_by_id"),
        *("reopened_for_id", "reopen_reason", "prepared_by_id", "prepared_on"),
    },
    "assistance_outstandingitem": {"note", "on", "made_by"},
    "assistance_payment": {"reason_code", "settled_on"},
}


@pytest.fixture
def owner() -> Iterator[extensions.cursor]:
    """A closed month with one explained item; every guard switched off."""
    county = paid_county()
    first = payments_of(county.batch)[0].pk
    lines = [
        each
        for each in county.lines()
        if each.reference != payments_of(county.batch)[0].reference
    ]
    bring_statement([*lines, Told("3.21", date(2025, 12, 21), "in", summary="结息")])
    month = month_of()
    for item in ({"movement_id": first * 4}, {"line_id": _interest()}):
        explain_outstanding(
            reconciliation_id=month.pk,
            note="次月入账",
            by=county.who.maker,
            on=AFTER_DECEMBER,
            **item,
        )
    prepare_reconciliation(
        reconciliation_id=month.pk, by=county.who.maker, on=AFTER_DECEMBER
    )
    close_reconciliation(
        reconciliation_id=month.pk,
        digest=month_of().digest,
        by=county.who.checker,
        on=AFTER_DECEMBER,
    )
    assert ledger_proof().problems == ()
    connection.close()
    line = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        yield cursor
    line.close()


def _interest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM assistance_statementline WHERE summary = '结息'")
        return int(cursor.fetchone()[0])


def mend(owner: extensions.cursor, table: str) -> None:
    """Put the rows back in place: others point to them."""
    columns = [name for name, _ in columns_of(owner, table)]
    sets = ", ".join(f'"{name}" = kept."{name}"' for name in columns[1:])
    names = ", ".join(f'"{name}"' for name in columns)
    owner.execute(
        f"BEGIN; SET CONSTRAINTS ALL DEFERRED;"
        f" UPDATE {table} AS stored SET {sets} FROM kept_{table} AS kept"
        f" WHERE kept.id = stored.id;"
        f" INSERT INTO {table} ({names}) SELECT {names} FROM kept_{table} AS kept"
        f" WHERE NOT EXISTS (SELECT FROM {table} AS stored WHERE stored.id = kept.id);"
        f" COMMIT"
    )


def test_a_changed_cell_is_found(owner: extensions.cursor) -> None:
    missed, tried = set(), 0
    for table in TABLES:
        for name, kind in columns_of(owner, table)[1:]:
            value = OTHER_VALUES[kind].format(f'"{name}"')
            statement = (
                f'UPDATE {table} SET "{name}" = {value}'
                f" WHERE id = (SELECT min(id) FROM {table})"
            )
            if not tampers(owner, table, statement):
                continue
            tried += 1
            if not ledger_proof().problems and name not in UNHELD[table]:
                missed.add(f"{table}.{name}")
            connection.close()
            mend(owner, table)

    assert missed == set()
    assert tried > 45
    assert ledger_proof().problems == ()


def test_a_removed_row_is_found(owner: extensions.cursor) -> None:
    missed, tried = set(), 0
    for table in TABLES[:-1]:
        for end in ("min", "max"):
            statement = (
                f"DELETE FROM {table} WHERE id = (SELECT {end}(id) FROM {table})"
            )
            if not tampers(owner, table, statement):
                continue
            tried += 1
            if not ledger_proof().problems:
                missed.add(f"{table} {end}")
            connection.close()
            mend(owner, table)

    assert missed == set()
    assert tried > 6
