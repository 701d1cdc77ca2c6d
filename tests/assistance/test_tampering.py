"""What the owner of the tables changes past every guard is found by the proofs."""

import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection
from psycopg2 import extensions

from assistance.actions.payments import end_payment, withdraw_payment
from assistance.actions.releases import release_round
from assistance.actions.verification import end_finding
from assistance.enums import PaymentEnd, Resolution
from assistance.models import VerificationFinding
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance.builders import staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    bring_in,
    fund,
    instructed_batch,
    noticed_round,
    officers,
    payments_of,
)
from tests.assistance.verifying import NOT_RECEIVED, verified
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import verify_chain

pytestmark = pytest.mark.usefixtures("committed_db")

TABLES = (
    "assistance_account",
    "assistance_bankfile",
    "assistance_batch",
    "assistance_batchfunding",
    "assistance_determination",
    "assistance_entry",
    "assistance_payment",
    "assistance_paymentclaim",
    "assistance_posting",
    "assistance_round",
    "assistance_sampleitem",
    "assistance_samplestratum",
    "assistance_signature",
    "assistance_signatureperson",
    "assistance_stackedscheme",
    "assistance_stackingbalance",
    "assistance_stackinggroup",
    "assistance_verificationcall",
    "assistance_verificationfinding",
    "assistance_verificationsample",
    "core_auditentry",
    "core_auditlink",
)
# Not held by anything else that is stored: words about a file whose digest is held,
# the union a signature was given in, the day and reason of a result, seen facts and their reasons.
UNHELD = {
    "assistance_bankfile": {"path", "state", "problems"},
    "assistance_determination": {"deviation_reason", "deviation_by", "facts"},
    "assistance_payment": {"settled_on", "reason_code"},
    "assistance_sampleitem": {
        *("added_on", "ended_on", "replaces_id", "taken_on", "verifier_id"),
    },
    "assistance_signature": {"organisation_id"},
}
# Where the last row is of another kind than the first: an entry of a batch, an answer
# that grants nothing, a file that came back, an account that nothing moved.
ENDS = dict.fromkeys(
    (
        *("assistance_account", "assistance_bankfile", "assistance_entry"),
        *("assistance_determination", "assistance_signature"),
    ),
    ("min", "max"),
)
CAPPED = {
    "clauses:\n": """stacking:
  - group: warmth
    covers: 送温暖资金
    rule: cap
    per: subject
    within: year
    per_time: "3000.00"
    per_year: "6000.00"
    excess: cut
    since: 2024
    document: 送温暖资金管理办法
clauses:
"""
}
OTHER_VALUES = {
    "bigint[]": "array_fill({0}[1] + 1, ARRAY[cardinality({0})])",
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "date": "coalesce({0}, '2025-01-01') + 1",
    "timestamp with time zone": "{0} + interval '1 day'",
    "boolean": "NOT {0}",
    "jsonb": "{0} || '{{\"x\": 1}}'",
    "character varying": "left('x' || coalesce({0}, ''), 64)",
    "text": "left('x' || coalesce({0}, ''), 64)",
}


@pytest.fixture
def paid() -> None:
    """A round with a payment of every end: paid, returned, withdrawn."""
    round_ = release_round(
        round_id=noticed_round(4, changes=CAPPED).pk, on=AFTER_NOTICE, by=SYSTEM
    )
    fund("6000.00")
    who = officers()
    batch = approved_batch(round_, who)
    first, *_, last = payments_of(batch)
    withdraw_payment(payment_id=last.pk, reason="调离", by=who.checker, on=AFTER_NOTICE)
    batch = instructed_batch(round_, who)
    bring_in(answer_to(batch, returned={first.reference: "closed"}))
    first.refresh_from_db()
    end_payment(
        payment_id=first.pk,
        reason=PaymentEnd.DECLINED,
        by=who.maker,
        on=AFTER_NOTICE,
    )
    verified(round_, {0: NOT_RECEIVED})
    end_finding(
        finding_id=VerificationFinding.objects.get().pk,
        resolution=Resolution.RECEIVED,
        note="存折为证",
        on=AFTER_NOTICE,
        by=staff(Role.APPROVER, on=AFTER_NOTICE),
    )
    assert whats_wrong() == []
    connection.close()


@pytest.fixture
def owner(paid: None) -> Iterator[extensions.cursor]:
    """The owner of the tables, with every guard switched off."""
    line = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        yield cursor
    line.close()


def whats_wrong() -> list[str]:
    fault = verify_chain().fault
    return [problem.sentence for problem in ledger_proof().problems] + [fault] * bool(
        fault
    )


def columns_of(owner: extensions.cursor, table: str) -> list[tuple[str, str]]:
    """Names and types of what may be written."""
    owner.execute(
        "SELECT attname, format_type(atttypid, -1) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [(str(name), str(kind)) for name, kind in owner.fetchall()]


def tampers(owner: extensions.cursor, table: str, statement: str) -> bool:
    """Carry it out; False where a key or a CHECK makes it impossible."""
    try:
        owner.execute(f"BEGIN; SET CONSTRAINTS ALL DEFERRED; {statement}; COMMIT")
    except psycopg2.Error:
        owner.execute("ROLLBACK")
        return False
    return True


def mend(owner: extensions.cursor, table: str) -> None:
    names = ", ".join(f'"{name}"' for name, _ in columns_of(owner, table))
    owner.execute(
        f"BEGIN; SET CONSTRAINTS ALL DEFERRED; DELETE FROM {table};"
        f" INSERT INTO {table} ({names}) SELECT {names} FROM kept_{table}; COMMIT"
    )


def test_a_changed_cell_of_the_books_is_found(owner: extensions.cursor) -> None:
    missed, tried = set(), 0
    for table in TABLES:
        columns = columns_of(owner, table)
        key = columns[0][0]
        for name, kind in columns[1:]:
            value = OTHER_VALUES[kind].format(f'"{name}"')
            for end in ENDS.get(table, ("min",)):
                statement = (
                    f'UPDATE {table} SET "{name}" = {value}'
                    f" WHERE {key} = (SELECT {end}({key}) FROM {table})"
                )
                if not tampers(owner, table, statement):
                    continue
                tried += 1
                if whats_wrong() == [] and name not in UNHELD.get(table, ()):
                    missed.add(f"{table}.{name} {end}")
                connection.close()
                mend(owner, table)

    assert missed == set()
    assert tried > 90
    assert whats_wrong() == []


def test_a_removed_row_of_the_books_is_found(owner: extensions.cursor) -> None:
    missed, tried = set(), 0
    for table in TABLES:
        key = columns_of(owner, table)[0][0]
        for end in ("min", "max"):
            statement = (
                f"DELETE FROM {table} WHERE {key} = (SELECT {end}({key}) FROM {table})"
            )
            if not tampers(owner, table, statement):
                continue
            tried += 1
            if whats_wrong() == []:
                missed.add(f"{table} {end}")
            connection.close()
            mend(owner, table)

    assert missed == set()
    assert tried > 15
    assert whats_wrong() == []
