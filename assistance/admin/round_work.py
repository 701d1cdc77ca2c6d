"""The work under way on a round: its progress, and what must wait until it is done."""

import math
from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from assistance.models import Round
from assistance.queries.rounds import rounds_visible_to
from members.auth.staff import StaffPage
from unionportal.core.admin.verbs import Verb
from unionportal.core.jobs import job_label, latest_job
from unionportal.core.models import Job
from unionportal.core.verdict import denied

JOBS = (
    "assistance.compute_round",
    "assistance.publish_notice",
    "assistance.release_round",
)


class RoundProgress(StaffPage):
    """The progress bar alone, asked every two seconds while work is under way."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the bar; when the work is over, let the whole page be read again."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=pk)
        job = running_job(round_)
        answer = self.page(
            "staff/_progress.html", title="", round=round_, job=job, pace=pace_of(job)
        )
        if job is None or not job.is_live:
            answer["HX-Refresh"] = "true"
        return answer


def running_job(round_: Round) -> Job | None:
    """The newest work about a round, while it runs or when it failed."""
    found = [
        job
        for kind in JOBS
        if (job := latest_job(kind=kind, key=f"round-{round_.pk}")) is not None
    ]
    newest = max(found, key=lambda job: job.pk, default=None)
    if newest is None or not (newest.is_live or newest.error):
        return None
    return newest


def pace_of(job: Job | None) -> dict[str, int]:
    """How many a second, and how many seconds are left; nothing before it can be told."""
    if job is None or job.started_at is None or not (job.is_live and job.done_count):
        return {}
    seconds = max((timezone.now() - job.started_at).total_seconds(), 0.1)
    pace = {"rate": round(job.done_count / seconds)}
    if job.total_count:
        left = max(job.total_count - job.done_count, 0)
        pace["remaining"] = math.ceil(left * seconds / job.done_count)
    return pace


def until_done(job: Job | None, verbs: Sequence[Verb]) -> list[Verb]:
    """While work is under way nothing else is offered but to cancel the round.

    The actions themselves look at the round's state under its lock; this spares the
    clerk a button that could only be refused, or start the same work again.
    """
    if job is None or not job.is_live:
        return list(verbs)
    wait = denied(f"“{job_label(job.kind)}”正在办理，请等它办完。")
    return [
        replace(verb, verdict=wait)
        if verb.verdict.allowed and verb.tone != "danger"
        else verb
        for verb in verbs
    ]
