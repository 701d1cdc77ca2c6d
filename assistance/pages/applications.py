"""申请帮扶: what one could get, the form step by step, papers, and where it stands."""

from collections.abc import Callable
from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance.actions.application_drafts import (
    CHANGEABLE,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import (
    object_to_refusal,
    submit_aid_application,
    withdraw_aid_application,
)
from assistance.forms.application import (
    HandInForm,
    ObjectionToRefusalForm,
    PapersForm,
    StatementForm,
)
from assistance.models import AidApplication
from assistance.queries.application_stories import openings_of, story_of
from assistance.queries.applications import (
    applications_visible_to,
    evidence_of,
    form_of,
    papers_by_item,
)
from assistance.queries.intakes import leads_to_dossier
from assistance.queries.outlooks import outlook_of
from members.auth.actor import business_date, request_actor
from unionportal.core.errors import Refusal
from unionportal.core.papers import content_of
from unionportal.core.uploads.evidence import CONTENT_TYPES, EvidenceKind


@never_cache
@login_required
@require_GET
def aid_openings(request: HttpRequest) -> HttpResponse:
    """What is open to me now and how it stands, and what I have applied for."""
    actor = request_actor(request)
    person_id = actor.person_id
    values = {
        "openings": openings_of(person_id, business_date()) if person_id else [],
        "applications": applications_visible_to(actor)[:20] if person_id else [],
    }
    return render(request, "assistance/aid_openings.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def aid_start(request: HttpRequest, pk: int) -> HttpResponse:
    """What this is, what will be asked, and the button that begins."""
    person_id = request_actor(request).person_id
    found = openings_of(person_id, business_date()) if person_id else []
    opening = next((one for one in found if one.window.pk == pk), None)
    if opening is None or person_id is None:
        raise Http404
    if request.method == "POST":
        try:
            draft = start_aid_application(
                window_id=pk,
                applicant_id=person_id,
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("assistance:aid-openings")
        return redirect("assistance:aid-form", pk=draft.pk)
    return render(request, "assistance/aid_start.html", {"opening": opening})


@never_cache
@login_required
@require_GET
def aid_application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application as a story: what is done, what is now, what comes."""
    application = _own(request, pk)
    values = {"application": application, "story": story_of(application)}
    return render(request, "assistance/aid_application.html", values)


@never_cache
@login_required
@sensitive_post_parameters("subject_id_number")
@require_http_methods(["GET", "POST"])
def aid_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions; what is filled in is kept, whole or not."""
    application = changeable_application(request, pk)
    form = StatementForm(
        form_of(application.window), application, data=_posted(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_aid_answers(
                application_id=pk,
                statement=form.statement(),
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            field = (
                "subject_id_number" if refusal.field == "id_number" else refusal.field
            )
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            if "later" in request.POST:
                messages.success(request, _("已保存，随时可以接着填。"))
                return redirect("assistance:aid-application", pk=pk)
            names_people = leads_to_dossier(application)
            after = "aid-household" if names_people else "aid-check"
            return redirect(f"assistance:{after}", pk=pk)
    values = {"application": application, "form": form}
    return render(request, "assistance/aid_form.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def aid_papers(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """Photos for one item, with those that are there."""
    application = changeable_application(request, pk)
    items = {one.code: one for one in form_of(application.window).asked}
    if item not in items:
        raise Http404
    form = PapersForm(_posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_aid_evidence(
                application_id=pk,
                item=item,
                papers=form.checked_evidence(),
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            form.add_error("evidence", str(refusal))
        else:
            messages.success(request, _("已收到。"))
            return redirect("assistance:aid-check", pk=pk)
    values = {
        "application": application,
        "item": items[item],
        "papers": papers_by_item(application).get(item, []),
        "form": form,
    }
    return render(request, "assistance/aid_papers.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def aid_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything once more, what is missing, how the rules see it, and the hand-in."""
    application = changeable_application(request, pk)
    form = HandInForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            submit_aid_application(
                application_id=pk,
                agreed=form.cleaned_data["agreed"],
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            form.add_error(
                "agreed" if refusal.field == "agreed" else None, str(refusal)
            )
        else:
            messages.success(request, _("申请已送达，工会核对后告诉您结果。"))
            return redirect("assistance:aid-application", pk=pk)
    values = {
        "application": application,
        "story": story_of(application),
        "outlook": outlook_of(application, business_date()),
        "form": form,
    }
    return render(request, "assistance/aid_check.html", values)


@login_required
@require_POST
def aid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back."""
    _own(request, pk)
    return _done(request, pk, withdraw_aid_application, _("申请已撤回。"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def aid_object(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another look at a refusal."""
    application = _own(request, pk)
    form = ObjectionToRefusalForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            object_to_refusal(
                application_id=pk,
                text=form.cleaned_data["text"],
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("已送达，由另一位工作人员复核。"))
            return redirect("assistance:aid-application", pk=pk)
    values = {"application": application, "form": form}
    return render(request, "assistance/aid_object.html", values)


@never_cache
@login_required
@require_GET
def aid_paper(request: HttpRequest, pk: int) -> FileResponse:
    """One of my own papers; never shown inside a page of ours."""
    actor = request_actor(request)
    mine = applications_visible_to(actor)
    if actor.kind != "worker":
        raise Http404
    paper = get_object_or_404(evidence_of(mine), pk=pk)
    content = content_of(paper)
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=paper.name,
        content_type=CONTENT_TYPES[EvidenceKind(paper.kind)],
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _own(request: HttpRequest, pk: int) -> AidApplication:
    actor = request_actor(request)
    if actor.kind != "worker":
        raise Http404
    return get_object_or_404(applications_visible_to(actor), pk=pk)


def changeable_application(request: HttpRequest, pk: int) -> AidApplication:
    """My own application while I may change it; anything else does not exist."""
    application = _own(request, pk)
    if application.state not in CHANGEABLE:
        raise Http404
    return application


def _done(
    request: HttpRequest, pk: int, act: Callable[..., object], sentence: str
) -> HttpResponse:
    try:
        act(application_id=pk, on=business_date(), by=request_actor(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("assistance:aid-application", pk=pk)
