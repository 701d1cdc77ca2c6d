"""The list of applications as a workbook; what leaves is written down first."""

from django.http import HttpResponseBase
from django.urls import reverse

from assistance.admin.applications import chosen_applications
from assistance.admin.exports import ExportPage
from assistance.enums import AidApplicationState, ApplicationChannel, ExportedList
from members.auth.export import rows_of, words
from unionportal.core.masks import mask_id_number
from unionportal.core.sheets import Field

APPLICATIONS = (
    Field("编号", "pk", kind="count"),
    Field("方案", "scheme__title", width=16),
    Field("期次", "window__period__title", width=18),
    Field("受理工会", "organisation__name", width=22),
    Field("所在工会", "union__name", width=22),
    Field("申请人", "applicant__name", width=10),
    Field("受助人", "subject_name", width=10),
    Field("受助人身份证号", "id_number", mask_id_number, width=20),
    Field("提交日期", "submitted_on", kind="day"),
    Field("来源", "channel", words(ApplicationChannel).__getitem__),
    Field("状态", "state", words(AidApplicationState).__getitem__),
    Field("答复", "answer", width=30),
    Field("办结日期", "decided_on", kind="day"),
    Field("办理人", "decided_by_name", width=10),
)


class ApplicationExport(ExportPage):
    """The applications that the search row asks for."""

    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        rows = rows_of(chosen_applications(self.request, self.actor))
        what = ExportedList.APPLICATIONS
        self.write_down(what, ("assistance.aidapplication", 0), rows.count())
        self.disclose(str(what.label), rows.values_list("applicant_id"))
        return self.list_of(what, APPLICATIONS, rows)

    def back(self, **_keys: int) -> str:
        """The list of applications."""
        return reverse("staff_assistance:applications")
