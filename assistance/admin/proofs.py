"""Proofs of the books on the staff site."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from assistance.actions.proofs import PROVE_JOB, request_proof
from assistance.permissions.funds import can_prove_books
from assistance.queries.proofs import proofs_visible_to
from members.auth.staff import StaffPage
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.jobs import latest_job

ASKED = "asked"


class ProofList(StaffPage):
    """What each proof found, the latest first, and the way to ask for one now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the last sixty."""
        url = reverse("staff_assistance:proofs")
        may = can_prove_books(self.actor)
        verbs = [Verb(label="立即核对", url=url, verdict=may, tone="next")]
        job = latest_job(kind=PROVE_JOB, key=ASKED) if may else None
        return self.page(
            "staff/proofs.html",
            title="账目核对",
            proofs=proofs_visible_to(self.actor)[:60],
            is_running=job is not None and job.is_live,
            verbs=arranged(verbs),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for a proof; the worker makes it."""
        attempt(
            request,
            lambda: request_proof(key=ASKED, on=self.on, by=self.actor),
            done="已开始核对，稍后刷新本页查看结果。",
        )
        return redirect("staff_assistance:proofs")
