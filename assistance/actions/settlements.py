"""Settlement: the bank's answers applied to payments, books and batches, set-wise.

Whatever brought the answers: they are staged by COPY, matched to payments, and each
step is one statement. Any fault in any line refuses them all.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from assistance.actions.ledger import Leg, Voucher, move, post_entries
from assistance.enums import AccountKind, BatchState, EntryKind, PaymentState
from assistance.rules.banks.reading import AnswerRow
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_messages_from_sql

BUSY = "busy"  # the code of a refusal that another try may overcome
_REFERENCE = re.compile(r"[0-9]{16}")

_STAGE = """
    CREATE TEMPORARY TABLE returned_line (
        number integer, reference text, amount numeric(14, 2), is_paid boolean,
        reason_code text, tail text
    ) ON COMMIT DROP
"""
_MATCH = """
    CREATE TEMPORARY TABLE matched_line ON COMMIT DROP AS
    SELECT line.number, line.reference, line.amount, line.is_paid, line.reason_code,
           payment.id AS payment_id, payment.year, payment.batch_id, payment.source_id,
           payment.claim_id, payment.amount AS owed, payment.state,
           batch.number AS batch_number,
           line.tail <> '' AND line.tail <> account.number_last4 AS is_elsewhere,
           CASE
               WHEN payment.state IN ('instructed', 'in_doubt')
                   THEN CASE WHEN line.is_paid THEN 'pay' ELSE 'return' END
               WHEN payment.state = 'paid'
                   THEN CASE WHEN line.is_paid THEN 'known' ELSE 'take_back' END
               WHEN payment.state IN ('returned', 'ended') AND NOT line.is_paid
                   THEN 'known'
           END AS event
    FROM returned_line AS line
    LEFT JOIN (
        assistance_payment AS payment
        JOIN assistance_batch AS batch ON batch.id = payment.batch_id
        JOIN members_organisation AS organisation
            ON organisation.id = batch.organisation_id
           AND (%s OR organisation.path ^@ ANY(%s))
    ) ON payment.reference = line.reference AND payment.year = ANY(%s)
    LEFT JOIN members_bankaccount AS account ON account.id = payment.account_id
"""
_FAULTS = """
    SELECT number, reference, amount, owed, state, is_paid, batch_number, is_elsewhere
    FROM matched_line
    WHERE payment_id IS NULL OR owed <> amount OR event IS NULL OR is_elsewhere
       OR batch_number <> coalesce(nullif(%s, ''), batch_number)
    ORDER BY number LIMIT 1000
"""
_LOCK_BATCHES = """
    SELECT id FROM assistance_batch
    WHERE id IN (SELECT batch_id FROM matched_line)
    ORDER BY id FOR NO KEY UPDATE
"""
_SUMS = """
    SELECT matched.event, matched.batch_id, batch.number, batch.organisation_id,
           matched.source_id, count(*), sum(matched.owed)
    FROM matched_line AS matched
    JOIN assistance_batch AS batch ON batch.id = matched.batch_id
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 1, 5
"""
_APPLY = """
    UPDATE assistance_payment AS payment
    SET state = CASE matched.event WHEN 'pay' THEN 'paid' ELSE 'returned' END,
        reason_code = matched.reason_code, settled_on = %s,
        paid_on = CASE matched.event WHEN 'pay' THEN %s ELSE payment.paid_on END
    FROM matched_line AS matched
    WHERE payment.id = matched.payment_id AND payment.year = matched.year
      AND payment.year = ANY(%s) AND payment.state = matched.state
      AND matched.event <> 'known'
"""
_COUNT = """
    UPDATE assistance_batch AS batch
    SET paid_count = batch.paid_count + change.paid_count,
        paid_total = batch.paid_total + change.paid_total,
        returned_count = batch.returned_count + change.returned_count,
        returned_total = batch.returned_total + change.returned_total
    FROM unnest(%s::bigint[], %s::int[], %s::numeric[], %s::int[], %s::numeric[])
        AS change (id, paid_count, paid_total, returned_count, returned_total)
    WHERE batch.id = change.id
"""
_SETTLE = """
    UPDATE assistance_batch AS batch SET state = 'settled', settled_on = %s
    WHERE batch.id = ANY(%s) AND batch.state = 'instructed'
      AND batch.line_count = batch.paid_count + batch.returned_count + (
          SELECT coalesce(sum(funding.withdrawn_count), 0)
          FROM assistance_batchfunding AS funding WHERE funding.batch_id = batch.id)
    RETURNING batch.id, batch.number, batch.organisation_id
"""
_TOLD = """
    SELECT concat(%s::text, ':', matched.payment_id), claim.payee_id,
           'assistance.determination', claim.determination_id, claim.organisation_id,
           jsonb_build_object('union', organisation.short_name)
    FROM matched_line AS matched
    JOIN assistance_paymentclaim AS claim ON claim.id = matched.claim_id
    JOIN members_organisation AS organisation
        ON organisation.id = claim.organisation_id
    WHERE matched.event = ANY(%s)
"""
_ENTRIES = {
    "pay": (EntryKind.SPEND, AccountKind.COMMITTED, AccountKind.SPENT),
    "return": (EntryKind.RELEASE, AccountKind.COMMITTED, AccountKind.AVAILABLE),
    "take_back": (EntryKind.TAKE_BACK, AccountKind.SPENT, AccountKind.AVAILABLE),
}
_NOTICES = (
    ("paid", "assistance/notices/paid.txt", ["pay"]),
    ("returned", "assistance/notices/returned.txt", ["return", "take_back"]),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the bank answered: rows of (line number, reference, amount in yuan,
    whether it was paid, reason code, last four digits of the account or nothing), and
    the key under which it goes on the books. Where the bank names one batch, every
    line must be of it.
    """

    rows: Sequence[AnswerRow]
    key: str
    document: str
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the answers came to; amounts in yuan. Known lines changed nothing."""

    paid_count: int
    paid_total: Decimal
    returned_count: int
    returned_total: Decimal
    taken_back_count: int
    known_count: int
    batches: tuple[str, ...]
    settled: tuple[str, ...]


class Unfit(Exception):  # noqa: N818 - the answer to a file, not a fault
    """The answers cannot be applied; carries every problem with its line number."""

    def __init__(self, problems: Iterable[tuple[int, str]]) -> None:
        """Keep the problems in the order of the lines."""
        self.problems = sorted(problems)
        super().__init__(len(self.problems))


@dataclass(frozen=True, slots=True)
class _Sum:
    """What one event came to at one batch and source."""

    event: str
    batch_id: int
    batch_number: str
    organisation_id: int
    source_id: int
    count: int
    amount: Decimal


def settle(*, answers: Answers, by: Actor, on: date) -> Settlement:
    """Apply the answers inside the caller's transaction; all of them, or ``Unfit``.

    Instructed or in doubt → paid (money spent) or returned (money released); paid →
    returned, however late (money taken back). An answer that is known already
    changes nothing. A batch all of whose lines have a result is settled.
    """
    years = _stage(answers.rows)
    with connection.cursor() as cursor:
        cursor.execute(_MATCH, [by.is_system, _paths(by), years])
        cursor.execute("ANALYZE matched_line")
    _check_matched(answers.batch)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_BATCHES)
        cursor.execute(_SUMS)
        sums = [_Sum(*row) for row in cursor.fetchall()]
    changes = [each for each in sums if each.event != "known"]
    _apply(changes, years, on)
    _book(changes, answers, by=by, on=on)
    settled = _count(changes, by=by, on=on)
    _tell()
    return _summed(sums, settled)


def _paths(by: Actor) -> list[str]:
    """A payer answers for the unions at and below his post, and for no other."""
    return [seat.path for seat in by.seats if seat.role == Role.PAYER]


def _stage(rows: Sequence[AnswerRow]) -> list[int]:
    """Copy the rows to the database; return the years their references name."""
    lines: dict[str, int] = {}
    problems: list[tuple[int, str]] = []
    for number, reference, *_rest in rows:
        if not _REFERENCE.fullmatch(reference):
            problems.append((number, f"发放编号“{reference[:32]}”不存在"))
        elif (first := lines.setdefault(reference, number)) != number:
            problems.append((number, f"发放编号 {reference} 与第 {first} 行重复"))
    if problems:
        raise Unfit(problems)
    text = "\n".join(
        f"{number}\t{reference}\t{amount}\t{is_paid}\t{reason}\t{_digits(tail)}"
        for number, reference, amount, is_paid, reason, tail in rows
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.returned_line, pg_temp.matched_line"
        )
        cursor.execute(_STAGE)
        cursor.copy_expert("COPY returned_line FROM STDIN", io.StringIO(text))
        cursor.execute("ANALYZE returned_line")
    return sorted({int(reference[:4]) for reference in lines})


def _digits(tail: str) -> str:
    """The end of an account as it is copied: anything but digits fits no account."""
    return tail if not tail or tail.isdecimal() else "?"


@dataclass(frozen=True, slots=True)
class _Fault:
    """A line that does not fit; what is None has no payment."""

    number: int
    reference: str
    amount: Decimal
    owed: Decimal | None
    state: str | None
    is_paid: bool
    batch: str | None
    is_elsewhere: bool | None


def _check_matched(batch: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, [batch])
        faults = [_Fault(*row) for row in cursor.fetchall()]
    if faults:
        raise Unfit((fault.number, _said(fault, batch)) for fault in faults)


def _said(fault: _Fault, batch: str) -> str:
    reference, owed = fault.reference, fault.owed
    if fault.batch is None:
        return f"发放编号 {reference} 不存在或不在您的工会范围内"
    if batch and fault.batch != batch:
        return f"发放编号 {reference} 属于批次 {fault.batch}，不是本文件的批次 {batch}"
    if fault.amount != owed:
        return f"发放编号 {reference} 金额为 {fault.amount} 元，应为 {owed} 元"
    if fault.is_elsewhere:
        return f"发放编号 {reference} 的账号与发放时的收款账号不符"
    answer = "成功" if fault.is_paid else "退回"
    label = PaymentState(str(fault.state)).label
    return f"发放编号 {reference} 现在是“{label}”，与银行结果“{answer}”不符"


def _apply(changes: Sequence[_Sum], years: list[int], on: date) -> None:
    expected = sum(each.count for each in changes)
    if not expected:
        return
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, [on, on, years])
        applied = cursor.rowcount
    if applied != expected:
        raise Refusal(
            "有发放正在被他人办理，请稍后重新导入；本次未作任何改动。", code=BUSY
        )


def _book(changes: Sequence[_Sum], answers: Answers, *, by: Actor, on: date) -> None:
    """One entry per batch and event, with a posting pair per source."""
    legs: dict[tuple[str, int, str], list[Leg]] = defaultdict(list)
    for each in changes:
        _kind, taken_from, put_into = _ENTRIES[each.event]
        legs[each.event, each.batch_id, each.batch_number] += move(
            each.organisation_id,
            each.source_id,
            each.amount,
            taken_from=taken_from,
            put_into=put_into,
        )
    entries = [
        (
            Voucher(
                kind=_ENTRIES[event][0],
                key=f"{event}:{answers.key}:{batch_id}",
                document=f"批次 {number} {answers.document}"[:200],
                batch_id=batch_id,
            ),
            each,
        )
        for (event, batch_id, number), each in legs.items()
    ]
    if entries:
        post_entries(entries=entries, by=by, on=on)


def _count(changes: Sequence[_Sum], *, by: Actor, on: date) -> tuple[str, ...]:
    """Add the results to the batches; settle those that are complete."""
    totals: dict[int, list[int | Decimal]] = {}
    for each in changes:
        row = totals.setdefault(each.batch_id, [0, Decimal(0), 0, Decimal(0)])
        paid = {"pay": 1, "return": 0, "take_back": -1}[each.event]
        row[0] += paid * each.count
        row[1] += paid * each.amount
        if each.event != "pay":
            row[2] += each.count
            row[3] += each.amount
    ids = list(totals)
    columns = [[totals[batch][at] for batch in ids] for at in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [ids, *columns])
        cursor.execute(_SETTLE, [on, ids])
        settled = cursor.fetchall()
    for batch_id, _number, organisation_id in settled:
        record(
            by=by,
            verb="settle_batch",
            subject=("assistance.batch", batch_id),
            on=on,
            organisation_id=organisation_id,
            changes={"state": [BatchState.INSTRUCTED, BatchState.SETTLED]},
        )
    return tuple(str(number) for _id, number, _organisation_id in settled)


def _tell() -> None:
    """Tell those concerned, without kind or amount; the reason stands in the portal."""
    for moment, template, events in _NOTICES:
        queue_messages_from_sql(
            template=template, select=_TOLD, params=[moment, events]
        )


def _summed(sums: Sequence[_Sum], settled: tuple[str, ...]) -> Settlement:
    def count(*events: str) -> int:
        return sum(each.count for each in sums if each.event in events)

    def total(*events: str) -> Decimal:
        chosen = (each.amount for each in sums if each.event in events)
        return sum(chosen, Decimal("0.00"))

    return Settlement(
        paid_count=count("pay"),
        paid_total=total("pay"),
        returned_count=count("return", "take_back"),
        returned_total=total("return", "take_back"),
        taken_back_count=count("take_back"),
        known_count=count("known"),
        batches=tuple(dict.fromkeys(each.batch_number for each in sums)),
        settled=settled,
    )
