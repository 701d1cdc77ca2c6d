"""From lines to batches: sources, payments and digests, each in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from assistance.enums import BatchKind
from assistance.models import FundSource, Round
from assistance.queries.digests import digest_sql
from assistance.queries.schemes import scheme_of
from unionportal.core.errors import Refusal

# `line` has: claim_id, attempt, organisation_id, account_id, amount, level, position.
_INSERT_PAYMENTS = """
    WITH line AS MATERIALIZED ({lines}),
    batch AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('assistance_batch', 'id')) AS id,
               organisation_id
        FROM (SELECT DISTINCT organisation_id FROM line ORDER BY 1) AS unions
    ),
    added AS (
        INSERT INTO assistance_payment
            (year, batch_id, claim_id, attempt, source_id, account_id, reference, amount)
        SELECT {year}, batch.id, sourced.claim_id, sourced.attempt, sourced.source_id,
               sourced.account_id,
               '{year}' || lpad(sourced.claim_id::text, 10, '0')
                        || lpad(sourced.attempt::text, 2, '0'),
               sourced.amount
        FROM ({sourced}) AS sourced
        JOIN batch ON batch.organisation_id = sourced.organisation_id
        ORDER BY sourced.organisation_id, sourced.position
    )
    SELECT id, organisation_id FROM batch ORDER BY id
"""
# The answer on the notice, or the one that took its place with a smaller amount.
_HOLD_DOUBTED = """
    WITH doubted AS MATERIALIZED (
        SELECT unnest(ARRAY[answer.id, answer.superseded_by]) AS id
        FROM members_objection AS objection
        JOIN members_noticeline AS line ON line.id = objection.line_id
            AND line.about_kind = 'assistance.determination'
        JOIN assistance_determination AS answer
            ON answer.id = line.about_id AND answer.year = %s
        WHERE objection.state = 'open'
    )
    UPDATE assistance_payment AS payment SET state = 'held'
    FROM assistance_paymentclaim AS claim
    WHERE claim.determination_id IN (SELECT id FROM doubted)
      AND claim.id = payment.claim_id
      AND payment.year = %s AND payment.batch_id = ANY(%s)
"""
_INSERT_BATCHES = f"""
    INSERT INTO assistance_batch
        (id, number, round_id, organisation_id, kind, sequence, state, cycle, digest,
         line_count, total, paid_count, paid_total, returned_count, returned_total,
         drafted_on)
    SELECT drafted.id,
           concat_ws('-', %s, %s, drafted.organisation_id,
                     %s || drafted.sequence),
           %s, drafted.organisation_id, %s, drafted.sequence, 'drafted', 1,
           summed.digest, summed.line_count, summed.total, 0, 0, 0, 0, %s
    FROM (
        SELECT fresh.id, fresh.organisation_id,
               1 + coalesce(max(earlier.sequence), 0) AS sequence
        FROM unnest(%s::bigint[], %s::bigint[]) AS fresh (id, organisation_id)
        LEFT JOIN assistance_batch AS earlier
            ON earlier.round_id = %s AND earlier.kind = %s
           AND earlier.organisation_id = fresh.organisation_id
        GROUP BY fresh.id, fresh.organisation_id
    ) AS drafted
    JOIN (
        SELECT payment.batch_id, count(*) AS line_count, sum(payment.amount) AS total,
               {digest_sql("payment.state = 'planned'")} AS digest
        FROM assistance_payment AS payment
        WHERE payment.year = %s AND payment.batch_id = ANY(%s)
        GROUP BY payment.batch_id
    ) AS summed ON summed.batch_id = drafted.id
"""  # noqa: S608 - built from constants
_INSERT_FUNDINGS = """
    INSERT INTO assistance_batchfunding
        (batch_id, source_id, line_count, amount, withdrawn_count, withdrawn_amount)
    SELECT batch_id, source_id, count(*), sum(amount), 0, 0
    FROM assistance_payment
    WHERE year = %s AND batch_id = ANY(%s)
    GROUP BY batch_id, source_id ORDER BY batch_id, source_id
"""
_TOTALS = """
    SELECT count(*), coalesce(sum(line_count), 0), coalesce(sum(total), 0)
    FROM assistance_batch WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a drafting made: batches, lines and yuan."""

    batch_ids: tuple[int, ...]
    line_count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Lines:
    """A SELECT of lines with its parameters (columns: see `_INSERT_PAYMENTS`)."""

    sql: str
    params: tuple[Any, ...] = ()


def draft_batches(*, round_: Round, kind: BatchKind, lines: Lines, on: date) -> Drafted:
    """Write payments and one batch per paying union; inside the caller's transaction.

    Each line is borne by the first source, in the scheme's order, whose strings allow
    it and whose available balance covers the running total up to it; where none
    does, by the last allowed one, and the approval will name the shortfall. Lines
    under an open objection are held.
    """
    year = int(round_.year)
    with connection.cursor() as cursor:
        sourced, params = _sourced(sources_of(round_))
        statement = _INSERT_PAYMENTS.format(lines=lines.sql, sourced=sourced, year=year)
        cursor.execute(statement, [*lines.params, *params])
        drafted = cursor.fetchall()
        ids = [row[0] for row in drafted]
        cursor.execute(_HOLD_DOUBTED, [year, year, ids])
        _insert_batches(round_, kind, drafted, on)
        cursor.execute(_INSERT_FUNDINGS, [year, ids])
        cursor.execute(_TOTALS, [ids])
        batches, line_count, total = cursor.fetchone()
    if batches != len(ids):
        raise Refusal("批次未能完整生成，请重试；本次未作任何改动。")
    return Drafted(tuple(ids), int(line_count), Decimal(total))


def sources_of(round_: Round) -> list[FundSource]:
    """Return the scheme's sources in its order; refuses one that is not set up."""
    codes = scheme_of(round_.version).funds
    known = {
        source.code: source for source in FundSource.objects.filter(code__in=codes)
    }
    lacking = [code for code in codes if code not in known]
    if lacking or not codes:
        names = "、".join(lacking) or "（空）"
        raise Refusal(f"方案所列资金来源 {names} 尚未设立；请先在资金来源中登记。")
    return [known[code] for code in codes]


def _insert_batches(
    round_: Round, kind: BatchKind, drafted: Sequence[tuple[int, int]], on: date
) -> None:
    ids = [row[0] for row in drafted]
    unions = [row[1] for row in drafted]
    letter = "M" if kind == BatchKind.MAIN else "F"
    values: list[Any] = [
        *(round_.year, round_.pk, letter, round_.pk, kind, on),
        *(ids, unions, round_.pk, kind),
        *(round_.year, ids),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_BATCHES, values)


def _sourced(sources: Sequence[FundSource]) -> tuple[str, list[Any]]:
    """Return the SELECT that gives each line its source: one window pass a source."""
    sql = "SELECT line.*, NULL::bigint AS source_id FROM line"
    params: list[Any] = []
    for source in sources:
        allowed = _allowed(source)
        before = params
        levels = [list(source.file_levels)] if source.file_levels else []
        sql = f"""
            SELECT s.claim_id, s.attempt, s.organisation_id, s.account_id, s.amount,
                   s.level, s.position,
                   CASE WHEN s.source_id IS NOT NULL THEN s.source_id
                        WHEN {allowed} AND sum(
                            CASE WHEN s.source_id IS NULL AND {allowed}
                                 THEN s.amount ELSE 0 END
                        ) OVER (PARTITION BY s.organisation_id ORDER BY s.position)
                            <= held.balance THEN {source.pk}
                   END AS source_id
            FROM ({sql}) AS s
            LEFT JOIN assistance_account AS held
                ON held.organisation_id = s.organisation_id
               AND held.source_id = {source.pk} AND held.kind = 'available'
        """  # noqa: S608 - numbers of ours; values are parameters
        params = [*levels, *levels, *before]
    last = " ".join(
        f"WHEN {_allowed(source)} THEN {source.pk}" for source in reversed(sources)
    )
    last_levels = [list(s.file_levels) for s in reversed(sources) if s.file_levels]
    return (
        f"""
        SELECT s.claim_id, s.attempt, s.organisation_id, s.account_id, s.amount,
               s.position, coalesce(s.source_id, CASE {last} END) AS source_id
        FROM ({sql}) AS s
        """,  # noqa: S608 - numbers of ours; values are parameters
        [*last_levels, *params],
    )


def _allowed(source: FundSource) -> str:
    """Tell in SQL whether a line's file level meets the strings of a source."""
    return "coalesce(s.level = ANY(%s), FALSE)" if source.file_levels else "TRUE"
