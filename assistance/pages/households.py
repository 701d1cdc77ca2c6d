"""家庭成员: the people of the household, named one by one in an application for a dossier."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance.actions.household_rows import (
    drop_household_member,
    put_household_member,
)
from assistance.forms.household_member import MemberForm
from assistance.models import AidApplication, HouseholdMember
from assistance.pages.applications import changeable_application
from assistance.queries.households import (
    household_missing,
    household_of,
    named_in,
)
from assistance.queries.intakes import leads_to_dossier
from members.auth.actor import business_date, request_actor
from unionportal.core.errors import Refusal


@never_cache
@login_required
@require_GET
def aid_household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is named so far, and who lacks."""
    application = _found(request, pk)
    people = household_of(application)
    values = {
        "application": application,
        "people": people,
        "missing": household_missing(application, len(people)),
    }
    return render(request, "assistance/aid_household.html", values)


@never_cache
@login_required
@sensitive_post_parameters("id_number", "phone")
@require_http_methods(["GET", "POST"])
def aid_member(
    request: HttpRequest, pk: int, member: int | None = None
) -> HttpResponse:
    """One person: name him, or change what was said."""
    application = _found(request, pk)
    known = _member(application, member) if member is not None else None
    form = MemberForm(request.POST or None, member=known)
    if request.method == "POST" and form.is_valid():
        try:
            put_household_member(
                application_id=pk,
                member_id=member,
                row=form.row(),
                on=business_date(),
                by=request_actor(request),
            )
        except Refusal as refusal:
            form.add_error(
                refusal.field if refusal.field in form.fields else None, str(refusal)
            )
        else:
            messages.success(request, _("已保存。"))
            return redirect("assistance:aid-household", pk=pk)
    values = {"application": application, "form": form, "member": known}
    return render(request, "assistance/aid_member.html", values)


@login_required
@require_POST
def aid_member_drop(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Take a person out."""
    _member(_found(request, pk), member)
    drop_household_member(
        application_id=pk,
        member_id=member,
        on=business_date(),
        by=request_actor(request),
    )
    messages.success(request, _("已删去。"))
    return redirect("assistance:aid-household", pk=pk)


def _found(request: HttpRequest, pk: int) -> AidApplication:
    application = changeable_application(request, pk)
    if not leads_to_dossier(application):
        raise Http404
    return application


def _member(application: AidApplication, number: int) -> HouseholdMember:
    return get_object_or_404(named_in(application), pk=number)
