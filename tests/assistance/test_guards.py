"""The payments' guard in the database says what the state table says.

A migration runs a text that was written once; whoever changes the table later writes
a further migration. The guards of small tables are held by `makemigrations --check`.
"""

import pytest
from django.db import connection

from assistance.workflow import PAYMENT
from unionportal.core.guards import Kept, bulk_state_guard_sql
from unionportal.core.workflow import Transition, Workflow

pytestmark = pytest.mark.django_db

TABLE = "assistance_payment"
COLUMNS = Kept(
    always=(
        *("batch_id", "claim_id", "attempt", "source_id", "account_id"),
        *("reference", "amount"),
    ),
    once_set=("instructed_on",),
    while_still=("instructed_on", "settled_on", "reason_code", "end_reason"),
)
WRITE_ONE = (
    "assistance/workflow.py and the guard of payments in the database differ: write a "
    "migration that replaces the guard with the text of bulk_state_guard_sql()."
)


def asked_for(workflow: Workflow) -> list[str]:
    """The bodies of both guards as the state table wants them."""
    create, _ = bulk_state_guard_sql(TABLE, workflow, frozen=COLUMNS)
    return create.split("$guard$")[1::2]


def installed() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname = ANY (%s) ORDER BY proname",
            [[f"guard_{TABLE}_state_insert", f"guard_{TABLE}_state_update"]],
        )
        return [body for (body,) in cursor.fetchall()]


def test_database_guards_payments_by_the_state_table() -> None:
    assert installed() == asked_for(PAYMENT), WRITE_ONE


def test_a_move_more_in_the_table_is_found_missing_in_the_database() -> None:
    more = Transition("revive", "ended", "planned", "恢复")
    changed = Workflow(
        name=PAYMENT.name,
        initial=PAYMENT.initial,
        transitions=(*PAYMENT.transitions, more),
        labels=PAYMENT.labels,
    )

    assert installed()[0] == asked_for(changed)[0]
    assert installed()[1] != asked_for(changed)[1]
