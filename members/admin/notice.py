"""Notices and objections on the staff site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from members.actions.notice import (
    cancel_notice,
    decide_objection,
    end_notice,
    file_objection,
)
from members.actions.notice_life import extend_notice, republish_notice
from members.actions.objection_evidence import look_at_evidence
from members.admin.base import RecordAdmin, Step
from members.admin.forms import (
    ExtensionForm,
    PaperObjectionForm,
    ReasonForm,
    VerdictForm,
)
from members.auth.actor import business_date, request_actor
from members.enums import NoticeState
from members.models import Notice, Objection
from members.permissions.notices import (
    can_cancel_notice,
    can_decide_objection,
    can_end_notice,
    can_extend_notice,
    can_file_objection,
    can_look_at_evidence,
    can_republish_notice,
)
from members.queries.notice import (
    evidence_of,
    lines_of,
    notice_sheet_pdf,
    notices_visible_to,
    objections_of,
    objections_visible_to,
    shown_receipt,
)
from members.workflow import NOTICE, OBJECTION
from unionportal.core.actor import Actor
from unionportal.core.admin.papers import handed_out
from unionportal.core.errors import Refusal
from unionportal.core.notice_kinds import notice_kind
from unionportal.core.typed import record_key
from unionportal.core.verdict import Verdict, denied

LINES_SHOWN = 50


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    change_form_outer_before_template = "members/admin/notice.html"
    change_form_outer_after_template = "members/admin/notice_lists.html"
    list_display = (
        "title",
        "organisation",
        "state",
        "starts_on",
        "ends_on",
        "line_count",
    )
    list_filter = ("state",)
    search_fields = ("title",)
    search_help_text = "标题"
    fields = (
        "title",
        "organisation",
        "state",
        "starts_on",
        "ends_on",
        "working_days",
        "is_provisional",
        "extended_days",
        "counting",
        "line_count",
        "published_by_name",
        "published_at",
        "closed_on",
        "closed_by_name",
        "cancel_reason",
        "replaces",
    )
    readonly_fields = ("counting",)

    def visible(self, actor: Actor) -> QuerySet[Notice]:
        return notices_visible_to(actor)

    def steps(self, actor: Actor, record: Notice) -> Sequence[Step]:
        common: dict[str, Any] = {
            "notice_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        offered = NOTICE.actions_from(record.state)
        if offered or not hasattr(record, "replaced_by"):
            offered = (*offered, "republish")
        steps = (
            Step(
                name="extend",
                label="延长公示",
                verdict=can_extend_notice(actor, record),
                act=lambda entered: extend_notice(**common, **entered),
                form=ExtensionForm,
                done="公示已延长。",
            ),
            Step(
                name="republish",
                label="重新公示",
                verdict=_may_republish(actor, record),
                act=lambda entered: republish_notice(**common, **entered),
                form=ReasonForm,
                done="已重新公示，原公示已撤销。",
                tone="danger",
                effect="原公示撤销，按现在的名单重新公示，工作日从头计算。",
            ),
            Step(
                name="end",
                label="期满结束",
                verdict=_may_end_today(actor, record),
                act=lambda _entered: end_notice(**common),
                done="公示已结束。",
                tone="next",
            ),
            Step(
                name="cancel",
                label="撤销公示",
                verdict=can_cancel_notice(actor, record),
                act=lambda entered: cancel_notice(**common, **entered),
                form=ReasonForm,
                done="公示已撤销。",
                tone="danger",
                effect="撤销后名单不再公开，须重新发布。",
            ),
        )
        paper = Step(
            name="object",
            label="登记书面异议",
            verdict=can_file_objection(actor, record),
            act=lambda entered: file_objection(
                **common, line_id=entered["line"], text=entered["text"]
            ),
            form=PaperObjectionForm,
            done="异议已登记。",
        )
        shown = [step for step in steps if step.name in offered]
        is_open = record.state == NoticeState.OPEN
        return [*shown, paper] if is_open else shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        notice = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if notice is not None:
            start = record_key(request.GET.get("after", ""))
            lines = lines_of(notice, after=start, limit=LINES_SHOWN + 1)
            extra["lines"] = lines[:LINES_SHOWN]
            extra["more"] = lines[LINES_SHOWN - 1].pk if lines[LINES_SHOWN:] else 0
            extra["objections"] = objections_of(notice)
        return super().change_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.print_view))
        own = path("<int:pk>/print/", view, name="members_notice_print")
        return [own, *super().get_urls()]

    def print_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The whole list on paper, to be put up where people pass."""
        notice = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            place = reverse("members:notice-detail", args=[notice.pk])
            address = request.build_absolute_uri(place)
            pdf = notice_sheet_pdf(notice, address=address)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(self.record_url(notice))
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="notice-{notice.pk}.pdf"'
        return response

    @admin.display(description=_("期限计算"))
    def counting(self, notice: Notice) -> str:
        return "；".join(notice.counted)


def _may_end_today(actor: Actor, notice: Notice) -> Verdict:
    allowed = can_end_notice(actor, notice)
    if allowed and business_date() <= notice.ends_on:
        return denied(f"公示到 {notice.ends_on:%Y-%m-%d} 为止，请在此日之后结束。")
    return allowed


def _may_republish(actor: Actor, notice: Notice) -> Verdict:
    if notice_kind(notice.about_kind).lines is None:
        return denied("这类名单请回到原来的业务页面重新公示。")
    return can_republish_notice(actor, notice)


@admin.register(Objection)
class ObjectionAdmin(RecordAdmin):
    change_form_outer_after_template = "members/admin/objection_evidence.html"
    list_display = ("notice", "line", "channel", "state", "filed_on", "decided_at")
    list_filter = ("state", "channel")
    list_select_related = ("notice", "line")
    search_fields = ("notice__title",)
    search_help_text = "公示标题"
    fields = (
        "notice",
        "line",
        "channel",
        "person",
        "text",
        "filed_on",
        "filed_by_name",
        "number",
        "state",
        "verdict",
        "answer",
        "decided_by",
        "decided_at",
    )
    readonly_fields = ("number",)

    def visible(self, actor: Actor) -> QuerySet[Objection]:
        return objections_visible_to(actor)

    def steps(self, actor: Actor, record: Objection) -> Sequence[Step]:
        common: dict[str, Any] = {
            "objection_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        verdict = can_decide_objection(actor, record)
        offered = OBJECTION.actions_from(record.state)
        steps = (
            Step(
                name="dismiss",
                label="异议不成立",
                verdict=verdict,
                act=lambda entered: decide_objection(**common, upheld=False, **entered),
                form=VerdictForm,
                done="已登记结论，暂缓解除。",
            ),
            Step(
                name="uphold",
                label="异议成立",
                verdict=verdict,
                act=lambda entered: decide_objection(**common, upheld=True, **entered),
                form=VerdictForm,
                done="已登记结论，请按规定重新认定所涉人员。",
                tone="danger",
            ),
        )
        return [step for step in steps if step.name in offered]

    @admin.display(description=_("受理编号"))
    def number(self, objection: Objection) -> str:
        return shown_receipt(objection)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.evidence_view))
        where = "<int:pk>/evidence/<int:number>/"
        own = path(where, view, name="members_objection_evidence")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        objection = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if objection is not None:
            extra["evidence"] = evidence_of(objection)
            extra["may_look"] = can_look_at_evidence(request_actor(request), objection)
        return super().change_view(request, object_id, form_url, extra)

    def evidence_view(
        self, request: HttpRequest, pk: int, number: int
    ) -> HttpResponse | FileResponse:
        """One file, never shown inside a page of ours; who took it is written down."""
        objection = get_object_or_404(self.get_queryset(request), pk=pk)
        evidence = get_object_or_404(evidence_of(objection), number=number)
        try:
            content = look_at_evidence(
                evidence_id=evidence.pk, on=business_date(), by=request_actor(request)
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(self.record_url(objection))
        return handed_out(evidence, content)
