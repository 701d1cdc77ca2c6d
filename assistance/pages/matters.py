"""我的帮扶: where each matter stands, why this amount, what is missing, whom to ask."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from assistance.actions.inquiries import ask_about_determination
from assistance.forms.inquiry import InquiryForm
from assistance.queries.inquiries import inquiries_visible_to
from assistance.queries.worker import Matter, matter_of, matters_of
from members.auth.actor import business_date, request_actor
from unionportal.core.errors import Refusal


@never_cache
@login_required
@require_GET
def matter_list(request: HttpRequest) -> HttpResponse:
    """List one's matters; what needs something from the worker stands on top."""
    person_id = request_actor(request).person_id
    found = matters_of(person_id, business_date()) if person_id else []
    return render(request, "assistance/matter_list.html", {"matters": found})


@never_cache
@login_required
@require_GET
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell one matter as a timeline."""
    found = _own(request, pk)
    asked = inquiries_visible_to(request_actor(request)).filter(determination_id=pk)
    return render(
        request, "assistance/matter.html", {"matter": found, "inquiries": asked}
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a question to the union that pays."""
    found = _own(request, pk)
    form = InquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_about_determination(
                determination_id=pk,
                text=form.cleaned_data["text"],
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("已送达工会，答复会显示在这件事的页面上。"))
            return redirect("assistance:matter", pk=pk)
    return render(
        request, "assistance/inquiry_form.html", {"matter": found, "form": form}
    )


def _own(request: HttpRequest, pk: int) -> Matter:
    person_id = request_actor(request).person_id
    found = matter_of(person_id, pk, business_date()) if person_id else None
    if found is None:
        raise Http404
    return found
