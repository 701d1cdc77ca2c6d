"""The start state of sandboxes: built once a version, copied for each client (ADR 0019)."""

import hashlib
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.loader import MigrationLoader

from members.actions.sandbox import lay_out_sandbox, start_items
from unionportal.core import sandbox
from unionportal.core.actor import SYSTEM
from unionportal.core.secrets import active_key_id
from unionportal.embedded import CREATE_DATABASE

OWNER = "owner"
EDITION = 1  # counts up where the laying out changes, and no row or table does
# A cursor of before a reset is lost: the era of a sandbox is that of its database.
_ERA = """
    CREATE OR REPLACE FUNCTION members_era() RETURNS text LANGUAGE sql STABLE AS $$
        SELECT oid::text || '-00000000' FROM pg_catalog.pg_database
        WHERE datname = pg_catalog.current_database()
    $$
"""


def lay_tables(*, on: date, verbosity: int = 0) -> None:
    """Tables and rights of this version, and room for the audit of two years."""
    call_command("migrate", interactive=False, verbosity=verbosity)
    for year in (on.year, on.year + 1):
        with connections[OWNER].cursor() as cursor:
            cursor.execute("SELECT core_ensure_audit_year(%s)", [year])


def prepare_sandboxes(*, on: date) -> bool:
    """Build the start state where it is another than this version's; tell whether.

    The clients' sandboxes are thrown away with the old one, and made anew when asked.
    """
    if not sandbox.is_configured():
        return False
    start, edition = sandbox.start_name(), _edition()
    with transaction.atomic():
        sandbox.hold(sandbox.START, shared=False)
        if _edition_of(start) == edition:
            return False
        draft = f"{start}_draft"
        sandbox.throw_away(draft)
        role = str(settings.SANDBOX_SERVER["USER"])
        sandbox.run(CREATE_DATABASE.format(name=draft, owner=role))
        _fill(draft, on=on)
        for name in _copies(start):
            sandbox.throw_away(name)
        sandbox.throw_away(start)
        sandbox.run(f'ALTER DATABASE "{draft}" RENAME TO "{start}"')
        sandbox.run(f"COMMENT ON DATABASE \"{start}\" IS '{edition}'")
    return True


def _fill(name: str, *, on: date) -> None:
    owner = settings.SANDBOX_SERVER | {"NAME": name}
    runner = {"NAME": name}
    with (
        sandbox.standing_in(OWNER, owner),
        sandbox.standing_in(DEFAULT_DB_ALIAS, runner),
    ):
        lay_tables(on=on)
        with connections[OWNER].cursor() as cursor:
            cursor.execute(_ERA)
        lay_out_sandbox(on=on, by=SYSTEM)


def _copies(start: str) -> list[str]:
    """The clients' sandboxes that stand."""
    rows = sandbox.run(
        f"SELECT datname FROM pg_database WHERE datname ~ '^{start}_[0-9]+$'"  # noqa: S608
    )
    return [str(row[0]) for row in rows]


def _edition() -> str:
    """What a start state is made of: tables, keys, and its own rows."""
    known = sorted(map(str, MigrationLoader(None).disk_migrations))
    keys = (active_key_id(), settings.BLIND_INDEX_KEY.hex(), settings.RUNNING_ROLE)
    text = "\n".join((*known, *keys, str(EDITION), str(start_items())))
    return hashlib.sha256(text.encode()).hexdigest()


def _edition_of(start: str) -> str | None:
    rows = sandbox.run(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"  # noqa: S608
        f" WHERE datname = '{start}'"
    )
    return str(rows[0][0]) if rows else None
