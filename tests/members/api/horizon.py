"""Waiting until what was written may be told as a change."""

import time

from django.db import connection

PATIENCE_SECONDS = 240.0  # a test of a neighbour is one transaction, however long


def settled() -> None:
    """Wait until all that is written may be told: transactions older than now have ended.

    Transactions are numbered by the cluster: an older one in any of its databases, such
    as a neighbour's test, holds back what is told here, and holds back only.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        now = cursor.fetchone()[0]
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
            if int(cursor.fetchone()[0]) > now:
                return
            assert time.monotonic() < end, "an older transaction does not end"
            time.sleep(0.05)
