"""我的会籍 and 我的信息: where I stand, my card, what the register says of me."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.actions.membership import change_standing, renew_card
from members.actions.real_name import describe_person
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.limits import count_attempt
from members.forms.particulars import ParticularsForm, known_of
from members.models import Person
from members.queries.entitlement import entitlements_of
from members.queries.membership import (
    ADMITTED,
    application_under_way,
    card_in_hand,
    check_card,
    histories_of,
    membership_of,
)
from members.queries.person import persons_visible_to
from members.queries.transfer import transfer_under_way
from members.workflow import MEMBERSHIP
from unionportal.core.errors import Refusal
from unionportal.core.qr import qr_svg

HOUR = 60 * 60
CHECKS_AN_HOUR = 60


def myself(request: HttpRequest) -> Person:
    """The signed-in worker's person; staff have none here."""
    actor = request_actor(request)
    people = persons_visible_to(actor).select_related("organisation", "division")
    person = people.first() if actor.kind == "worker" else None
    if person is None:
        raise Http404
    return person


@never_cache
@login_required
@require_GET
def my_membership(request: HttpRequest) -> HttpResponse:
    """Standing, card with its code, entitlements, history, and what may be done."""
    person = myself(request)
    membership = membership_of(person)
    if membership is None:
        under_way = application_under_way(request_actor(request))
        nothing = {"person": person, "application": under_way}
        return render(request, "members/no_membership.html", nothing)
    card = card_in_hand(membership)
    on = business_date()
    values = {
        "membership": membership,
        "is_member": membership.state in ADMITTED,
        "card": card,
        "is_expired": card is not None and card.expires_on < on,
        "qr": mark_safe(qr_svg(_address(request, card.token))) if card else "",  # noqa: S308 - our own drawing
        "transfer": transfer_under_way(membership),
        "standings": [
            (one, MEMBERSHIP.action_label(one.act) if one.number > 1 else _("入会"))
            for one in histories_of(person)
        ],
        "entitlements": entitlements_of(membership, card, on=on),
        "may_leave": "leave" in MEMBERSHIP.actions_from(membership.state),
    }
    return render(request, "members/membership.html", values)


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(f"/card/{token}/")


@login_required
@require_POST
def new_card(request: HttpRequest) -> HttpResponse:
    """Lost or shown to the wrong person: the old code is worth nothing from now on."""
    membership = membership_of(myself(request))
    if membership is None:
        raise Http404
    try:
        renew_card(
            membership_id=membership.pk,
            reason=_("本人在线换发"),
            on=business_date(),
            by=request_actor(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("会员证已换发，原来的二维码已作废。"))
    return redirect("members:membership")


@login_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leaving is free (章程第五条); it takes a reason and ends the card."""
    membership = membership_of(myself(request))
    if membership is None:
        raise Http404
    try:
        change_standing(
            membership_id=membership.pk,
            act="leave",
            reason=request.POST.get("reason", "")[:200],
            on=business_date(),
            by=request_actor(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("您已退会。想回来时，可以重新申请入会。"))
    return redirect("members:membership")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_particulars(request: HttpRequest) -> HttpResponse:
    """What the register says of me, to be put right by myself."""
    person = myself(request)
    form = ParticularsForm(request.POST or None, initial=known_of(person))
    if request.method == "POST" and form.is_valid():
        try:
            describe_person(
                person_id=person.pk,
                said=form.cleaned_data,
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("已更正。"))
            return redirect("members:me")
    values = {"form": form, "person": person}
    return render(request, "members/particulars.html", values)


@never_cache
@require_GET
def card(request: HttpRequest, token: str) -> HttpResponse:
    """The public check: valid, expired or revoked; masked name, union, validity."""
    tried = count_attempt("card", address_of(request), seconds=HOUR)
    if tried > CHECKS_AN_HOUR:
        return render(request, "members/card.html", {"is_busy": True}, status=429)
    found = check_card(token, on=business_date())
    status = 200 if found else 404
    return render(request, "members/card.html", {"card": found}, status=status)
