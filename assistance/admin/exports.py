"""Lists that leave the staff site: workbooks and the printed list of a batch.

Each is a POST, because it is written down before the list goes. ID numbers stay masked
and of an account only the tail is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import QuerySet, TextChoices
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django_filters import FilterSet

from assistance.actions.exports import record_export
from assistance.admin.determinations import chosen_determinations, round_asked
from assistance.admin.dossiers import chosen_dossiers
from assistance.admin.payments import chosen_payments
from assistance.enums import (
    Cause,
    DossierState,
    ExportedList,
    FileLevel,
    HardshipClass,
    Outcome,
    PaymentEnd,
    PaymentState,
)
from assistance.models import Batch, Determination, HouseholdDossier, Payment
from assistance.queries.batch_lists import (
    batch_lines,
    batch_list_pdf,
    listed_lines,
)
from assistance.queries.batches import batches_visible_to
from assistance.queries.determinations import reason_in_words
from assistance.queries.dossiers import dossier_number_of
from assistance.queries.rounds import (
    CountyTotals,
    counties_visible_to,
    rounds_visible_to,
    totals_of,
)
from members.auth.staff import StaffPage
from members.models import Person
from unionportal.core.actor import Actor
from unionportal.core.audit import Subject
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_id_number
from unionportal.core.sheets import Column, write_sheet

Row = TypeVar("Row")
CHUNK = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@cache
def words(choices: type[TextChoices]) -> Mapping[str, str]:
    """The labels of a code, read once: the model's own way costs more than its row."""
    return {str(value): str(label) for value, label in choices.choices} | {"": ""}


DOSSIERS: tuple[Column[HouseholdDossier], ...] = (
    Column("档案编号", lambda row: row.number, width=20),
    Column("姓名", lambda row: row.principal.name, width=10),
    Column("身份证号", lambda row: mask_id_number(row.principal.id_number), width=20),
    Column("县级工会", lambda row: row.organisation.name, width=22),
    Column("建档工会", lambda row: row.keeper.name, width=22),
    Column("困难类别", lambda row: words(HardshipClass)[row.hardship_class]),
    Column("档案级别", lambda row: words(FileLevel)[row.file_level]),
    Column("主要致困原因", lambda row: words(Cause)[row.main_cause], width=20),
    Column("家庭人口", lambda row: row.household_size, "count"),
    Column("建档日期", lambda row: row.approved_on, "day"),
    Column("最近复核", lambda row: row.rechecked_on, "day"),
    Column("状态", lambda row: words(DossierState)[row.state]),
)
COUNTIES: tuple[Column[CountyTotals], ...] = (
    Column("发放工会", lambda row: row.organisation_name, width=24),
    Column("工会代码", lambda row: row.organisation_code),
    Column("应纳入", lambda row: row.population, "count"),
    Column("符合", lambda row: row.eligible, "count"),
    Column("不符合", lambda row: row.ineligible, "count"),
    Column("待补材料", lambda row: row.unknown, "count"),
    Column("符合金额（元）", lambda row: row.amount, "yuan", width=18),
    Column("办理中", lambda row: row.planned_count, "count"),
    Column("办理中金额（元）", lambda row: row.planned_amount, "yuan", width=18),
    Column("已到账", lambda row: row.paid_count, "count"),
    Column("到账金额（元）", lambda row: row.paid_amount, "yuan", width=18),
    Column("退回", lambda row: row.returned_count, "count"),
    Column("退回金额（元）", lambda row: row.returned_amount, "yuan", width=18),
    Column("终止", lambda row: row.ended_count, "count"),
    Column("终止金额（元）", lambda row: row.ended_amount, "yuan", width=18),
)
LINES: tuple[Column[Payment], ...] = (
    Column("发放编号", lambda row: row.reference, width=26),
    Column("姓名", lambda row: row.claim.payee.name, width=10),
    Column("档案编号", attrgetter("dossier_number"), width=20),
    Column("身份证号", lambda row: mask_id_number(row.claim.payee.id_number), width=20),
    Column("开户行", lambda row: row.account.bank_name, width=26),
    Column("账号尾号", lambda row: row.account.number_last4, width=10),
    Column("金额（元）", lambda row: row.amount, "yuan"),
    Column("资金来源", lambda row: row.source.name, width=18),
    Column("状态", lambda row: words(PaymentState)[row.state]),
    Column(
        "原因",
        lambda row: row.reason_label or words(PaymentEnd)[row.end_reason],
        width=24,
    ),
    Column("结果日期", lambda row: row.settled_on, "day"),
)
PAYMENTS: tuple[Column[Payment], ...] = (
    Column("发放工会", lambda row: row.batch.organisation.name, width=24),
    Column("批次号", lambda row: row.batch.number, width=22),
    *LINES,
)


class ExportPage(StaffPage):
    """A list as a workbook; a refusal is told on the page it was asked from."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: int) -> HttpResponseBase:
        """Send the list, or say why not."""
        try:
            return self.made(**keys)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            asked = request.GET.urlencode()
            return redirect(f"{self.back(**keys)}?{asked}".rstrip("?"))

    def made(self, **keys: int) -> HttpResponseBase:
        """Write the list down and make it."""
        raise NotImplementedError

    def back(self, **keys: int) -> str:
        """Where the button stands."""
        raise NotImplementedError

    def write_down(self, what: ExportedList, subject: Subject, count: int) -> None:
        """Leave a trace of what is about to go."""
        asked = self.request.GET.copy()
        asked.pop("after", None)  # the list goes whole, not from a page on
        record_export(
            what=what,
            subject=subject,
            filters=asked.urlencode(),
            count=count,
            on=self.on,
            by=self.actor,
        )

    def workbook(
        self,
        what: ExportedList,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row],
        about: str = "",
    ) -> FileResponse:
        """The rows as a file with a name that says what and when."""
        book = write_sheet(str(what.label), columns, rows)
        parts = [str(what.label), about, f"{self.on:%Y%m%d}"]
        name = "-".join(part for part in parts if part).replace("/", "-")
        return FileResponse(
            book, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
        )


class DossierExport(ExportPage):
    """The dossiers that the search row asks for."""

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_dossiers(self.request, self.actor))
        what = ExportedList.DOSSIERS
        self.write_down(what, ("assistance.householddossier", 0), rows.count())
        return self.workbook(what, DOSSIERS, rows.iterator(chunk_size=CHUNK))

    def back(self, **_keys: int) -> str:
        """The list of dossiers."""
        return reverse("staff_assistance:dossiers")


class CountyExport(ExportPage):
    """A round's totals by paying union in the actor's reach, and their sum."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=keys["pk"])
        counties = counties_visible_to(round_, self.actor)
        what = ExportedList.COUNTIES
        self.write_down(what, round_, len(counties))
        rows = [*counties, totals_of(counties)]
        return self.workbook(what, COUNTIES, rows, str(round_))

    def back(self, **keys: int) -> str:
        """The round."""
        return reverse("staff_assistance:round", args=(keys["pk"],))


class DeterminationExport(ExportPage):
    """A round's answers that the search row asks for, each with its reason in words."""

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        round_ = round_asked(self.request, self.actor)
        rows = (
            rows_of(chosen_determinations(self.request, round_, self.actor))
            .defer("facts")
            .annotate(dossier_number=dossier_number_of("subject_id"))
        )
        what = ExportedList.DETERMINATIONS
        self.write_down(what, round_, rows.count())
        columns = determination_columns(lambda row: reason_in_words(row, round_))
        found = rows.iterator(chunk_size=CHUNK)
        return self.workbook(what, columns, found, str(round_))

    def back(self, **_keys: int) -> str:
        """The list of answers; the round stands in the query."""
        return reverse("staff_assistance:determinations")


class BatchExport(ExportPage):
    """Every line of a batch, whatever became of it."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        batch = batch_in_reach(self.actor, keys["pk"])
        rows = batch_lines(batch)
        what = ExportedList.BATCH_LINES
        self.write_down(what, batch, rows.count())
        found = rows.iterator(chunk_size=CHUNK)
        return self.workbook(what, LINES, found, batch.number)

    def back(self, **keys: int) -> str:
        """The batch."""
        return reverse("staff_assistance:batch", args=(keys["pk"],))


class BatchPrint(BatchExport):
    """The list of a batch on paper, as its digest stands, for signing and filing."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        batch = batch_in_reach(self.actor, keys["pk"])
        count = listed_lines(batch).count()
        self.write_down(ExportedList.BATCH_PRINT, batch, count)
        answer = HttpResponse(
            batch_list_pdf(batch, on=self.on, printed_by=self.actor.name),
            content_type="application/pdf",
        )
        answer["Content-Disposition"] = f'inline; filename="{batch.number}.pdf"'
        return answer


class PaymentExport(ExportPage):
    """The payments that the search row asks for."""

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_payments(self.request, self.actor)).annotate(
            dossier_number=dossier_number_of("claim__subject_id")
        )
        what = ExportedList.PAYMENTS
        self.write_down(what, ("assistance.payment", 0), rows.count())
        return self.workbook(what, PAYMENTS, rows.iterator(chunk_size=CHUNK))

    def back(self, **_keys: int) -> str:
        """The list of payments."""
        return reverse("staff_assistance:payments")


def rows_of(chosen: FilterSet) -> QuerySet[Any]:
    """What a search row asks for; one that cannot be read would mean everything."""
    if not chosen.is_valid():
        raise Refusal("查询条件有误，请改正后再导出。", code="filter")
    rows: QuerySet[Any] = chosen.qs.order_by("pk")
    return rows


def batch_in_reach(actor: Actor, pk: int) -> Batch:
    """A batch of the actor's unions; another's does not exist."""
    return get_object_or_404(batches_visible_to(actor), pk=pk)


def determination_columns(
    reason: Callable[[Determination], str],
) -> tuple[Column[Determination], ...]:
    """The columns of answers, the reason read by the rules of their round."""

    def payee(read: Callable[[Person], str]) -> Callable[[Determination], str]:
        return lambda row: read(row.payee) if row.payee else ""

    return (
        Column("发放工会", lambda row: row.organisation.name, width=24),
        Column("档案编号", attrgetter("dossier_number"), width=20),
        Column("姓名", payee(lambda person: person.name), width=10),
        Column(
            "身份证号",
            payee(lambda person: mask_id_number(person.id_number)),
            width=20,
        ),
        Column("结论", lambda row: words(Outcome)[row.outcome], width=10),
        Column("未满足条款 / 缺少事实", reason, width=32),
        Column("测算金额（元）", lambda row: row.proposed_amount, "yuan"),
        Column("核定金额（元）", lambda row: row.decided_amount, "yuan"),
        Column("调整理由", lambda row: row.deviation_reason, width=24),
    )
