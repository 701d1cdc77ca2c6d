"""Forms for the file cabinet: 申请表, 入户调查表, 审批表, each as a page of A4.

Each is a POST with a reason, because it is written down before the paper goes.
"""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from assistance.admin import applications, determinations, dossiers
from assistance.admin.exports import ExportPage
from assistance.enums import ExportedList
from assistance.models import AidApplication, Determination, HouseholdDossier
from assistance.permissions.applications import can_look_at_aid_evidence
from assistance.permissions.dossiers import can_look_at_visit
from assistance.queries.approval_forms import (
    application_approval,
    determination_approval,
)
from assistance.queries.intakes import leads_to_dossier
from assistance.queries.print_forms import (
    Sheet,
    application_form,
    application_visit_form,
    dossier_form,
    dossier_visit_form,
    reads_in_full,
)
from members.models import Person
from unionportal.core.errors import Refusal

Record = AidApplication | HouseholdDossier | Determination


class PrintForm(ExportPage):
    """One form of one record, with its number and the code of its page."""

    is_personal = True
    what = ExportedList.APPLICATION_FORM
    place = ""

    def back(self, **keys: int) -> str:
        """The record's page, which the code on the paper leads to."""
        return reverse(f"staff_assistance:{self.place}", args=(keys["pk"],))

    def sheet(self, record: Record, about: Person, *, number: str) -> Sheet:
        """Write the print down, and say what is printed."""
        whole = reads_in_full(self.actor, about)
        self.write_down(self.what, record, 1)
        title = f"{self.what.label}{'，含完整号码' if whole else ''}"
        self.disclose(title, Person.objects.filter(pk=about.pk).values_list("pk"))
        return Sheet(
            what=self.what,
            number=number,
            address=self.request.build_absolute_uri(self.back(pk=record.pk)),
            organisation=record.organisation.name,
            by=self.actor,
            on=self.on,
            mark=self.mark(),
        )

    def filters(self) -> str:
        """A form is of one record; nothing chose it."""
        return ""


class ApplicationForm(PrintForm):
    """申请表 of an application."""

    place = "application"

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        application = self.found(keys["pk"])
        if not leads_to_dossier(application):
            self.what = ExportedList.AID_FORM
        return shown(application_form(application, self.sheet_of(application)))

    def found(self, pk: int) -> AidApplication:
        """An application in reach, to those who may read its papers."""
        application = applications.found(self.actor, pk)
        can_look_at_aid_evidence(self.actor, application).require()
        return application

    def sheet_of(self, application: AidApplication) -> Sheet:
        """The paper of an application, numbered by it."""
        number = f"{application.drafted_on.year}-{application.pk:06d}"
        return self.sheet(application, application.applicant, number=number)


class ApplicationVisitForm(ApplicationForm):
    """入户调查表 of an application for a dossier."""

    what = ExportedList.VISIT_FORM

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF; refused where nobody is visited."""
        application = self.found(keys["pk"])
        if not leads_to_dossier(application):
            raise Refusal("只有建档申请需要入户调查表。", code="state")
        return shown(application_visit_form(application, self.sheet_of(application)))


class ApplicationApproval(ApplicationForm):
    """审批表 of an application."""

    what = ExportedList.APPROVAL_FORM

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        application = self.found(keys["pk"])
        return shown(application_approval(application, self.sheet_of(application)))


class DossierForm(PrintForm):
    """申请表 of a household on file."""

    place = "dossier"

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        dossier = self.found(keys["pk"])
        return shown(dossier_form(dossier, self.sheet_of(dossier)))

    def found(self, pk: int) -> HouseholdDossier:
        """A dossier in reach, to those who may read its papers."""
        dossier = dossiers.found(self.actor, pk)
        can_look_at_visit(self.actor, dossier).require()
        return dossier

    def sheet_of(self, dossier: HouseholdDossier) -> Sheet:
        """The paper of a file, numbered by it."""
        return self.sheet(dossier, dossier.principal, number=dossier.number)


class DossierVisitForm(DossierForm):
    """入户调查表 of a household on file."""

    what = ExportedList.VISIT_FORM

    def made(self, **keys: int) -> HttpResponseBase:
        """Show the PDF."""
        dossier = self.found(keys["pk"])
        return shown(dossier_visit_form(dossier, self.sheet_of(dossier)))


class DeterminationApproval(PrintForm):
    """审批表 of one answer of a round."""

    what = ExportedList.APPROVAL_FORM
    place = "determination"

    def made(self, **keys: Any) -> HttpResponseBase:
        """Show the PDF; refused where nobody is to be paid yet."""
        answer = determinations.found(self.actor, keys["pk"])
        if answer.payee is None:
            raise Refusal("收款人还没有确定，不能打印审批表。", code="state")
        number = f"{answer.year}-{answer.pk:06d}"
        sheet = self.sheet(answer, answer.payee, number=number)
        return shown(determination_approval(answer, sheet))


def shown(pdf: bytes) -> HttpResponse:
    """The paper in the reader's own window."""
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="form.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
