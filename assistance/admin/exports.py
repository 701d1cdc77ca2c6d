"""Lists that leave the staff site: workbooks and the printed list of a batch.

Each is a POST, because it is written down before the list goes. ID numbers stay masked
and of an account only the tail is told.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

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
from assistance.models import Batch, Round
from assistance.permissions.batches import can_read_names
from assistance.queries.batch_lists import (
    batch_lines,
    batch_list_pdf,
    listed_lines,
)
from assistance.queries.batches import batches_visible_to
from assistance.queries.determinations import answer_in_words
from assistance.queries.rounds import (
    CountyTotals,
    counties_visible_to,
    rounds_visible_to,
    totals_of,
)
from assistance.queries.subjects import dossier_number_of
from assistance.rules.answers import return_in_words
from members.auth.export import ExportPage as ListExport
from members.auth.export import plain, rows_of, words
from unionportal.core.actor import Actor
from unionportal.core.audit import Subject
from unionportal.core.masks import mask_id_number
from unionportal.core.sheets import Column, Field

Row = TypeVar("Row")


DOSSIERS = (
    Field("档案编号", "number", width=20),
    Field("姓名", "principal__name", width=10),
    Field("身份证号", "principal__id_number", mask_id_number, width=20),
    Field("县级工会", "organisation__name", width=22),
    Field("建档工会", "keeper__name", width=22),
    Field("困难类别", "hardship_class", words(HardshipClass).__getitem__),
    Field("档案级别", "file_level", words(FileLevel).__getitem__),
    Field("主要致困原因", "main_cause", words(Cause).__getitem__, width=20),
    Field("家庭人口", "household_size", kind="count"),
    Field("建档日期", "approved_on", kind="day"),
    Field("最近复核", "rechecked_on", kind="day"),
    Field("状态", "state", words(DossierState).__getitem__),
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


def why_not_paid(reason_code: str, end_reason: str) -> str:
    """The bank's reason, or why it was ended."""
    return (
        return_in_words(reason_code) if reason_code else words(PaymentEnd)[end_reason]
    )


LINES = (
    Field("发放编号", "reference", width=26),
    Field("姓名", "claim__payee__name", width=10),
    Field("受助人", "subject_name", width=10),
    Field("档案编号", "dossier_number", width=20),
    Field("身份证号", "claim__payee__id_number", mask_id_number, width=20),
    Field("开户行", "account__bank_name", width=26),
    Field("账号尾号", "account__number_last4", width=10),
    Field("金额（元）", "amount", kind="yuan"),
    Field("资金来源", "source__name", width=18),
    Field("状态", "state", words(PaymentState).__getitem__),
    Field("原因", ("reason_code", "end_reason"), why_not_paid, width=24),
    Field("结果日期", "settled_on", kind="day"),
)
PAYMENTS = (
    Field("发放工会", "batch__organisation__name", width=24),
    Field("批次号", "batch__number", width=22),
    *LINES,
)


class ExportPage(ListExport):
    """A list of assistance as a file; what leaves is written down first."""

    def write_down(self, what: ExportedList, subject: Subject, count: int) -> None:
        """Leave a trace of what is about to go."""
        record_export(
            what=what,
            subject=subject,
            filters=self.filters(),
            count=count,
            on=self.on,
            by=self.actor,
            reason=self.reason,
        )

    def workbook(
        self,
        what: ExportedList,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row],
        about: str = "",
    ) -> FileResponse:
        """The rows as a file under the list's name."""
        return self.file_of(str(what.label), columns, rows, about)

    def list_of(
        self,
        what: ExportedList,
        fields: Sequence[Field],
        rows: QuerySet[Any],
        about: str = "",
    ) -> FileResponse:
        """A long list as a file, read from the database without making objects."""
        return self.workbook(what, *plain(rows, fields), about)


class DossierExport(ExportPage):
    """The dossiers that the search row asks for."""

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_dossiers(self.request, self.actor, on=self.on))
        what = ExportedList.DOSSIERS
        self.write_down(what, ("assistance.householddossier", 0), rows.count())
        self.disclose(str(what.label), rows.values_list("principal_id"))
        return self.list_of(what, DOSSIERS, rows)

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

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        round_ = round_asked(self.request, self.actor)
        chosen = rows_of(chosen_determinations(self.request, round_, self.actor))
        rows = chosen.annotate(dossier_number=dossier_number_of())
        what = ExportedList.DETERMINATIONS
        self.write_down(what, round_, rows.count())
        self.disclose(str(what.label), chosen.values_list("payee_id"))
        return self.list_of(what, determination_fields(round_), rows, str(round_))

    def back(self, **_keys: int) -> str:
        """The list of answers; the round stands in the query."""
        return reverse("staff_assistance:determinations")


class BatchExport(ExportPage):
    """Every line of a batch, whatever became of it."""

    is_personal = True

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        batch = batch_in_reach(self.actor, keys["pk"])
        rows = batch_lines(batch)
        what = ExportedList.BATCH_LINES
        self.write_down(what, batch, rows.count())
        self.disclose(str(what.label), rows.values_list("claim__payee_id"))
        return self.list_of(what, LINES, rows, batch.number)

    def back(self, **keys: int) -> str:
        """The batch."""
        return reverse("staff_assistance:batch", args=(keys["pk"],))


class BatchPrint(BatchExport):
    """The list of a batch on paper, as its digest stands, for signing and filing."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        batch = batch_in_reach(self.actor, keys["pk"])
        lines = listed_lines(batch)
        what = ExportedList.BATCH_PRINT
        self.write_down(what, batch, lines.count())
        self.disclose(str(what.label), lines.values_list("claim__payee_id"))
        answer = HttpResponse(
            batch_list_pdf(
                batch,
                on=self.on,
                printed_by=self.actor.name,
                mark=self.mark(),
                address=self.request.build_absolute_uri(self.back(**keys)),
                is_masked=not can_read_names(self.actor, batch),
            ),
            content_type="application/pdf",
        )
        answer["Content-Disposition"] = f'inline; filename="{batch.number}.pdf"'
        return answer


class PaymentExport(ExportPage):
    """The payments that the search row asks for."""

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_payments(self.request, self.actor)).annotate(
            dossier_number=dossier_number_of("claim__")
        )
        what = ExportedList.PAYMENTS
        self.write_down(what, ("assistance.payment", 0), rows.count())
        self.disclose(str(what.label), rows.values_list("claim__payee_id"))
        return self.list_of(what, PAYMENTS, rows)

    def back(self, **_keys: int) -> str:
        """The list of payments."""
        return reverse("staff_assistance:payments")


def batch_in_reach(actor: Actor, pk: int) -> Batch:
    """A batch of the actor's unions; another's does not exist."""
    return get_object_or_404(batches_visible_to(actor), pk=pk)


def determination_fields(round_: Round) -> tuple[Field, ...]:
    """The columns of answers, the reason read by the rules of their round."""

    def masked(id_number: str | None) -> str:
        return mask_id_number(id_number) if id_number else ""

    return (
        Field("发放工会", "organisation__name", width=24),
        Field("档案编号", "dossier_number", width=20),
        Field("姓名", "payee__name", width=10),
        Field("受助人", "subject_name", width=10),
        Field("身份证号", "payee__id_number", masked, width=20),
        Field("结论", "outcome", words(Outcome).__getitem__, width=10),
        Field(
            "未满足条款 / 缺少事实",
            ("outcome", "clause", "missing_fact"),
            partial(answer_in_words, round_),
            width=32,
        ),
        Field("测算金额（元）", "proposed_amount", kind="yuan"),
        Field("核定金额（元）", "decided_amount", kind="yuan"),
        Field("调整理由", "deviation_reason", width=24),
    )
