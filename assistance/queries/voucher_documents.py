"""The accounting voucher as it is printed and filed with the signed list behind it."""

from datetime import date

from assistance.enums import AccountingVoucherState, VoucherSide
from assistance.models import AccountingVoucher, AccountingVoucherLine
from assistance.queries.batch_lists import signed_steps
from unionportal.core.audit import audit_head
from unionportal.core.documents import render_pdf
from unionportal.core.money import capital_yuan, show_yuan


def summary_of(voucher: AccountingVoucher) -> str:
    """What the line of a journal says (摘要)."""
    batch = voucher.batch
    verb = "发放" if voucher.total > 0 else "冲回"
    return f"{verb}{batch.round.version.scheme.title}（批次 {batch.number}）"


def voucher_values(
    voucher: AccountingVoucher, *, on: date, printed_by: str
) -> dict[str, object]:
    """What the template prints, as text."""
    batch, summary = voucher.batch, summary_of(voucher)
    return {
        "organisation": voucher.organisation.name,
        "voucher": str(voucher),
        "state": voucher.get_state_display(),
        "is_void": voucher.state == AccountingVoucherState.VOID,
        "number": voucher.number,
        "drawn_on": voucher.drawn_on.isoformat(),
        "drawn_by": voucher.drawn_by,
        "lines": [_line(line, summary) for line in voucher.lines.all()],
        "total": show_yuan(voucher.total),
        "capital": capital_yuan(abs(voucher.total)),
        "is_red": voucher.total < 0,
        "batch": batch.number,
        "list": f"{batch.line_count:,} 人，{show_yuan(batch.total)} 元",
        "arrived": f"{batch.paid_count:,} 人，{show_yuan(batch.paid_total)} 元",
        "digest": batch.digest,
        "signatures": signed_steps(batch),
        "audit_head": audit_head(),
        "printed_on": on.isoformat(),
        "printed_by": printed_by,
    }


def _line(line: AccountingVoucherLine, summary: str) -> dict[str, str]:
    amount = show_yuan(line.amount)
    is_debit = line.side == VoucherSide.DEBIT
    return {
        "summary": summary,
        "code": line.subject_code,
        "name": line.subject_name,
        "source": line.source.name if line.source else "",
        "debit": amount if is_debit else "",
        "credit": "" if is_debit else amount,
    }


def voucher_pdf(voucher: AccountingVoucher, *, on: date, printed_by: str) -> bytes:
    """The voucher as a PDF (templates/documents/accounting_voucher.typ)."""
    values = voucher_values(voucher, on=on, printed_by=printed_by)
    return render_pdf("accounting_voucher", values)
