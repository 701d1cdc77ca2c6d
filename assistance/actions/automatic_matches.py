"""What matches by itself: by number, direction and amount; offsets; whole batches."""

from datetime import date

from django.db import connection

from assistance.models import PayingAccount
from assistance.queries.reconciliations import closed_through
from unionportal.core.actor import Actor

_STAGE = """
    CREATE TEMPORARY TABLE open_line ON COMMIT DROP AS
    SELECT line.id, line."on", line.side, line.amount, line.reference,
           CASE line.side WHEN 'in' THEN line.amount ELSE -line.amount END AS signed
    FROM assistance_statementline AS line
    WHERE line.paying_account_id = %(account)s AND line.reference <> ''
      AND NOT EXISTS (
          SELECT FROM assistance_match AS match
          WHERE match.line_id = line.id AND match.undone_on IS NULL);
    CREATE TEMPORARY TABLE open_movement ON COMMIT DROP AS
    SELECT movement.id, movement."on", movement.side, movement.amount,
           movement.batch_id,
           coalesce(nullif(movement.reference, ''), movement.title) AS reference,
           CASE movement.side WHEN 'in' THEN movement.amount
               ELSE -movement.amount END AS signed
    FROM assistance_cashmovement AS movement
    WHERE movement.organisation_id = %(organisation)s AND movement.void_on IS NULL
      AND NOT EXISTS (
          SELECT FROM assistance_match AS match
          WHERE match.movement_id = movement.id AND match.undone_on IS NULL);
    ANALYZE open_line; ANALYZE open_movement;
"""
_CLEAR = "DROP TABLE IF EXISTS pg_temp.open_line, pg_temp.open_movement"
_INTO = """
    INSERT INTO assistance_match (paying_account_id, "group", line_id, movement_id,
        line_amount, movement_amount, "on", method, made_by, made_on, undone_by,
        undone_reason)
"""
# The same number, direction and amount; of two lines alike the first one counts.
_BY_REFERENCE = f"""
    {_INTO}
    SELECT %(account)s, nextval('assistance_match_group'), line.id, movement.id,
           line.signed, line.signed, greatest(line."on", movement."on"), 'reference',
           %(by)s, %(on)s, '', ''
    FROM (SELECT *, row_number() OVER (
              PARTITION BY reference, side, amount ORDER BY id) AS place
          FROM open_line) AS line
    JOIN (SELECT *, row_number() OVER (
              PARTITION BY reference, side, amount ORDER BY id) AS place
          FROM open_movement) AS movement
        USING (reference, side, amount, place)
    WHERE greatest(line."on", movement."on") > %(closed)s
"""  # noqa: S608 - made of constants
_TAKE_OFF = """
    DELETE FROM open_line USING assistance_match AS match
    WHERE match.line_id = open_line.id AND match.undone_on IS NULL;
    DELETE FROM open_movement USING assistance_match AS match
    WHERE match.movement_id = open_movement.id AND match.undone_on IS NULL;
"""
# The bank debited a payment and gave it back before we heard: on the books nothing moved.
_OFFSETS = f"""
    WITH pair AS (
        SELECT line.reference, max(line."on") AS "on",
               nextval('assistance_match_group') AS "group"
        FROM open_line AS line
        JOIN assistance_payment AS payment
            ON payment.reference = line.reference AND payment.amount = line.amount
           AND payment.year = left(line.reference, 4)::integer
        JOIN assistance_batch AS batch ON batch.id = payment.batch_id
            AND batch.organisation_id = %(organisation)s
        WHERE line.reference ~ '^[0-9]{{16}}$'
          AND payment.state IN ('returned', 'ended') AND payment.paid_on IS NULL
        GROUP BY line.reference
        HAVING sum(line.signed) = 0 AND max(line."on") > %(closed)s
    )
    {_INTO}
    SELECT %(account)s, pair."group", line.id, NULL, line.signed, 0, pair."on",
           'offset', %(by)s, %(on)s, '', ''
    FROM open_line AS line JOIN pair USING (reference)
"""  # noqa: S608 - made of constants
# One debit for a whole batch, and what came back of it: against the batch's payments.
_BATCHES = f"""
    WITH told AS (
        SELECT batch.id AS batch_id, batch.number AS reference, sum(line.signed) AS signed,
               max(line."on") AS "on"
        FROM open_line AS line
        JOIN assistance_batch AS batch ON batch.number = line.reference
            AND batch.organisation_id = %(organisation)s
        GROUP BY batch.id
    ),
    booked AS (
        SELECT batch_id, sum(signed) AS signed, max("on") AS "on"
        FROM open_movement WHERE batch_id IS NOT NULL GROUP BY batch_id
    ),
    pair AS MATERIALIZED (
        SELECT told.batch_id, told.reference, greatest(told."on", booked."on") AS "on",
               nextval('assistance_match_group') AS "group"
        FROM told LEFT JOIN booked USING (batch_id)
        WHERE told.signed = coalesce(booked.signed, 0)
          AND greatest(told."on", booked."on") > %(closed)s
    ),
    half AS (
        SELECT pair."group", line.id AS line_id, NULL::bigint AS movement_id,
               line.signed AS line_amount, 0 AS movement_amount, pair."on"
        FROM open_line AS line JOIN pair USING (reference)
        UNION ALL
        SELECT pair."group", NULL, movement.id, 0, movement.signed, pair."on"
        FROM open_movement AS movement JOIN pair USING (batch_id)
    )
    {_INTO}
    SELECT %(account)s, "group", line_id, movement_id, line_amount, movement_amount,
           "on", 'batch', %(by)s, %(on)s, '', ''
    FROM half
"""  # noqa: S608 - made of constants
_COUNT = """
    SELECT count(*) FROM assistance_match
    WHERE paying_account_id = %s AND line_id IS NOT NULL AND undone_on IS NULL
"""


def match_account(account: PayingAccount, *, by: Actor, on: date) -> int:
    """Match inside the caller's transaction, who holds the account's row.

    First by number, direction and amount; then a payment that the bank debited and gave
    back; then the one debit of a batch against its payments. Nothing that would fall
    into a closed month.
    """
    params: dict[str, int | str | date] = {
        "account": account.pk,
        "organisation": account.organisation_id,
        "closed": closed_through(account) or date.min,
        "by": by.name,
        "on": on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [account.pk])
        earlier = int(cursor.fetchone()[0])
        cursor.execute(_CLEAR)
        cursor.execute(_STAGE, params)
        for statement in (_BY_REFERENCE, _OFFSETS, _BATCHES):
            cursor.execute(statement, params)
            cursor.execute(_TAKE_OFF)
        cursor.execute(_COUNT, [account.pk])
        return int(cursor.fetchone()[0]) - earlier
