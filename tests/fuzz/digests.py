"""What the database holds, table by table, so that a partial effect cannot hide."""

from functools import cache

from django.db import connection

# Reference material of 44,700 rows: nothing here may change it, its count is enough.
LARGE = {"members_division", "members_organisation", "members_organisationevent"}
TABLES = """
    SELECT c.relname FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY c.relname
"""


@cache
def _statement() -> str:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
    rows = "count(*)::text"
    lines = "md5(string_agg(md5(t::text), '' ORDER BY md5(t::text)))"
    return " UNION ALL ".join(
        f"SELECT '{name}', {rows if name in LARGE else lines} FROM {name} AS t"
        for name in names
    )


def digest() -> dict[str, str | None]:
    """The digest of every table, partitions under their parent's name."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())


def changed(before: dict[str, str | None]) -> set[str]:
    """The tables that no longer hold what they held."""
    after = digest()
    return {name for name in after if after[name] != before[name]}
