"""Reconciliations (对账): items explained, the month signed by two persons, and opened again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from assistance.actions.matches import locked_account
from assistance.enums import OutstandingKind, ReconciliationState
from assistance.models import OpeningBalance, OutstandingItem, Reconciliation
from assistance.permissions.statements import (
    can_close_reconciliation,
    can_confirm_opening,
    can_match_lines,
    can_prepare_reconciliation,
    can_reopen_reconciliation,
    can_return_reconciliation,
    preparing_seat,
    reopening_seat,
    reviewing_seat,
)
from assistance.queries.reconciliations import (
    Item,
    closed_through,
    digest_of_month,
    end_of,
    items_of,
    opening_of,
    standing_of,
)
from assistance.rules.reconciliation import CLASSES, Standing
from assistance.workflow import RECONCILIATION
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.guards import refusal_from
from unionportal.core.money import show_yuan, yuan

POINTS = {
    verb: (
        declare_crashpoint(f"{verb}.before_commit"),
        declare_crashpoint(f"{verb}.after_commit"),
    )
    for verb in (
        "explain_outstanding",
        "confirm_opening",
        "prepare_reconciliation",
        "return_reconciliation",
        "close_reconciliation",
        "reopen_reconciliation",
    )
}
UNSIGNED = {
    "digest": "",
    "prepared_on": None,
    "prepared_by_id": None,
    "prepared_for_id": None,
    "closed_on": None,
    "closed_by_id": None,
    "closed_for_id": None,
}


def explain_outstanding(
    *,
    reconciliation_id: int,
    line_id: int | None = None,
    movement_id: int | None = None,
    note: str,
    by: Actor,
    on: date,
) -> OutstandingItem:
    """Say why an item is open at the end of a month; its class follows from the item.

    Refused: an item that is not open there, no words, and a month that is signed for.
    """
    before, after = POINTS["explain_outstanding"]
    with transaction.atomic():
        month = locked_month(reconciliation_id)
        can_match_lines(by, month.paying_account).require()
        if month.state != ReconciliationState.OPEN:
            raise Refusal(
                f"{month}的调节表已经签字，不能再改说明；请先退回或重新打开。",
                code="state",
            )
        if not note.strip():
            raise Refusal("请写明未达的原因。", field="note")
        item = _item(month, line_id, movement_id)
        explained, _created = OutstandingItem.objects.update_or_create(
            reconciliation=month,
            line_id=item.line_id,
            movement_id=item.movement_id,
            defaults={
                "kind": OutstandingKind(item.kind),
                "note": note.strip()[:200],
                "on": on,
                "made_by": by.name,
            },
        )
        _record(
            "explain_outstanding",
            month,
            by=by,
            on=on,
            changes={"kind": item.kind, "amount": item.amount, "item": item.key},
            reason=note.strip(),
        )
        crashpoint(before)
    crashpoint(after)
    return explained


def confirm_opening(
    *, account_id: int, amount: Decimal, document: str, by: Actor, on: date
) -> OpeningBalance:
    """Answer for what lay on an account when its statements began and is on no book.

    Refused: no document, the amount that stands already, and an account with a closed
    month, whose figures it would change.
    """
    before, after = POINTS["confirm_opening"]
    with transaction.atomic():
        account = locked_account(account_id)
        can_confirm_opening(by, account).require()
        if not document.strip():
            raise Refusal("请填写依据文件或凭证号。", field="document")
        if amount != yuan(amount):
            raise Refusal("金额最多两位小数。", field="amount")
        if closed_through(account) is not None:
            raise Refusal(
                "这个账户已有月份关账，启用余额不能再改；请先重新打开。", code="state"
            )
        former = opening_of(account)
        if former == amount:
            raise Refusal("启用余额没有变化。", field="amount")
        confirmed = OpeningBalance.objects.create(
            paying_account=account,
            amount=yuan(amount),
            document=document.strip()[:200],
            on=on,
            made_by=by.name,
        )
        record(
            by=by,
            verb="confirm_opening",
            subject=confirmed,
            on=on,
            organisation_id=account.organisation_id,
            changes={"amount": [former, yuan(amount)]},
            reason=document.strip(),
        )
        crashpoint(before)
    crashpoint(after)
    return confirmed


def prepare_reconciliation(
    *, reconciliation_id: int, by: Actor, on: date
) -> Reconciliation:
    """Sign the month as prepared: open → prepared, with its figures.

    Refused: a month that is not over or that no statement reaches the end of, items
    that nobody has explained (how many and where), and balances that do not agree.
    """
    with transaction.atomic():
        month = locked_month(reconciliation_id)
        can_prepare_reconciliation(by, month).require()
        if on <= end_of(month.month):
            raise Refusal(f"{month}还没有结束，月末之后才能编制调节表。", code="early")
        standing = _agreed(month)
        seat = preparing_seat(by, month)
        _take_figures(month, standing)
        month.digest = digest_of_month(month, standing)
        month.prepared_on, month.prepared_by_id = on, by.user_id
        month.prepared_for_id = seat.principal_id if seat else None
        _move(month, "prepare", by=by, on=on)
    return month


def return_reconciliation(
    *, reconciliation_id: int, reason: str, by: Actor, on: date
) -> Reconciliation:
    """Send a prepared month back to be worked on: prepared → open; with a reason."""
    with transaction.atomic():
        month = locked_month(reconciliation_id)
        can_return_reconciliation(by, month).require()
        if not reason.strip():
            raise Refusal("请填写退回的理由。", field="reason")
        _unsign(month)
        _move(month, "return", by=by, on=on, reason=reason)
    return month


def close_reconciliation(
    *, reconciliation_id: int, digest: str, by: Actor, on: date
) -> Reconciliation:
    """A second person signs and closes the month: prepared → closed.

    From then on nothing is posted, matched or explained in it. Refused: the preparer
    himself, another table than the one prepared, what prepare refuses, and an earlier
    month that is still open.
    """
    with transaction.atomic():
        month = locked_month(reconciliation_id)
        can_close_reconciliation(by, month).require()
        standing = _agreed(month)
        if digest != month.digest or digest_of_month(month, standing) != digest:
            raise Refusal(
                "账项在编制之后有变动，与编制时的调节表不一致；请退回重新编制。",
                code="changed",
            )
        earlier = Reconciliation.objects.filter(
            paying_account=month.paying_account, month__lt=month.month
        ).exclude(state=ReconciliationState.CLOSED)
        first = earlier.order_by("month").first()
        if first is not None:
            raise Refusal(f"{first}还没有关账，请按月份先后关账。", code="order")
        seat = reviewing_seat(by, month)
        month.closed_on, month.closed_by_id = on, by.user_id
        month.closed_for_id = seat.principal_id if seat else None
        _move(month, "close", by=by, on=on)
    return month


def reopen_reconciliation(
    *, reconciliation_id: int, reason: str, by: Actor, on: date
) -> Reconciliation:
    """Open a closed month again: closed → open; by a second person, with a reason.

    Refused: who closed it, no reason, and a month with a later one closed.
    """
    with transaction.atomic():
        month = locked_month(reconciliation_id)
        can_reopen_reconciliation(by, month).require()
        if not reason.strip():
            raise Refusal("请填写重新打开的理由。", field="reason")
        seat = reopening_seat(by, month)
        _unsign(month)
        month.reopened_by_id = by.user_id
        month.reopened_for_id = seat.principal_id if seat else None
        month.reopen_reason = reason.strip()[:200]
        _move(month, "reopen", by=by, on=on, reason=reason)
    return month


def locked_month(reconciliation_id: int) -> Reconciliation:
    """Hold a month and its account alone: nothing is posted or matched meanwhile."""
    found = Reconciliation.objects.filter(pk=reconciliation_id).first()
    if found is None:
        raise Refusal("没有这个对账月份，请刷新后再试。", field="reconciliation_id")
    account = locked_account(found.paying_account_id)
    month = Reconciliation.objects.select_for_update().get(pk=reconciliation_id)
    month.paying_account = account
    return month


def _agreed(month: Reconciliation) -> Standing:
    """Where the month stands, or the refusal that says what is missing."""
    standing = standing_of(month)
    until = end_of(month.month)
    if standing is None:
        raise Refusal(
            f"还没有到 {until} 的银行对账单，不能编制{month}的调节表；请先导入。",
            code="statement",
        )
    if standing.unexplained:
        parts = "，".join(
            f"{OutstandingKind(name).label} {standing.tally(name).unexplained} 笔"
            for name in CLASSES
            if standing.tally(name).unexplained
        )
        raise Refusal(
            f"{month.paying_account.organisation.short_name}{month}还有 "
            f"{standing.unexplained} 笔未达账项没有说明（{parts}），不能关账；"
            "请在“未达账项”中逐笔核对或写明原因。",
            code="unexplained",
        )
    if standing.difference:
        raise Refusal(
            f"调节后余额不等：银行 {show_yuan(standing.adjusted_bank)} 元，账面 "
            f"{show_yuan(standing.adjusted_book)} 元，相差 {show_yuan(standing.difference)} 元；"
            "账户启用时若有账外资金，请由审批人员“确认启用余额”。",
            code="difference",
        )
    return standing


def _item(month: Reconciliation, line_id: int | None, movement_id: int | None) -> Item:
    for item in items_of(month):
        if (item.line_id, item.movement_id) == (line_id, movement_id):
            return item
    raise Refusal("这一笔在该月末不是未达账项，请刷新后再试。", code="not_open")


def _take_figures(month: Reconciliation, standing: Standing) -> None:
    month.bank_balance = standing.bank_balance
    month.book_balance = standing.book_balance
    month.opening = standing.opening
    month.bank_received = standing.tally("bank_received").amount
    month.bank_paid = standing.tally("bank_paid").amount
    month.book_received = standing.tally("book_received").amount
    month.book_paid = standing.tally("book_paid").amount
    month.item_count = sum(standing.tally(name).count for name in CLASSES)


def _unsign(month: Reconciliation) -> None:
    for name, value in UNSIGNED.items():
        setattr(month, name, value)


def _move(
    month: Reconciliation, action: str, *, by: Actor, on: date, reason: str = ""
) -> None:
    """Move the month, in the words of the database's own guard where it refuses."""
    before, after = POINTS[f"{action}_reconciliation"]
    former = month.state
    month.state = RECONCILIATION.target_of(action, former)
    _guarded(month.save)
    _record(
        f"{action}_reconciliation",
        month,
        by=by,
        on=on,
        changes={"state": [former, month.state], "digest": month.digest},
        reason=reason.strip(),
    )
    crashpoint(before)
    transaction.on_commit(lambda: crashpoint(after))


def _guarded(write: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        guarded = refusal_from(error)
        if guarded is None:
            raise
        raise guarded from error


def _record(
    verb: str,
    month: Reconciliation,
    *,
    by: Actor,
    on: date,
    changes: dict[str, object],
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=month,
        on=on,
        organisation_id=month.paying_account.organisation_id,
        changes=changes,
        reason=reason,
    )
