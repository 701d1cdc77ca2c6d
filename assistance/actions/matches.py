"""Matches (核对): what the bank says set against the books, by itself and by hand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from assistance.actions.automatic_matches import match_account
from assistance.actions.ledger import Voucher, known_source, move, post_entry
from assistance.enums import AccountKind, EntryKind, MatchMethod, Side
from assistance.models import (
    CashMovement,
    Entry,
    Match,
    PayingAccount,
    Posting,
    StatementLine,
)
from assistance.permissions.statements import can_enter_bank_line, can_match_lines
from assistance.queries.matches import (
    lines_open,
    movements_open,
    signed,
)
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.guards import refusal_from
from unionportal.core.money import show_yuan

POINTS = {
    verb: (
        declare_crashpoint(f"{verb}.before_commit"),
        declare_crashpoint(f"{verb}.after_commit"),
    )
    for verb in ("match_statement", "confirm_matches", "undo_match", "enter_bank_line")
}


def match_statement(*, account_id: int, by: Actor, on: date) -> int:
    """Match what matches by itself; returns how many lines were matched anew."""
    before, after = POINTS["match_statement"]
    with transaction.atomic():
        account = locked_account(account_id)
        can_match_lines(by, account).require()
        count = match_account(account, by=by, on=on)
        record(
            by=by,
            verb="match_statement",
            subject=account,
            on=on,
            organisation_id=account.organisation_id,
            changes={"matched": count},
        )
        crashpoint(before)
    crashpoint(after)
    return count


def locked_account(account_id: int) -> PayingAccount:
    """Hold an account alone: matching, importing and closing wait for each other."""
    account = (
        PayingAccount.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .filter(pk=account_id)
        .first()
    )
    if account is None:
        raise Refusal("没有这个付款账户，请刷新后再试。", field="account_id")
    return account


def confirm_matches(
    *, account_id: int, pairs: Sequence[tuple[int, int]], by: Actor, on: date
) -> int:
    """A person says which lines are which movements; returns the number of groups.

    Pairs that share a line or a movement are one group, whose two sides must come to
    the same. Refused: what is matched already or not open, sums that differ, and a
    closed month.
    """
    before, after = POINTS["confirm_matches"]
    with transaction.atomic():
        account = locked_account(account_id)
        can_match_lines(by, account).require()
        groups = [_Group(account, group) for group in _grouped(pairs)]
        if not groups:
            raise Refusal("请先选择要核对的账项。", field="pairs")
        _insert([row for each in groups for row in each.rows(by=by, on=on)])
        record(
            by=by,
            verb="confirm_matches",
            subject=account,
            on=on,
            organisation_id=account.organisation_id,
            changes={"pairs": [list(pair) for pair in pairs]},
        )
        crashpoint(before)
    crashpoint(after)
    return len(groups)


def undo_match(*, group: int, reason: str, by: Actor, on: date) -> None:
    """Take a match back, the whole group, with a reason; the rows stay.

    Refused: none that stands, no reason, and a closed month.
    """
    before, after = POINTS["undo_match"]
    with transaction.atomic():
        standing = Match.objects.filter(group=group, undone_on=None).order_by("id")
        first = standing.first()
        if first is None:
            raise Refusal("这笔核对已经取消，请刷新后再试。", code="undone")
        account = locked_account(first.paying_account_id)
        can_match_lines(by, account).require()
        if not reason.strip():
            raise Refusal("请填写取消核对的理由。", field="reason")
        _guarded(
            lambda: standing.update(
                undone_on=on, undone_by=by.name, undone_reason=reason.strip()[:200]
            )
        )
        record(
            by=by,
            verb="undo_match",
            subject=account,
            on=on,
            organisation_id=account.organisation_id,
            changes={"group": group},
            reason=reason.strip(),
        )
        crashpoint(before)
    crashpoint(after)


def enter_bank_line(*, line_id: int, source_id: int, by: Actor, on: date) -> Entry:
    """Enter a fee or interest that the bank booked, and match it in the same act.

    What came in raises what is available of a source, what went out is spent of it.
    The entry bears today's date: at the end of an earlier month the line is still open.
    Refused: a line that is matched, and money that the source does not have.
    """
    before, after = POINTS["enter_bank_line"]
    with transaction.atomic():
        line = StatementLine.objects.filter(pk=line_id).first()
        if line is None:
            raise Refusal("没有这一行对账单明细，请刷新后再试。", field="line_id")
        account = locked_account(line.paying_account_id)
        can_enter_bank_line(by, account).require()
        if not lines_open(account).filter(pk=line.pk).exists():
            raise Refusal("这一行已经核对，不能再入账。", code="matched")
        entry = _enter(line, account, source_id, by=by, on=on)
        posting = Posting.objects.get(entry=entry, account__kind=AccountKind.AVAILABLE)
        group = _Group(account, [(line.pk, posting.pk * 4 + 2)])
        _insert(group.rows(by=by, on=on, method=MatchMethod.ENTERED))
        crashpoint(before)
    crashpoint(after)
    return entry


def _enter(
    line: StatementLine, account: PayingAccount, source_id: int, *, by: Actor, on: date
) -> Entry:
    source = known_source(source_id)
    is_in = line.side == Side.IN
    kind = EntryKind.INTEREST if is_in else EntryKind.FEE
    document = f"{line.on} 对账单 {line.summary or kind.label}"[:200]
    key = f"{kind}:{line.pk}"
    undone = Entry.objects.filter(reverses__key__startswith=key).count()
    entry = post_entry(
        voucher=Voucher(kind, f"{key}:{undone}" if undone else key, document),
        legs=move(
            account.organisation_id,
            source.pk,
            line.amount,
            taken_from=AccountKind.FUNDING if is_in else AccountKind.AVAILABLE,
            put_into=AccountKind.AVAILABLE if is_in else AccountKind.SPENT,
        ),
        by=by,
        on=on,
    )
    record(
        by=by,
        verb="enter_bank_line",
        subject=entry,
        on=on,
        organisation_id=account.organisation_id,
        changes={"source": source.code, "amount": str(line.amount), "line": line.pk},
        reason=document,
    )
    return entry


def _grouped(pairs: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs of one movement with several lines go together, else those of one line."""
    lines_of = Counter(movement for _line, movement in set(pairs))
    groups: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for line, movement in dict.fromkeys(pairs):
        key = ("movement", movement) if lines_of[movement] > 1 else ("line", line)
        groups[key].append((line, movement))
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines and movements that a person says are the same money."""

    account: PayingAccount
    pairs: Sequence[tuple[int, int]]

    def rows(
        self, *, by: Actor, on: date, method: MatchMethod = MatchMethod.CONFIRMED
    ) -> list[Match]:
        """The rows to be written: one for a pair, else one for each member."""
        lines = self._lines()
        movements = self._movements()
        if sum(map(signed, lines)) != sum(map(signed, movements)):
            raise Refusal(
                f"两边金额不等：银行 {_shown(lines)} 元，账面 {_shown(movements)} 元，不能核对。",
                code="uneven",
            )
        number = _next_group()
        days = [*(each.on for each in lines), *(each.on for each in movements)]
        rows = [
            Match(
                line_id=line.pk if line else None,
                movement_id=movement.pk if movement else None,
                line_amount=signed(line) if line else Decimal(0),
                movement_amount=signed(movement) if movement else Decimal(0),
            )
            for line, movement in self._members(lines, movements)
        ]
        for row in rows:
            row.paying_account, row.group, row.on = self.account, number, max(days)
            row.method, row.made_by, row.made_on = method, by.name, on
        return rows

    def _members(
        self, lines: Sequence[StatementLine], movements: Sequence[CashMovement]
    ) -> list[tuple[StatementLine | None, CashMovement | None]]:
        if len(lines) == len(movements) == 1:
            return [(lines[0], movements[0])]
        return [
            *((line, None) for line in lines),
            *((None, movement) for movement in movements),
        ]

    def _lines(self) -> list[StatementLine]:
        wanted = {line for line, _movement in self.pairs}
        found = list(lines_open(self.account).filter(pk__in=wanted))
        if len(found) != len(wanted):
            raise Refusal(
                "所选的对账单明细已经核对，或不属于这个账户；请刷新后再试。",
                code="matched",
            )
        return found

    def _movements(self) -> list[CashMovement]:
        wanted = {movement for _line, movement in self.pairs}
        found = list(movements_open(self.account).filter(pk__in=wanted))
        if len(found) != len(wanted):
            raise Refusal(
                "所选的账面记录已经核对或冲销，或不属于这个工会；请刷新后再试。",
                code="matched",
            )
        return found


def _shown(rows: Sequence[StatementLine | CashMovement]) -> str:
    return show_yuan(sum(map(signed, rows), Decimal(0)))


def _next_group() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('assistance_match_group')")
        return int(cursor.fetchone()[0])


def _insert(rows: Sequence[Match]) -> None:
    _guarded(lambda: Match.objects.bulk_create(rows))


def _guarded(write: Callable[[], object]) -> None:
    """Write, or refuse in the words of the database's own guard."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        raise refusal_from(error) or Refusal(
            "所选账项刚被他人核对，请刷新后再试。", code="matched"
        ) from error
