"""The digest of a batch's list: what the signatures are bound to.

sha256 over one line per payment that is to be sent (or was sent), in the order of the
list, computed by the database. A line that is held or withdrawn is not in it, so
that whoever looked at the longer list has seen another digest.
"""

from django.db import connection

from assistance.models import Batch

CANONICAL_LINE = """concat_ws('|', payment.reference, payment.claim_id,
        payment.account_id, payment.source_id, payment.amount)"""
IN_LIST = "(payment.state = 'planned' OR payment.instructed_on IS NOT NULL)"
IN_SENT_LIST = "payment.instructed_on IS NOT NULL"


def digest_sql(condition: str) -> str:
    """Return the aggregate that makes the digest of the payments that fulfil it."""
    return f"""encode(sha256(convert_to(coalesce(
        string_agg({CANONICAL_LINE}, E'\\n' ORDER BY payment.id)
            FILTER (WHERE {condition}), ''), 'UTF8')), 'hex')"""


_DIGEST_OF_BATCH = f"""
    SELECT {digest_sql(IN_LIST)} FROM assistance_payment AS payment
    WHERE payment.year = %s AND payment.batch_id = %s
"""  # noqa: S608 - built from constants


def digest_of(batch: Batch) -> str:
    """Return the digest of the list as it stands; for batches that are not yet sent."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST_OF_BATCH, [batch.round.year, batch.pk])
        return str(cursor.fetchone()[0])
