"""How the database is asked to plan statements that join long tables as wholes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def joined_as_wholes() -> Iterator[None]:
    """Plan without nested loops inside the block.

    Right after a bulk insertion the statistics know nothing of it; a nested loop over
    136,000 lines and as many matches would take hours, a hash join a second.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SET LOCAL enable_nestloop = on")
