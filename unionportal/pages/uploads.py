"""Imports (批量导入) on the staff site: hand a table in, see its check, confirm it."""

from typing import Any

from django import forms
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from members.auth.staff import StaffPage
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.errors import Refusal
from unionportal.core.jobs import latest_job
from unionportal.core.models.upload import Upload, UploadState
from unionportal.core.uploads.columns import ImportKind, import_kind, import_kinds
from unionportal.core.uploads.queries import problems_of, uploads_visible_to
from unionportal.core.uploads.steps import (
    APPLY_JOB,
    CHECK_JOB,
    cancel_upload,
    confirm_upload,
    receive_upload,
)
from unionportal.core.uploads.workbooks import marked_workbook, template_of
from unionportal.core.verdict import ALLOWED

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JOBS = {UploadState.CHECKING: CHECK_JOB, UploadState.CONFIRMED: APPLY_JOB}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("导入内容"))
    file = forms.FileField(
        label=_("文件（.xlsx 或 CSV，不超过 20 MB、10 万行）"),
        error_messages={"empty": _("文件是空的，请核对后重新上传。")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, kinds: list[ImportKind], **kwargs: Any) -> None:
        """Offer the kinds that this person may import."""
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(kind.code, kind.label) for kind in kinds]


class UploadList(StaffPage):
    """What this person handed in, and the form for the next file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of uploads."""
        return self._list(UploadForm(kinds=self._kinds()))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Take a file in."""
        form = UploadForm(request.POST, request.FILES, kinds=self._kinds())
        if not form.is_valid():
            return self._list(form)
        file = form.cleaned_data["file"]
        try:
            upload = receive_upload(
                kind=form.cleaned_data["kind"],
                name=file.name,
                content=file.read(),
                on=self.on,
                by=self.actor,
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            return self._list(form)
        return redirect("staff_imports:upload", pk=upload.pk)

    def _kinds(self) -> list[ImportKind]:
        return [kind for kind in import_kinds() if kind.may(self.actor)]

    def _list(self, form: UploadForm) -> HttpResponse:
        rows = uploads_visible_to(self.actor).defer("content")
        return self.page(
            "staff/uploads.html",
            title="批量导入",
            form=form,
            kinds=self._kinds(),
            labels={kind.code: kind.label for kind in import_kinds()},
            lines=keyset_page(self.request, rows, latest_first=True),
        )


class Template(StaffPage):
    """The empty workbook of a kind."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """Send it."""
        del request
        found = {each.code: each for each in import_kinds()}.get(kind)
        if found is None:
            raise Http404
        return FileResponse(
            template_of(found),
            as_attachment=True,
            filename=f"{found.label}模板.xlsx",
            content_type=XLSX,
        )


class UploadPage(StaffPage):
    """One upload: how far it is, what it would change, what is wrong with it."""

    template = "staff/upload.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it; asked every two seconds while work is under way."""
        del request
        upload = self._upload(pk)
        kind = import_kind(upload.kind)
        job_kind = JOBS.get(UploadState(upload.state))
        job = latest_job(kind=job_kind, key=f"upload-{pk}") if job_kind else None
        return self.page(
            self.template,
            title=upload.name,
            upload=upload,
            kind=kind,
            job=job,
            problems=problems_of(upload, kind),
            verbs=arranged(_verbs(upload)),
        )

    def _upload(self, pk: int) -> Upload:
        rows = uploads_visible_to(self.actor).defer("content")
        return get_object_or_404(rows, pk=pk)


class UploadProgress(UploadPage):
    """The middle of the page alone."""

    template = "staff/_upload.html"


class UploadVerb(StaffPage):
    """Confirm what was checked, or cancel it."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Call the one action."""
        get_object_or_404(uploads_visible_to(self.actor).defer("content"), pk=pk)
        if verb == "cancel":
            attempt(
                request,
                lambda: cancel_upload(upload_id=pk, on=self.on, by=self.actor),
                done="已取消，没有导入任何内容，文件也不再保留。",
            )
        elif verb in {"confirm", "confirm-right"}:
            attempt(
                request,
                lambda: confirm_upload(
                    upload_id=pk,
                    only_right=verb == "confirm-right",
                    on=self.on,
                    by=self.actor,
                ),
                done="已开始导入，可离开本页，办完后在导入记录中查看结果。",
            )
        else:
            raise Http404
        return redirect("staff_imports:upload", pk=pk)


class MarkedWorkbook(StaffPage):
    """The uploader's own rows with the wrong cells marked."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it, while the file is kept."""
        del request
        upload = get_object_or_404(
            uploads_visible_to(self.actor).filter(state=UploadState.CHECKED), pk=pk
        )
        return FileResponse(
            marked_workbook(upload),
            as_attachment=True,
            filename=f"{upload.name.rsplit('.', 1)[0]}（标注错误）.xlsx",
            content_type=XLSX,
        )


def _verbs(upload: Upload) -> list[Verb]:
    if upload.state != UploadState.CHECKED:
        return []
    useful = upload.new_count + upload.changed_count
    verbs = [_verb(upload, "cancel", "取消", effect="不导入任何内容，文件不再保留。")]
    if useful and upload.wrong_count:
        effect = f"导入 {useful:,} 行，{upload.wrong_count:,} 行有误的不导入。"
        verbs.insert(0, _verb(upload, "confirm-right", "只导入无误的行", effect=effect))
    elif useful:
        effect = f"新增 {upload.new_count:,} 行，变更 {upload.changed_count:,} 行。"
        verbs.insert(
            0, _verb(upload, "confirm", "确认导入", effect=effect, tone="next")
        )
    return verbs


def _verb(
    upload: Upload, name: str, label: str, *, effect: str, tone: str = "plain"
) -> Verb:
    return Verb(
        label=label,
        url=reverse("staff_imports:upload-verb", args=(upload.pk, name)),
        verdict=ALLOWED,
        effect=effect,
        tone=tone,
    )


app_name = "staff_imports"
urlpatterns = [
    path("", UploadList.as_view(), name="uploads"),
    path("templates/<slug:kind>/", Template.as_view(), name="template"),
    path("<int:pk>/", UploadPage.as_view(), name="upload"),
    path("<int:pk>/progress/", UploadProgress.as_view(), name="upload-progress"),
    path("<int:pk>/marked/", MarkedWorkbook.as_view(), name="marked"),
    path("<int:pk>/<slug:verb>/", UploadVerb.as_view(), name="upload-verb"),
]
