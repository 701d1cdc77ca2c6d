"""Verbs of background jobs: begin anew what failed."""

from datetime import date

from django.db import transaction

from members.permissions.organisations import can_retry_job
from members.queries.job import failed_jobs_visible_to
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue, stored_actor
from unionportal.core.models import Job


@transaction.atomic
def retry_job(*, job_id: int, on: date, by: Actor) -> Job:
    """Write a failed job down once more, with its arguments and in its asker's name.

    Handlers are repeatable, so that a second run does what the first left undone.
    Refuses a job that is not failed, or was begun anew already.
    """
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    can_retry_job(by, job).require()
    if not failed_jobs_visible_to(SYSTEM).filter(pk=job_id).exists():
        raise Refusal("这项后台任务没有失败，或已重新办理；请刷新页面。", code="state")
    again = enqueue(
        kind=job.kind,
        key=job.key,
        arguments=job.arguments,
        by=stored_actor(job.actor),
        organisation_id=job.organisation_id,
    )
    record(
        by=by,
        verb="retry",
        subject=again,
        on=on,
        organisation_id=job.organisation_id,
        changes={"failed": job.pk},
        reason=job.error,
    )
    return again
