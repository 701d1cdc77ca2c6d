"""个人信息授权: what is asked, given and taken back, by oneself or by a link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from members.actions.consent import answer_invitation, say_consent
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.codes import check_code, send_code
from members.auth.proof import keep_phone, kept_phone
from members.enums import ConsentAct
from members.models import ConsentInvitation
from members.pages.membership import myself
from members.queries.consent import (
    ConsentSubject,
    invitation_by_token,
    person_subject,
    standings_of,
    subject_by_kind,
)
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_name, mask_phone

ASKED, PROVEN = "consent_asked", "consent_proven"


@never_cache
@login_required
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    """Every purpose with its text, where it stands, and the one button to change that."""
    subject = person_subject(myself(request))
    values = {"standings": standings_of(subject, on=business_date())}
    return render(request, "members/consents.html", values)


@login_required
@require_POST
def say(request: HttpRequest, purpose: str) -> HttpResponse:
    """Give or withdraw, at once."""
    person = myself(request)
    try:
        said = say_consent(
            person_id=person.pk,
            purpose=purpose,
            act=_act(request),
            on=business_date(),
            by=request_actor(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(said.act))
    return redirect("members:consents")


def _act(request: HttpRequest) -> str:
    act = request.POST.get("act", "")
    if act not in ConsentAct.values:
        raise Refusal(_("请选择同意或撤回。"), code="act")
    return act


def _said(act: str) -> str:
    if act == ConsentAct.WITHDRAWN:
        return _("已撤回，从现在起生效。")
    return _("已同意，随时可以在这里撤回。")


# --- a family member's link


@never_cache
@require_GET
def consent_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code first; then the same page as a worker's own."""
    invitation, subject = _invited(token)
    values = {
        "token": token,
        "name": mask_name(subject.name),
        "phone": mask_phone(invitation.phone),
        "is_asked": kept_phone(request, ASKED) == invitation.phone,
        "standings": [],
    }
    if kept_phone(request, PROVEN) == invitation.phone:
        values["standings"] = standings_of(subject, on=business_date())
    return render(request, "members/consent_link.html", values)


@require_POST
def consent_link_send(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the phone the link was made for, never to another."""
    invitation, _subject = _invited(token)
    try:
        send_code(invitation.phone, address=address_of(request), to_strangers=True)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        keep_phone(request, ASKED, invitation.phone)
    return redirect("members:consent-link", token)


@sensitive_post_parameters("code")
@require_POST
def consent_link_code(request: HttpRequest, token: str) -> HttpResponse:
    """The code proves the phone, for half an hour and for this browser."""
    invitation, _subject = _invited(token)
    try:
        check_code(invitation.phone, request.POST.get("code", "")[:6])
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        keep_phone(request, PROVEN, invitation.phone)
    return redirect("members:consent-link", token)


@require_POST
def consent_link_say(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    """Give or withdraw by the link."""
    invitation, _subject = _invited(token)
    try:
        said = answer_invitation(
            invitation_id=invitation.pk,
            purpose=purpose,
            act=_act(request),
            on=business_date(),
            by=_proven(request, invitation),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(said.act))
    return redirect("members:consent-link", token)


def _invited(token: str) -> tuple[ConsentInvitation, ConsentSubject]:
    invitation = invitation_by_token(token)
    if invitation is None:
        raise Http404
    subject = subject_by_kind(invitation.subject_kind, invitation.subject_id)
    if subject is None:
        raise Http404
    return invitation, subject


def _proven(request: HttpRequest, invitation: ConsentInvitation) -> Actor:
    is_proven = kept_phone(request, PROVEN) == invitation.phone
    return Actor(
        kind="worker",
        name="家庭成员本人",
        proven_phone_index=invitation.phone_index if is_proven else "",
    )
