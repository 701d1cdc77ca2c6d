"""Accounting vouchers taken away: a workbook for the accounts, and one on paper."""

from typing import NamedTuple

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from assistance.admin.exports import ExportPage
from assistance.admin.vouchers import chosen_vouchers, found
from assistance.enums import ExportedList, VoucherSide
from assistance.models import AccountingVoucher, AccountingVoucherLine
from assistance.queries.voucher_documents import summary_of, voucher_pdf
from unionportal.core.sheets import Column


class Booked(NamedTuple):
    """A line with its voucher."""

    voucher: AccountingVoucher
    line: AccountingVoucherLine


COLUMNS: tuple[Column[Booked], ...] = (
    Column("制单日期", lambda row: row.voucher.drawn_on, "day"),
    Column("系统编号", lambda row: str(row.voucher), width=26),
    Column("凭证字号", lambda row: row.voucher.number, width=14),
    Column("发放工会", lambda row: row.voucher.organisation.name, width=24),
    Column("摘要", lambda row: summary_of(row.voucher), width=40),
    Column("科目编码", lambda row: row.line.subject_code, width=14),
    Column("科目名称", lambda row: row.line.subject_name, width=20),
    Column(
        "资金来源",
        lambda row: row.line.source.name if row.line.source else "",
        width=18,
    ),
    Column(
        "借方金额（元）",
        lambda row: row.line.amount if row.line.side == VoucherSide.DEBIT else None,
        "yuan",
        width=18,
    ),
    Column(
        "贷方金额（元）",
        lambda row: row.line.amount if row.line.side == VoucherSide.CREDIT else None,
        "yuan",
        width=18,
    ),
    Column("附件数", lambda _row: 1, "count", width=8),
    Column("制单人", lambda row: row.voucher.drawn_by, width=12),
    Column("状态", lambda row: row.voucher.get_state_display(), width=10),
)


class VoucherExport(ExportPage):
    """The lines of the vouchers that the search row asks for, for the accounts to read."""

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        vouchers = chosen_vouchers(self.request, self.actor).qs.order_by("id")
        what = ExportedList.VOUCHERS
        self.write_down(what, ("assistance.accountingvoucher", 0), vouchers.count())
        rows = (
            Booked(voucher, line)
            for voucher in vouchers.iterator(chunk_size=500)
            for line in voucher.lines.all()
        )
        return self.workbook(what, COLUMNS, rows)

    def back(self, **_keys: int) -> str:
        """The list."""
        return reverse("staff_assistance:vouchers")


class VoucherPrint(ExportPage):
    """One voucher on paper, to be filed with the signed list."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        voucher = found(self, keys["pk"])
        content = voucher_pdf(voucher, on=self.on, printed_by=self.actor.name)
        self.write_down(ExportedList.VOUCHER_PRINT, voucher, 1)
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{voucher}.pdf"'
        return answer

    def back(self, **keys: int) -> str:
        """The voucher."""
        return reverse("staff_assistance:voucher", args=(keys["pk"],))
