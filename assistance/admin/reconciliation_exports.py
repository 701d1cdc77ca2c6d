"""A month of an account taken away: its open items, the table, and the table on paper."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from assistance.admin.exports import ExportPage
from assistance.admin.reconciliations import chosen_items, found
from assistance.enums import ExportedList
from assistance.queries.reconciliation_documents import (
    Row,
    reconciliation_pdf,
    rows_of,
)
from assistance.queries.reconciliations import Item, items_of, standing_of
from unionportal.core.errors import Refusal
from unionportal.core.sheets import Column

TABLE: tuple[Column[Row], ...] = (
    Column("企业账面", lambda row: row.book, width=30),
    Column("笔数", lambda row: row.book_count, "count", width=8),
    Column("金额（元）", lambda row: row.book_amount, "yuan", width=18),
    Column("银行对账单", lambda row: row.bank, width=30),
    Column("笔数 ", lambda row: row.bank_count, "count", width=8),
    Column(
        "金额（元） ",
        lambda row: row.bank_amount if row.bank else None,
        "yuan",
        width=18,
    ),
)
ITEMS: tuple[Column[Item], ...] = (
    Column("类别", lambda item: item.kind_label, width=24),
    Column("日期", lambda item: item.on, "day"),
    Column("金额（元）", lambda item: item.amount, "yuan", width=16),
    Column("凭证号", lambda item: item.reference, width=24),
    Column("摘要", lambda item: item.title, width=30),
    Column("对方户名", lambda item: item.counterparty, width=24),
    Column("说明", lambda item: item.explanation, width=40),
    Column("说明人", lambda item: item.made_by, width=12),
)


class OutstandingExport(ExportPage):
    """The items that the search row asks for."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        month = found(self, keys["pk"])
        items = items_of(month, chosen_items(self.request))
        self.write_down(ExportedList.OUTSTANDING, month, len(items))
        return self.workbook(
            ExportedList.OUTSTANDING, ITEMS, items, f"{month.month:%Y%m}"
        )

    def back(self, **keys: int) -> str:
        """The work list."""
        return reverse("staff_assistance:outstanding", args=(keys["pk"],))


class ReconciliationExport(ExportPage):
    """The table as a workbook."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Send it."""
        month = found(self, keys["pk"])
        standing = standing_of(month)
        if standing is None:
            raise Refusal(f"还没有到{month}月末的银行对账单，不能导出调节表。")
        rows = rows_of(standing)
        self.write_down(ExportedList.RECONCILIATION, month, len(rows))
        return self.workbook(
            ExportedList.RECONCILIATION, TABLE, rows, f"{month.month:%Y%m}"
        )

    def back(self, **keys: int) -> str:
        """The month."""
        return reverse("staff_assistance:reconciliation", args=(keys["pk"],))


class ReconciliationPrint(ReconciliationExport):
    """The table on paper, with who prepared and who reviewed."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        month = found(self, keys["pk"])
        content = reconciliation_pdf(month, on=self.on, printed_by=self.actor.name)
        self.write_down(ExportedList.RECONCILIATION_PRINT, month, 1)
        answer = HttpResponse(content, content_type="application/pdf")
        name = f"reconciliation-{month.month:%Y%m}.pdf"
        answer["Content-Disposition"] = f'inline; filename="{name}"'
        return answer
