"""入会申请: from the phone, also by somebody whom no register knows yet."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.actions.application import (
    ApplicationEntry,
    resubmit_application,
    submit_application,
    withdraw_application,
)
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.codes import check_code, send_code
from members.auth.proof import (
    AFTER_PROOF,
    ASKED,
    PROVEN,
    applicant_of,
    keep_phone,
    kept_phone,
)
from members.enums import ApplicationState
from members.forms.joining import FirstJoinForm, JoinForm, StrangerJoinForm
from members.forms.particulars import known_of
from members.forms.sign_in import CodeForm, PhoneForm
from members.models import MembershipApplication, Organisation
from members.queries.consent import MEMBERSHIP, SMS, purposes
from members.queries.membership import (
    applications_visible_to,
    union_to_join,
    unions_to_join,
)
from members.queries.person import persons_visible_to
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_phone

LONGEST_SEARCH = 30
SHOWN = 5


@never_cache
@require_GET
def join(request: HttpRequest) -> HttpResponse:
    """My applications, and the search for the union of my unit."""
    if request_actor(request).kind != "worker":
        raise Http404
    actor = applicant_of(request)
    if actor is None:
        return redirect("members:join-phone")
    mine = applications_visible_to(actor).select_related("organisation")[:SHOWN]
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    values = {
        "applications": mine,
        "open": any(one.decided_on is None for one in mine),
        "returned": ApplicationState.RETURNED,
        "q": typed,
        "unions": unions_to_join(typed),
    }
    return render(request, "members/join.html", values)


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def join_phone(request: HttpRequest) -> HttpResponse:
    """Who is not signed in proves a phone first."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            phone = send_code(
                form.cleaned_data["phone"],
                address=address_of(request),
                to_strangers=True,
            )
        except Refusal as refusal:
            form.add_error("phone", str(refusal))
        else:
            keep_phone(request, ASKED, phone)
            return redirect("members:join-code")
    return render(request, "members/join_phone.html", {"form": form})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """The code makes the phone proven, for half an hour and for this browser."""
    phone = kept_phone(request, ASKED)
    if not phone:
        return redirect("members:join-phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(phone, form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            request.session.cycle_key()
            keep_phone(request, PROVEN, phone)
            return redirect(request.session.pop(AFTER_PROOF, "members:join"))
    values = {"form": form, "phone": mask_phone(phone)}
    return render(request, "members/join_code.html", values)


@never_cache
@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "POST"])
def join_union(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one union."""
    actor = applicant_of(request)
    union = union_to_join(pk)
    if actor is None:
        return redirect("members:join-phone")
    if union is None:
        raise Http404
    form = _form(request, actor)
    if request.method == "POST" and form.is_valid():
        try:
            _submit(request, form, union, actor)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("申请已送达，工会审核后告诉您结果。"))
            return redirect("members:join")
    values = {"form": form, "union": union, "texts": _texts()}
    return render(request, "members/join_union.html", values)


@never_cache
@require_http_methods(["GET", "POST"])
def join_again(request: HttpRequest, pk: int) -> HttpResponse:
    """What the union asked for, put right and handed in again."""
    application = _mine(request, pk)
    actor = applicant_of(request)
    if actor is None or application.state != ApplicationState.RETURNED:
        raise Http404
    known = {**application.particulars, "note": application.note}
    form = JoinForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data.pop("note")
        try:
            resubmit_application(
                application_id=application.pk,
                particulars=form.cleaned_data,
                note=note,
                on=business_date(),
                by=actor,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已再次提交。"))
            return redirect("members:join")
    values = {
        "form": form,
        "union": application.organisation,
        "application": application,
        "texts": {},
    }
    return render(request, "members/join_union.html", values)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back."""
    application = _mine(request, pk)
    actor = applicant_of(request)
    if actor is None:
        raise Http404
    try:
        withdraw_application(
            application_id=application.pk, on=business_date(), by=actor
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("申请已撤回。"))
    return redirect("members:join")


def _texts() -> dict[str, str]:
    """What the boxes to tick mean, in the words in force."""
    on = business_date()
    return {code: purposes()[code].text_on(on).text for code in (MEMBERSHIP, SMS)}


def _mine(request: HttpRequest, pk: int) -> MembershipApplication:
    actor = applicant_of(request)
    if actor is None:
        raise Http404
    mine = applications_visible_to(actor).select_related("organisation")
    return get_object_or_404(mine, pk=pk)


def _form(request: HttpRequest, actor: Actor) -> FirstJoinForm:
    if actor.person_id is None:
        return StrangerJoinForm(request.POST or None)
    person = persons_visible_to(actor).get()
    return FirstJoinForm(request.POST or None, initial=known_of(person))


def _submit(
    request: HttpRequest, form: FirstJoinForm, union: Organisation, actor: Actor
) -> MembershipApplication:
    consents = form.agreed()
    said = dict(form.cleaned_data)
    if actor.person_id is None:
        name, number = said.pop("name"), said.pop("id_number")
        phone = kept_phone(request, PROVEN)
    else:
        person = persons_visible_to(actor).get()
        name, number, phone = person.name, person.id_number, person.phone or ""
    entry = ApplicationEntry(
        name=name,
        id_number=number,
        phone=phone,
        organisation_id=union.pk,
        note=said.pop("note"),
        particulars=said,
        consents=consents,
    )
    return submit_application(entry=entry, on=business_date(), by=actor)
