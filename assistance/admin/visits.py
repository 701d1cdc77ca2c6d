"""Visits on the staff site: written down, and their papers handed out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.visits import look_at_visit_paper, record_visit
from assistance.admin.dossiers import found
from assistance.forms.visit import VisitForm
from assistance.models import HouseholdDossier, VisitPaper
from assistance.queries.standing_lists import LISTS, standing_counts, totals_of
from members.auth.staff import StaffPage
from unionportal.core.admin.papers import handed_out
from unionportal.core.errors import Refusal


class NewVisit(StaffPage):
    """The form of one visit."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the empty form."""
        del request
        dossier = found(self.actor, pk)
        return self.shown(dossier, VisitForm(dossier=dossier))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Write the visit down, or show what was wrong."""
        dossier = found(self.actor, pk)
        form = VisitForm(request.POST, request.FILES, dossier=dossier)
        if form.is_valid():
            try:
                record_visit(
                    dossier_id=dossier.pk, entry=form.entry(), on=self.on, by=self.actor
                )
            except Refusal as refusal:
                named = refusal.field if refusal.field in form.fields else None
                form.add_error(named, str(refusal))
            else:
                messages.success(request, "走访已登记。")
                return redirect("staff_assistance:dossier", pk=pk)
        return self.shown(dossier, form)

    def shown(self, dossier: HouseholdDossier, form: VisitForm) -> HttpResponse:
        """Render the form under the name of the household."""
        return self.page(
            "staff/form.html",
            title=f"登记走访：{dossier.principal.name}（{dossier.number}）",
            form=form,
            back=reverse("staff_assistance:dossier", args=(dossier.pk,)),
            submit="登记走访",
        )


class VisitPaperFile(StaffPage):
    """One file of a visit; who took it is written down."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Hand the file out."""
        paper = get_object_or_404(
            VisitPaper.objects.defer("content").select_related("visit"), pk=pk
        )
        dossier = found(self.actor, paper.visit.dossier_id)
        try:
            content = look_at_visit_paper(paper_id=paper.pk, on=self.on, by=self.actor)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("staff_assistance:dossier", pk=dossier.pk)
        return handed_out(paper, content)


class StandingLists(StaffPage):
    """The lists that must be empty, by county."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how many stand on each."""
        del request
        rows = standing_counts(self.actor, self.on)
        return self.page(
            "staff/standing_lists.html",
            title="应为空的清单",
            lists=LISTS,
            rows=rows,
            totals=totals_of(rows),
        )
