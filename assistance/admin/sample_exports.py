"""The list of a verification as a workbook and as a sheet to call by."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from assistance.actions.exports import LARGEST_PRINT
from assistance.admin.exports import ExportPage
from assistance.admin.verification import chosen_items
from assistance.enums import (
    CallChannel,
    CallOutcome,
    ExportedList,
    FindingState,
    Resolution,
    SampleItemState,
)
from assistance.models import SampleItem, VerificationCall, VerificationFinding
from assistance.queries.call_sheets import call_sheet_pdf
from members.auth.export import CHUNK, rows_of, words
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_phone
from unionportal.core.sheets import Column


def last_call(
    read: Callable[[VerificationCall], object],
) -> Callable[[SampleItem], object]:
    """A cell of the last record, empty before there is one."""

    def value(item: SampleItem) -> object:
        calls = sorted(item.calls.all(), key=lambda call: call.number)
        return read(calls[-1]) if calls else None

    return value


def last_finding(
    read: Callable[[VerificationFinding], object],
) -> Callable[[SampleItem], object]:
    """A cell of the last finding, empty where there is none."""

    def value(item: SampleItem) -> object:
        findings = sorted(item.findings.all(), key=lambda finding: finding.pk)
        return read(findings[-1]) if findings else None

    return value


ITEMS: tuple[Column[SampleItem], ...] = (
    Column("轮次", lambda row: str(row.stratum.sample.round), width=34),
    Column("发放工会", lambda row: row.stratum.organisation.name, width=24),
    Column(
        "抽样层", lambda row: "首次领取" if row.stratum.is_first_time else "以前领过"
    ),
    Column("抽取顺序", lambda row: row.place, "count"),
    Column("递补", lambda row: "是" if row.replaces_id else ""),
    Column("收款人", lambda row: row.payment.claim.payee.name, width=10),
    Column("电话", lambda row: mask_phone(row.payment.claim.payee.phone or "")),
    Column("发放编号", lambda row: row.payment.reference, width=26),
    Column("到账金额（元）", lambda row: row.payment.amount, "yuan"),
    Column("到账日期", lambda row: row.payment.settled_on, "day"),
    Column("核查人", lambda row: row.verifier.name if row.verifier else ""),
    Column("状态", lambda row: words(SampleItemState)[row.state]),
    Column("联系次数", lambda row: len(row.calls.all()), "count"),
    Column("最近日期", last_call(lambda call: call.on), "day"),
    Column("方式", last_call(lambda call: words(CallChannel)[call.channel])),
    Column("结果", last_call(lambda call: words(CallOutcome)[call.outcome])),
    Column("实收金额（元）", last_call(lambda call: call.received_amount), "yuan"),
    Column("说明", last_call(lambda call: call.note), width=30),
    Column("核查问题", last_finding(lambda one: words(FindingState)[one.state])),
    Column("了结方式", last_finding(lambda one: words(Resolution)[one.resolution])),
    Column("查处情况", last_finding(lambda one: one.note), width=30),
)
ABOUT = ("assistance.verificationsample", 0)


class SampleExport(ExportPage):
    """The people drawn that the search row asks for, with what they said."""

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_items(self.request, self.actor))
        rows = rows.prefetch_related("calls", "findings")
        what = ExportedList.SAMPLE
        self.write_down(what, ABOUT, rows.count())
        self.disclose(str(what.label), rows.values_list("payment__claim__payee_id"))
        return self.workbook(what, ITEMS, rows.iterator(chunk_size=CHUNK))

    def back(self, **_keys: int) -> str:
        """The list of people drawn."""
        return reverse("staff_assistance:sample-items")


class CallSheet(SampleExport):
    """The same on paper, for calling and visiting."""

    def made(self, **_keys: int) -> HttpResponseBase:
        """Show the PDF."""
        rows = rows_of(chosen_items(self.request, self.actor))
        count = rows.count()
        if count > LARGEST_PRINT // 10:
            raise Refusal(
                f"有 {count:,} 户，一次最多打印 {LARGEST_PRINT // 10:,} 户；请先缩小范围。"
            )
        what = ExportedList.CALL_SHEET
        self.write_down(what, ABOUT, count)
        self.disclose(str(what.label), rows.values_list("payment__claim__payee_id"))
        answer = HttpResponse(
            call_sheet_pdf(
                rows, on=self.on, printed_by=self.actor.name, mark=self.mark()
            ),
            content_type="application/pdf",
        )
        answer["Content-Disposition"] = f'inline; filename="hecha-{self.on:%Y%m%d}.pdf"'
        return answer
