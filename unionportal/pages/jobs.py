"""Background jobs that failed, on the staff site: why, and the way to begin anew."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from members.actions.job import retry_job
from members.auth.staff import StaffPage
from members.permissions.organisations import can_retry_job
from members.queries.job import failed_jobs_visible_to
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.jobs import job_label


class JobList(StaffPage):
    """Failed jobs in reach, latest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them, each with its reason and its button."""
        lines = keyset_page(
            request, failed_jobs_visible_to(self.actor), latest_first=True
        )
        rows = [
            (
                job,
                job_label(job.kind),
                arranged(
                    [
                        Verb(
                            label="重新办理",
                            url=reverse("staff_jobs:retry", args=(job.pk,)),
                            verdict=can_retry_job(self.actor, job),
                            effect="从头再办一次，已经办成的部分不会重复。",
                        )
                    ]
                ),
            )
            for job in lines.rows
        ]
        return self.page("staff/jobs.html", title="后台任务", rows=rows, lines=lines)


class JobRetry(StaffPage):
    """Begin a failed job anew."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Call the one action."""
        get_object_or_404(failed_jobs_visible_to(self.actor), pk=pk)
        attempt(
            request,
            lambda: retry_job(job_id=pk, on=self.on, by=self.actor),
            done="已重新办理，结果可在原来的页面查看。",
        )
        return redirect("staff_jobs:jobs")


app_name = "staff_jobs"
urlpatterns = [
    path("", JobList.as_view(), name="jobs"),
    path("<int:pk>/retry/", JobRetry.as_view(), name="retry"),
]
