"""A worker whose phone changed proves who he is; the old phone may stop it for some days.

First the new phone is proven by a code, as of a stranger; then he says what the register
knows of him. Tries are counted by network address and by phone.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from members.actions.phone_change import (
    COOLING_DAYS,
    PhoneClaim,
    claim_phone_change,
    stop_phone_change,
)
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.limits import count_attempt
from members.auth.proof import AFTER_PROOF, PROVEN, kept_phone
from members.forms.phone_change import PhoneClaimForm
from members.queries.person import persons_visible_to, waiting_phone_change
from unionportal.core.errors import Refusal

HOUR = 60 * 60
TRIES = 5


@never_cache
@sensitive_post_parameters("id_number", "fact")
@require_http_methods(["GET", "POST"])
def phone_changed(request: HttpRequest) -> HttpResponse:
    """Ask who he is, once his new phone is proven."""
    phone = kept_phone(request, PROVEN)
    if not phone:
        request.session[AFTER_PROOF] = "members_auth:phone-changed"
        return redirect("members:join-phone")
    form = PhoneClaimForm(request.POST or None)
    done = None
    if request.method == "POST" and form.is_valid():
        try:
            _count(address_of(request), phone)
            done = claim_phone_change(
                claim=PhoneClaim(**form.cleaned_data), phone=phone, on=business_date()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    values = {"form": form, "done": done, "days": COOLING_DAYS}
    return render(request, "members/phone_changed.html", values)


@require_POST
def stop_change(request: HttpRequest) -> HttpResponse:
    """The worker, signed in by the old phone, keeps it."""
    actor = request_actor(request)
    person = persons_visible_to(actor).first() if actor.kind == "worker" else None
    change = waiting_phone_change(person) if person else None
    if change is None:
        raise Http404
    try:
        stop_phone_change(
            change_id=change.pk,
            reason=_("原手机号本人撤销"),
            on=business_date(),
            by=actor,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤销，您的手机号不变。"))
    return redirect("members:me")


def _count(address: str, phone: str) -> None:
    tried = (
        count_attempt("claim-address", address, seconds=HOUR),
        count_attempt("claim-phone", phone, seconds=HOUR),
    )
    if tried[0] > TRIES * 4 or tried[1] > TRIES:
        raise Refusal(
            "填写次数过多，请一小时后再试，或携带身份证到所属工会办理。", code="rate"
        )
