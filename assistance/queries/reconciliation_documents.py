"""The reconciliation as it is printed and filed: 银行存款余额调节表."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistance.enums import OutstandingKind, ReconciliationState
from assistance.models import Reconciliation
from assistance.queries.reconciliations import Item, end_of, items_of, standing_of
from assistance.rules.reconciliation import NOTHING, Standing
from unionportal.core.audit import audit_head
from unionportal.core.documents import render_pdf
from unionportal.core.errors import Refusal
from unionportal.core.money import show_yuan

PRINTED = 500  # items on paper; the rest stands in the workbook
BANK_SIDE = (
    ("加", OutstandingKind.BOOK_RECEIVED),
    ("减", OutstandingKind.BOOK_PAID),
)
BOOK_SIDE = (
    ("加", OutstandingKind.BANK_RECEIVED),
    ("减", OutstandingKind.BANK_PAID),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table, the books on the left and the bank on the right, in yuan."""

    book: str
    book_amount: Decimal
    book_count: int | None
    bank: str
    bank_amount: Decimal
    bank_count: int | None


def rows_of(standing: Standing) -> list[Row]:
    """The table itself: balances, corrections, adjusted balances."""
    rows = [
        Row(
            "银行存款日记账余额",
            standing.book_balance,
            None,
            "银行对账单余额",
            standing.bank_balance,
            None,
        )
    ]
    if standing.opening:
        rows.append(
            Row("加：启用余额（账外）", standing.opening, None, "", NOTHING, None)
        )
    for (sign, of_book), (_, of_bank) in zip(BOOK_SIDE, BANK_SIDE, strict=True):
        book, bank = standing.tally(of_book), standing.tally(of_bank)
        rows.append(
            Row(
                f"{sign}：{of_book.label}",
                book.amount,
                book.count,
                f"{sign}：{of_bank.label}",
                bank.amount,
                bank.count,
            )
        )
    rows.append(
        Row(
            "调节后余额",
            standing.adjusted_book,
            None,
            "调节后余额",
            standing.adjusted_bank,
            None,
        )
    )
    return rows


def reconciliation_values(
    month: Reconciliation, *, on: date, printed_by: str
) -> dict[str, object]:
    """What the template of the table prints, as text. Refuses without a statement."""
    standing = standing_of(month)
    if standing is None:
        raise Refusal(
            f"还没有到{month}月末的银行对账单，不能打印调节表。", code="statement"
        )
    account = month.paying_account
    items = items_of(month)
    return {
        "organisation": account.organisation.name,
        "bank": account.bank_name,
        "tail": account.number[-4:],
        "month": str(month),
        "until": end_of(month.month).isoformat(),
        "state": month.get_state_display(),
        "rows": [_row(row) for row in rows_of(standing)],
        "agrees": not standing.difference,
        "difference": show_yuan(standing.difference),
        "items": [_item(item) for item in items[:PRINTED]],
        "more": max(0, len(items) - PRINTED),
        "preparer": _signed(month.prepared_by, month.prepared_for, month.prepared_on),
        "reviewer": _signed(month.closed_by, month.closed_for, month.closed_on),
        "is_closed": month.state == ReconciliationState.CLOSED,
        "digest": month.digest,
        "audit_head": audit_head(),
        "printed_on": on.isoformat(),
        "printed_by": printed_by,
    }


def _row(row: Row) -> dict[str, str]:
    def count(number: int | None) -> str:
        return f"{number} 笔" if number else ""

    return {
        "book": row.book,
        "book_count": count(row.book_count),
        "book_amount": show_yuan(row.book_amount),
        "bank": row.bank,
        "bank_count": count(row.bank_count),
        "bank_amount": show_yuan(row.bank_amount) if row.bank else "",
    }


def _item(item: Item) -> dict[str, str]:
    return {
        "kind": item.kind_label,
        "on": item.on.isoformat(),
        "title": " ".join(
            part for part in (item.title, item.reference, item.counterparty) if part
        ),
        "amount": show_yuan(item.amount),
        "explanation": item.explanation or "（未说明）",
    }


def _signed(person: object, principal: object, on: date | None) -> dict[str, str]:
    if person is None or on is None:
        return {"name": "", "on": ""}
    name = f"{person}（代 {principal}）" if principal else str(person)
    return {"name": name, "on": on.isoformat()}


def reconciliation_pdf(month: Reconciliation, *, on: date, printed_by: str) -> bytes:
    """The table as a PDF (templates/documents/reconciliation.typ)."""
    values = reconciliation_values(month, on=on, printed_by=printed_by)
    return render_pdf("reconciliation", values)
