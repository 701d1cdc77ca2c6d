"""Who looked at whom, for auditors and administrators: filtered, paged, taken away."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from members.actions.export import record_list_export
from members.auth.export import ExportPage, plain, rows_of, words
from members.auth.staff import StaffPage
from members.enums import DisclosureKind
from members.queries.disclosure import disclosures_visible_to
from members.queries.filters import DisclosureFilter
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.sheets import Field

COLUMNS = (
    Field("时间", "at", lambda at: f"{at:%Y-%m-%d %H:%M:%S}", width=20),
    Field("方式", "kind", words(DisclosureKind).__getitem__),
    Field("被查阅人", "person__name"),
    Field("其工会", "person__organisation__name", width=26),
    Field("查阅人", "by_name"),
    Field("查阅人工会", "organisation__name", width=26),
    Field("内容", "what", width=24),
    Field("理由", "reason", width=36),
)


class DisclosureList(StaffPage):
    """Looks at the people in reach and by their unions, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the filtered list."""
        chosen = DisclosureFilter(
            request.GET, queryset=disclosures_visible_to(self.actor)
        )
        rows = chosen.qs.select_related("organisation", "person__organisation")
        return self.page(
            "staff/disclosures.html",
            title="查阅记录",
            filter=chosen,
            lines=keyset_page(
                request,
                rows.defer("person__id_number", "person__phone"),
                latest_first=True,
            ),
            export_url=reverse("staff_members:disclosures-export"),
        )


class DisclosureExport(ExportPage):
    """The same as a file."""

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Write it down, send it."""
        asked = self.request.GET
        rows = rows_of(
            DisclosureFilter(asked, queryset=disclosures_visible_to(self.actor))
        )
        record_list_export(
            title="查阅记录",
            subject=("members.disclosure", 0),
            filters=self.filters(),
            count=rows.count(),
            on=self.on,
            by=self.actor,
            reason=self.reason,
        )
        self.disclose("查阅记录", rows.values_list("person_id"))
        return self.file_of("查阅记录", *plain(rows, COLUMNS))

    def back(self, **_keys: int) -> str:
        """The list."""
        return reverse("staff_members:disclosures")
