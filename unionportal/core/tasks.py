"""The one Celery task (hear the ring, run the job it names) and core's own jobs."""

from typing import Any

from celery import shared_task

from unionportal.core.jobs import RING_TASK, JobRun, register_job, run_job
from unionportal.core.messages import SEND_JOB, send_messages


@shared_task(name=RING_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def run_rung_job(job_id: int) -> None:
    """Run a job; a ring for a job that is held or ended ends at once."""
    run_job(job_id)


@register_job(SEND_JOB, "发送短信通知")
def send_queued_messages(run: JobRun) -> dict[str, Any]:
    """Send the messages that wait."""
    return send_messages(run)
