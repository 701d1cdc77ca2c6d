"""我的: who I am to the union, my bank cards, my messages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.actions.account import open_account, stop_account
from members.auth.actor import business_date, request_actor
from members.enums import AccountState
from members.forms.account import AccountForm
from members.models import Person
from members.queries.account import accounts_of, accounts_visible_to
from members.queries.person import persons_visible_to, waiting_phone_change
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_id_number, mask_phone
from unionportal.core.messages.inbox import messages_of


@never_cache
@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person what is recorded, masked."""
    person = _me(request)
    if person is None:
        return render(request, "members/me_staff.html")
    values = {
        "person": person,
        "id_number": mask_id_number(person.id_number),
        "phone": mask_phone(person.phone or ""),
        "accounts": accounts_of(person),
        "stopped": AccountState.STOPPED,
        "phone_change": waiting_phone_change(person),
        "notes": messages_of(person.pk, limit=3),
    }
    return render(request, "members/me.html", values)


@never_cache
@login_required
@sensitive_post_parameters("number")
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """Enter a card of one's own; it is used once the union has verified it."""
    person = _me(request)
    if person is None:
        raise Http404
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_account(
                person_id=person.pk,
                holder_name=person.name,
                on=business_date(),
                by=request_actor(request),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("已提交，工会核验后启用。"))
            return redirect("members:me")
    values = {"form": form, "person": person}
    return render(request, "members/account_form.html", values)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one of one's own cards."""
    actor = request_actor(request)
    account = get_object_or_404(accounts_visible_to(actor), pk=pk)
    if actor.kind != "worker":
        raise Http404
    try:
        reason = _("本人在线停用")
        stop_account(account_id=account.pk, reason=reason, on=business_date(), by=actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("该银行卡已停用。"))
    return redirect("members:me")


def _me(request: HttpRequest) -> Person | None:
    actor = request_actor(request)
    if actor.kind != "worker":
        return None
    people = persons_visible_to(actor).select_related("organisation", "division")
    return people.first()
