"""Reads of reconciliations: where an account stands at the end of a month."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet, Sum

from assistance.enums import AccountKind, OutstandingKind, ReconciliationState
from assistance.models import (
    BankStatement,
    OpeningBalance,
    PayingAccount,
    Posting,
    Reconciliation,
    StatementLine,
)
from assistance.rules.reconciliation import NOTHING, Standing, Tally
from unionportal.core.actor import Actor
from unionportal.core.plans import joined_as_wholes
from unionportal.core.scope import within

CASH = (AccountKind.AVAILABLE, AccountKind.RESERVED, AccountKind.COMMITTED)


def end_of(month: date) -> date:
    """The last day of a month."""
    following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
    return following - timedelta(days=1)


def months_between(first: date, last: date) -> Iterator[date]:
    """The first day of every month that two days touch."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = end_of(month) + timedelta(days=1)


def closed_through(account: PayingAccount) -> date | None:
    """The last day of the last closed month; None while none is closed."""
    last = (
        account.reconciliations.filter(state=ReconciliationState.CLOSED)
        .order_by("-month")
        .first()
    )
    return end_of(last.month) if last else None


def reconciliations_visible_to(actor: Actor) -> QuerySet[Reconciliation]:
    """The months of the actor's unions' accounts."""
    return (
        Reconciliation.objects.filter(
            within(actor, "paying_account__organisation__path")
        )
        .select_related(
            "paying_account__organisation", "prepared_by", "closed_by", "reopened_by"
        )
        .order_by("-month", "paying_account__organisation__path")
    )


def book_balance(account: PayingAccount, until: date) -> Decimal:
    """What the union holds on its books at the end of a day: not yet spent.

    One bank account serves all sources of a union, so all of them are added up.
    """
    postings = Posting.objects.filter(
        account__organisation=account.organisation_id,
        account__kind__in=CASH,
        entry__on__lte=until,
    )
    return postings.aggregate(total=Sum("amount"))["total"] or NOTHING


def bank_balance(account: PayingAccount, until: date) -> Decimal | None:
    """What the bank says at the end of a day; None where no statement reaches it."""
    statement = account.statements.filter(
        period_from__lte=until, period_to__gte=until
    ).first()
    if statement is None:
        return None
    if statement.period_to == until:
        return statement.closing
    last = (
        StatementLine.objects.filter(statement=statement, on__lte=until)
        .order_by("-number")
        .first()
    )
    return last.balance if last else statement.opening


def opening_of(account: PayingAccount) -> Decimal:
    """The confirmed opening balance; zero where none was."""
    last = OpeningBalance.objects.filter(paying_account=account).order_by("-id").first()
    return last.amount if last else NOTHING


# Open at the end of a day: not matched by then. A later match explains it by itself.
_ITEMS = """
    WITH line AS (
        SELECT line.id AS line_id, NULL::bigint AS movement_id, line."on", line.side,
               line.amount, line.counterparty, line.reference, line.summary AS title,
               match."on" AS cleared_on, note.note, note.made_by
        FROM assistance_statementline AS line
        LEFT JOIN assistance_match AS match
            ON match.line_id = line.id AND match.undone_on IS NULL
        LEFT JOIN assistance_outstandingitem AS note
            ON note.line_id = line.id AND note.reconciliation_id = %(month)s
        WHERE line.paying_account_id = %(account)s AND line."on" <= %(until)s
          AND (match.id IS NULL OR match."on" > %(until)s)
    ),
    movement AS (
        SELECT NULL::bigint, movement.id, movement."on", movement.side, movement.amount,
               '', movement.reference, movement.title, match."on", note.note,
               note.made_by
        FROM assistance_cashmovement AS movement
        LEFT JOIN assistance_match AS match
            ON match.movement_id = movement.id AND match.undone_on IS NULL
        LEFT JOIN assistance_outstandingitem AS note
            ON note.movement_id = movement.id AND note.reconciliation_id = %(month)s
        WHERE movement.organisation_id = %(organisation)s AND movement."on" <= %(until)s
          AND (match.id IS NULL OR match."on" > %(until)s)
          AND (match.id IS NOT NULL OR movement."on" >= %(since)s)
          AND (movement.void_on IS NULL OR movement.void_on > %(until)s)
    ),
    item AS (
        SELECT line.*, CASE side WHEN 'in' THEN 'bank_received' ELSE 'bank_paid' END
            AS kind FROM line
        UNION ALL
        SELECT movement.*, CASE side WHEN 'in' THEN 'book_received' ELSE 'book_paid' END
        FROM movement
    )
"""
_TALLIES = """
    SELECT kind, count(*), sum(amount),
           count(*) FILTER (WHERE note IS NULL AND cleared_on IS NULL)
    FROM item GROUP BY kind
"""
_LISTED = """
    SELECT kind, line_id, movement_id, "on", side, amount, counterparty, reference,
           title, cleared_on, note, made_by
    FROM item
    WHERE (%(kind)s = '' OR kind = %(kind)s)
      AND (NOT %(only)s OR note IS NULL AND cleared_on IS NULL)
      AND (%(after)s IS NULL OR (kind, "on", coalesce(line_id, movement_id))
          > (%(after_kind)s, %(after_on)s::date, %(after)s))
    ORDER BY kind, "on", coalesce(line_id, movement_id)
    LIMIT %(limit)s
"""


_BELOW = """
    WITH account AS (
        SELECT account.id, account.organisation_id, min(statement.period_from) AS since
        FROM assistance_payingaccount AS account
        JOIN members_organisation AS organisation
            ON organisation.id = account.organisation_id
        JOIN assistance_bankstatement AS statement
            ON statement.paying_account_id = account.id
        WHERE starts_with(organisation.path, %(path)s)
        GROUP BY account.id
    ),
    item AS (
        SELECT line.amount
        FROM account JOIN assistance_statementline AS line
            ON line.paying_account_id = account.id AND line."on" <= %(until)s
        WHERE NOT EXISTS (
            SELECT FROM assistance_match AS match
            WHERE match.line_id = line.id AND match.undone_on IS NULL
              AND match."on" <= %(until)s)
        UNION ALL
        SELECT movement.amount
        FROM account JOIN assistance_cashmovement AS movement
            ON movement.organisation_id = account.organisation_id
           AND movement."on" <= %(until)s
        LEFT JOIN assistance_match AS match
            ON match.movement_id = movement.id AND match.undone_on IS NULL
        WHERE (match.id IS NULL OR match."on" > %(until)s)
          AND (match.id IS NOT NULL OR movement."on" >= account.since)
          AND (movement.void_on IS NULL OR movement.void_on > %(until)s)
    )
    SELECT count(*), coalesce(sum(amount), 0) FROM item
"""


@dataclass(frozen=True, slots=True)
class Item:
    """An open item (未达账项): a line of the bank or a movement of the books."""

    kind: str
    line_id: int | None
    movement_id: int | None
    on: date
    side: str
    amount: Decimal
    counterparty: str
    reference: str
    title: str
    cleared_on: date | None
    note: str | None
    made_by: str | None

    @property
    def key(self) -> str:
        """Its place in the list."""
        return f"{self.kind}.{self.on}.{self.line_id or self.movement_id}"

    @property
    def kind_label(self) -> str:
        """Which of the four classes, in words."""
        return str(OutstandingKind(self.kind).label)

    @property
    def explanation(self) -> str:
        """Why it is open; empty where nobody knows yet."""
        if self.note:
            return self.note
        if self.cleared_on:
            return f"{self.cleared_on} 已核对两清"
        return ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which items: of one class, only those nobody explained, after a place, so many."""

    kind: str = ""
    only_unexplained: bool = False
    after: str = ""
    limit: int = 100_000


EVERYTHING = Chosen()


Params = dict[str, int | str | date | bool | None]


def _params(month: Reconciliation) -> Params:
    account = month.paying_account
    first = BankStatement.objects.filter(paying_account=account, sequence=1).first()
    return {
        "month": month.pk,
        "account": account.pk,
        "organisation": account.organisation_id,
        "until": end_of(month.month),
        "since": first.period_from if first else date.max,
    }


def items_of(month: Reconciliation, chosen: Chosen = EVERYTHING) -> list[Item]:
    """The open items of a month, by class and day."""
    kind, _, rest = chosen.after.partition(".")
    day, _, number = rest.partition(".")
    is_place = kind in OutstandingKind.values and number.isdecimal() and _is_day(day)
    params: Params = _params(month) | {
        "kind": chosen.kind,
        "only": chosen.only_unexplained,
        "after_kind": kind if is_place else None,
        "after_on": day if is_place else None,
        "after": int(number) if is_place else None,
        "limit": chosen.limit,
    }
    with joined_as_wholes(), connection.cursor() as cursor:
        cursor.execute(_ITEMS + _LISTED, params)
        return [Item(*row) for row in cursor.fetchall()]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def standing_of(month: Reconciliation) -> Standing | None:
    """Both balances and the four classes; None until a statement reaches its end."""
    account, until = month.paying_account, end_of(month.month)
    bank = bank_balance(account, until)
    if bank is None:
        return None
    with joined_as_wholes(), connection.cursor() as cursor:
        cursor.execute(_ITEMS + _TALLIES, _params(month))
        rows = cursor.fetchall()
    return Standing(
        bank_balance=bank,
        book_balance=book_balance(account, until),
        opening=opening_of(account),
        tallies={
            kind: Tally(count, amount, open_) for kind, count, amount, open_ in rows
        },
    )


def digest_of_month(month: Reconciliation, standing: Standing) -> str:
    """What a signature stands for: the balances, and every open item with its reason."""
    told = {
        "account": month.paying_account.number,
        "month": month.month.isoformat(),
        "bank": str(standing.bank_balance),
        "book": str(standing.book_balance),
        "opening": str(standing.opening),
        "items": [
            [
                item.kind,
                item.line_id or item.movement_id,
                str(item.amount),
                item.note or "",
            ]
            for item in items_of(month)
        ],
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def outstanding_below(path: str, until: date) -> tuple[Decimal, Decimal]:
    """How many items are open at the end of a day in a subtree, and how many yuan."""
    with joined_as_wholes(), connection.cursor() as cursor:
        cursor.execute(_BELOW, {"path": path, "until": until})
        count, amount = cursor.fetchone()
    return Decimal(count), Decimal(amount)
