"""A run whose lease another worker has taken over meanwhile."""

from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import JobRun
from unionportal.core.leases import Heartbeat, Lease, Progress
from unionportal.core.models.jobs import Job


def overtaken(kind: str) -> JobRun:
    """As the worker that comes back from the dead still sees it: an old token."""
    job = Job.objects.create(kind=kind, key="overtaken", arguments={}, token=2)
    return JobRun(
        job_id=job.pk,
        kind=kind,
        arguments={},
        by=SYSTEM,
        organisation_id=None,
        attempt=1,
        heartbeat=Heartbeat(Lease(job.pk, 1), Progress()),
    )
