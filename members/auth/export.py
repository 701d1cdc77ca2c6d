"""Lists that leave the staff site: a workbook or a CSV file of what the search row asks for.

Each is a POST, because it is written down before the list goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import QuerySet, TextChoices
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django_filters import FilterSet

from members.actions.disclosure import disclose_export
from members.auth.staff import StaffPage
from unionportal.core.csv_lists import write_csv
from unionportal.core.errors import Refusal
from unionportal.core.sheets import Column, Field, columns_of, write_sheet

Row = TypeVar("Row")
CHUNK = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@cache
def words(choices: type[TextChoices]) -> Mapping[str, str]:
    """The labels of a code, read once: the model's own way costs more than its row."""
    return {str(value): str(label) for value, label in choices.choices} | {"": ""}


class ExportPage(StaffPage):
    """A list as a file; a refusal is told on the page it was asked from."""

    http_method_names = ("post",)
    is_personal = False

    def post(self, request: HttpRequest, **keys: int) -> HttpResponseBase:
        """Send the list, or say why not."""
        try:
            self.require_reason()
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

    @property
    def reason(self) -> str:
        """Why the list is taken; printed into the file."""
        return self.request.POST.get("reason", "").strip()

    def require_reason(self) -> None:
        """A list of people is not taken without one."""
        if self.is_personal and not self.reason:
            raise Refusal("请填写导出理由，理由会印在文件里。", field="reason")

    def disclose(self, title: str, people: QuerySet[Any]) -> None:
        """Write down for each person that his row leaves; refuses without a reason."""
        disclose_export(
            title=title, people=people, reason=self.reason, on=self.on, by=self.actor
        )

    def mark(self) -> str:
        """Who takes the list, when and why, as the file says it."""
        return watermark(self.actor.name, self.reason)

    def filters(self) -> str:
        """The search row as it was asked; a list goes whole, not from a page on."""
        asked = self.request.GET.copy()
        asked.pop("after", None)
        return asked.urlencode()

    def file_of(
        self,
        title: str,
        columns: Sequence[Column[Row]],
        rows: Iterable[Row],
        about: str = "",
    ) -> FileResponse:
        """The rows as the kind of file that was asked for; the name says what and when."""
        is_csv = self.request.POST.get("format") == "csv"
        write = write_csv if is_csv else partial(write_sheet, title)
        book = write(columns, rows, mark=self.mark())
        parts = [title, about, f"{self.on:%Y%m%d}"]
        name = "-".join(part for part in parts if part).replace("/", "-")
        return FileResponse(
            book,
            as_attachment=True,
            filename=f"{name}.{'csv' if is_csv else 'xlsx'}",
            content_type=CSV if is_csv else XLSX,
        )


def watermark(name: str, reason: str) -> str:
    """The line that stands in every file that leaves."""
    at = timezone.localtime()
    why = f"　理由：{reason}" if reason else ""
    return f"导出人：{name}　时间：{at:%Y-%m-%d %H:%M}{why}　含个人信息，用后销毁"


def plain(
    rows: QuerySet[Any], fields: Sequence[Field]
) -> tuple[list[Column[tuple[Any, ...]]], Iterable[tuple[Any, ...]]]:
    """The columns of a file, and its rows as they stream out of the database."""
    sources, columns = columns_of(fields)
    return columns, rows.values_list(*sources).iterator(chunk_size=CHUNK)


def rows_of(chosen: FilterSet) -> QuerySet[Any]:
    """What a search row asks for; one that cannot be read would mean everything."""
    if not chosen.is_valid():
        raise Refusal("查询条件有误，请改正后再导出。", code="filter")
    rows: QuerySet[Any] = chosen.qs.order_by("pk")
    return rows
