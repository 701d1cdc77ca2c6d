"""转会: asked by the member on the phone, followed to its end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.actions.transfer import TransferEntry, ask_transfer, cancel_transfer
from members.auth.actor import business_date, request_actor
from members.enums import TransferSide
from members.forms.joining import TransferForm
from members.models import Membership, MembershipTransfer
from members.pages.membership import myself
from members.queries.membership import membership_of, union_to_join, unions_to_join
from members.queries.transfer import (
    holding_union,
    transfer_steps,
    transfer_under_way,
    transfers_visible_to,
)
from unionportal.core.errors import Refusal

LONGEST_SEARCH = 30
SHOWN = 5


@never_cache
@login_required
@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    """Where my transfer is, and the search for the union of my new unit."""
    membership = _membership(request)
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    mine = transfers_visible_to(request_actor(request)).select_related(
        "old_union", "new_union"
    )
    values = {
        "membership": membership,
        "under_way": transfer_under_way(membership),
        "transfers": [(one, transfer_steps(one)) for one in mine[:SHOWN]],
        "q": typed,
        "unions": unions_to_join(typed),
        "holder": holding_union(membership),
    }
    return render(request, "members/transfers.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def transfer_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to be moved to one union, or to be held by the one above."""
    membership = _membership(request)
    holder = holding_union(membership)
    union = holder if pk == holder.pk else union_to_join(pk)
    if union is None:
        raise Http404
    is_held = request.GET.get("held") == "1" and union.pk == holder.pk
    form = TransferForm(request.POST or None, initial={"moves_on": business_date()})
    if request.method == "POST" and form.is_valid():
        entry = TransferEntry(
            new_union_id=union.pk, is_held=is_held, **form.cleaned_data
        )
        try:
            ask_transfer(
                membership_id=membership.pk,
                entry=entry,
                side=TransferSide.WORKER,
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("已送达两家工会，办到哪一步可在这里查看。"))
            return redirect("members:transfers")
    values = {
        "form": form,
        "membership": membership,
        "union": union,
        "is_held": is_held,
    }
    return render(request, "members/transfer_form.html", values)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a transfer of one's own."""
    actor = request_actor(request)
    mine: MembershipTransfer = get_object_or_404(transfers_visible_to(actor), pk=pk)
    if actor.kind != "worker":
        raise Http404
    try:
        cancel_transfer(
            transfer_id=mine.pk, reason=_("本人撤回"), on=business_date(), by=actor
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("转会已撤回，会籍不变。"))
    return redirect("members:transfers")


def _membership(request: HttpRequest) -> Membership:
    found = membership_of(myself(request))
    if found is None:
        raise Http404
    return found
