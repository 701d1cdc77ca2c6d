"""Reads of background jobs: those that failed and nobody has taken up again."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.jobs import job_label
from unionportal.core.models import Job, JobState
from unionportal.core.queues import QueueItem
from unionportal.core.scope import within

WATCHERS = (Role.MAKER, Role.ADMINISTRATOR)


def failed_jobs_visible_to(actor: Actor) -> QuerySet[Job]:
    """Failed jobs of the actor's unions, without those that were begun anew since."""
    later = Job.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), pk__gt=OuterRef("pk")
    )
    failed = Job.objects.filter(~Exists(later), state=JobState.FAILED).order_by("-id")
    if actor.is_system:
        return failed
    reached = Organisation.objects.filter(within(actor, "path")).values("pk")
    return failed.filter(organisation_id__in=reached)


def failed_jobs_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Failed jobs at the unions where the actor himself is maker or administrator."""
    del on
    own = {
        seat.organisation_id: seat.role for seat in actor.seats if seat.role in WATCHERS
    }
    jobs = list(failed_jobs_visible_to(actor).filter(organisation_id__in=own))
    names = dict(
        Organisation.objects.filter(pk__in=own).values_list("pk", "short_name")
    )
    return [
        QueueItem(
            title=f"没有办成：{job_label(job.kind)}",
            detail=job.error,
            url="/staff/jobs/",
            organisation_name=names[job.organisation_id or 0],
            waiting_since=localtime(job.finished_at or job.created_at).date(),
            due_on=None,
            role=own[job.organisation_id or 0],
        )
        for job in jobs
    ]
