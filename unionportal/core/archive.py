"""Years that are archived, and reading over them as if they were still in place.

The schema ``whole`` holds a view for every table of which a year lies in the schema
``archive``, named like the table. Inside `over_whole_years` it stands first on the
search path, so the proofs' own SQL reads attached and detached years alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from unionportal.core.models.archive import ArchivedYear

AUDIT_TABLE = "core_auditentry"


@contextmanager
def over_whole_years() -> Iterator[None]:
    """Run the block over all years that are in the database, detached ones too."""
    with transaction.atomic():
        _set_path("whole, public")
        yield
        _set_path("DEFAULT")


def _set_path(path: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL search_path TO {path}")


def missing_years(*tables: str) -> list[int]:
    """Archived years of which a table is not in the database any more."""
    missing = []
    for archived in ArchivedYear.objects.order_by("year"):
        held = {each["table"] for each in archived.tables if each["table"] in tables}
        if any(not _exists(f"archive.{table}_{archived.year}") for table in held):
            missing.append(archived.year)
    return missing


def missing_sentence(years: list[int]) -> str:
    """Say which years cannot be checked, and what to do; empty for none."""
    if not years:
        return ""
    named = "、".join(map(str, years))
    return (
        f"{named} 年已归档，且不在库中，未能核对；"
        f"请先挂回：manage.py archive_year {years[0]} --attach"
    )


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])
