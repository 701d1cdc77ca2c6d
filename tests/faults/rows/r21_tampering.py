"""R21: one cell changed or one row removed, by the owner, past every guard; it is found.

What a key or a CHECK refuses to the owner too has not been tampered with.
"""

import psycopg2
from django.db import connections

from assistance.queries.ledger import ledger_proof
from tests.assistance.test_tampering import OTHER_VALUES, TABLES, UNHELD
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from unionportal.core.audit import verify_chain
from unionportal.embedded import OWNER


@fault(row="R21", title="所有者绕过守卫改一格或删一行", in_ci=8, tries=500)
def one_edit_is_found(ground: Ground, chance: Chance) -> None:
    ground.at("settled")
    assert _told() == []
    connections.close_all()
    line = psycopg2.connect(ground.engines.addresses.database(role=OWNER))
    line.autocommit = True
    try:
        edit = _edit(line, chance)
    finally:
        line.close()
    assert not edit or _told(), f"not found: {edit}"


def _edit(line: "psycopg2.extensions.connection", chance: Chance) -> str:
    """Change something at random; the statement, or nothing where it was refused."""
    with line.cursor() as cursor:
        table = chance.choice([one for one in TABLES if _count(cursor, one)])
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT attname, format_type(atttypid, -1) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        (key, _kind), *columns = cursor.fetchall()
        place = chance.randrange(_count(cursor, table))
        row = (
            f"{key} = (SELECT {key} FROM {table} ORDER BY {key} OFFSET {place} LIMIT 1)"
        )
        held = [pair for pair in columns if pair[0] not in UNHELD.get(table, ())]
        name, kind = chance.choice(held)
        value = OTHER_VALUES[kind].format(f'"{name}"')
        statement = f'UPDATE {table} SET "{name}" = {value} WHERE {row}'
        if chance.random() < 1 / 4:
            statement = f"DELETE FROM {table} WHERE {row}"
        try:
            cursor.execute(f"BEGIN; SET CONSTRAINTS ALL DEFERRED; {statement}; COMMIT")
        except psycopg2.Error:
            cursor.execute("ROLLBACK")
            return ""
    return statement


def _count(cursor: "psycopg2.extensions.cursor", table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    (found,) = cursor.fetchone() or (0,)
    return int(found)


def _told() -> list[str]:
    fault_ = verify_chain().fault
    return [one.sentence for one in ledger_proof().problems] + [fault_] * bool(fault_)
