"""The one Celery task: hear the ring, run the job it names."""

from celery import shared_task

from unionportal.core.jobs import RING_TASK, run_job


@shared_task(name=RING_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def run_rung_job(job_id: int) -> None:
    """Run a job; a ring for a job that is held or ended ends at once."""
    run_job(job_id)
