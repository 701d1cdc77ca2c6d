"""我的信息: what is held about me, who looked, put it right, take a copy, be forgotten."""

import json

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from members.actions.privacy_request import (
    ask_correction,
    ask_deletion,
    withdraw_privacy_request,
)
from members.auth.actor import business_date, request_actor
from members.auth.export import XLSX
from members.enums import CorrectedField
from members.forms.fields import text_field
from members.models.privacy_request import OPEN
from members.pages.membership import myself
from members.queries.consent import person_subject, standings_of
from members.queries.disclosure import disclosures_of
from members.queries.holdings import Holding, duties_of, holdings_of
from members.queries.privacy_request import privacy_requests_visible_to
from unionportal.core.errors import Refusal
from unionportal.core.sheets import Column, write_sheet

LOOKS_SHOWN = 50
COPY: tuple[Column[Holding], ...] = (
    Column("类别", lambda one: one.section, width=24),
    Column("项目", lambda one: one.label, width=24),
    Column("内容", lambda one: one.value, width=40),
    Column("来源", lambda one: one.source, width=24),
    Column("用途", lambda one: one.purpose, width=16),
)


class CorrectionForm(forms.Form):
    """One thing, what it should be, and what proves it."""

    field = forms.ChoiceField(
        label=_("哪一项有误"),
        choices=CorrectedField.choices,
        widget=forms.Select(attrs={"class": "form-control form-select"}),
    )
    value = text_field(_("正确的内容"), length=60)
    said = text_field(_("证明材料"), length=300)


@never_cache
@login_required
@require_GET
def my_record(request: HttpRequest) -> HttpResponse:
    """Everything the law lets a person ask, on one page."""
    return _page(request, CorrectionForm())


def _page(request: HttpRequest, form: CorrectionForm) -> HttpResponse:
    person = myself(request)
    sections: dict[str, list[Holding]] = {}
    for one in holdings_of(person):
        sections.setdefault(one.section, []).append(one)
    asked = privacy_requests_visible_to(request_actor(request))[:10]
    values = {
        "sections": sections,
        "looks": disclosures_of(person.pk, limit=LOOKS_SHOWN),
        "duties": duties_of(person),
        "requests": asked,
        "open_states": OPEN,
        "form": form,
    }
    return render(request, "members/record.html", values)


@never_cache
@login_required
@require_GET
def my_copy(request: HttpRequest, form: str) -> HttpResponseBase:
    """The same in full, to take away: for programs (JSON) or to read (Excel)."""
    person = myself(request)
    held = holdings_of(person)
    name = f"我的信息-{business_date():%Y%m%d}"
    if form == "xlsx":
        book = write_sheet("我的信息", COPY, held)
        return FileResponse(
            book, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
        )
    if form != "json":
        raise Http404
    consents = standings_of(person_subject(person), on=business_date())
    told = {
        "holdings": [
            {
                "section": one.section,
                "label": one.label,
                "value": one.value,
                "source": one.source,
                "purpose": one.purpose,
            }
            for one in held
        ],
        "consents": [
            {
                "purpose": one.purpose.code,
                "act": one.said.act,
                "version": one.said.version,
                "at": one.said.at.isoformat(),
            }
            for one in consents
            if one.said
        ],
    }
    answer = HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1), content_type="application/json"
    )
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@login_required
@sensitive_post_parameters("value")
@require_POST
def correct(request: HttpRequest) -> HttpResponse:
    """Ask for a correction."""
    form = CorrectionForm(request.POST)
    person = myself(request)
    if not form.is_valid():
        return _page(request, form)
    try:
        ask_correction(
            person_id=person.pk,
            on=business_date(),
            by=request_actor(request),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal))
        return _page(request, form)
    messages.success(request, _("已提出，工会按期答复，结果会告诉您。"))
    return redirect("members:record")


@login_required
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Ask to be forgotten."""
    person = myself(request)
    try:
        ask_deletion(
            person_id=person.pk,
            said=request.POST.get("said", "")[:300],
            on=business_date(),
            by=request_actor(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已提出，工会按期答复；答复前随时可以撤回。"))
    return redirect("members:record")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back."""
    actor = request_actor(request)
    asked = get_object_or_404(privacy_requests_visible_to(actor), pk=pk)
    if actor.kind != "worker":
        raise Http404
    try:
        withdraw_privacy_request(request_id=asked.pk, on=business_date(), by=actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤回。"))
    return redirect("members:record")
