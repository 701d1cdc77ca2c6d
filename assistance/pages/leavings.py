"""A worker reads that his file is to be closed, and says what he thinks of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assistance.actions.leavings import hear_leaving
from assistance.forms.leaving import StatementForm
from assistance.queries.leavings import leavings_of
from members.auth.actor import business_date, request_actor
from unionportal.core.errors import Refusal


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell why and until when; take what the worker says, once."""
    actor = request_actor(request)
    found = get_object_or_404(leavings_of(actor.person_id), pk=pk)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hear_leaving(
                leaving_id=pk,
                statement=form.cleaned_data["statement"],
                on=business_date(),
                by=actor,
            )
        except Refusal as refusal:
            form.add_error("statement", str(refusal))
        else:
            messages.success(request, _("已收到您的陈述，由另一位同事决定后通知您。"))
            return redirect("assistance:leaving", pk=pk)
    return render(request, "assistance/leaving.html", {"leaving": found, "form": form})
