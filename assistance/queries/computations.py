"""How far the computing of a round has come."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from assistance.models import Round, RoundChunk, RoundComputation
from unionportal.core.models.jobs import LIVE_STATES, Job, JobState

CHUNK_JOB = "assistance.compute_chunk"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputationProgress:
    """Subjects answered of those expected; `waiting` are the jobs still to be done.

    `failure` is the sentence of a chunk that cannot be done; empty while all can.
    """

    is_finished: bool
    answered: int
    expected: int
    waiting: tuple[int, ...]
    failure: str


def computation_progress(job_id: int) -> ComputationProgress:
    """Tell how far the computation has come that a job began."""
    computation = RoundComputation.objects.get(job_id=job_id)
    chunks = RoundChunk.objects.filter(computation=computation)
    counts = chunks.aggregate(
        answered=Sum("answered_count"), expected=Sum("expected_count")
    )
    open_keys = [
        f"chunk-{number}"
        for number in chunks.filter(is_done=False).values_list("pk", flat=True)
    ]
    jobs = list(Job.objects.filter(kind=CHUNK_JOB, key__in=open_keys).order_by("id"))
    failures = [job.error for job in jobs if job.state == JobState.FAILED]
    return ComputationProgress(
        is_finished=computation.is_finished,
        answered=counts["answered"] or 0,
        expected=counts["expected"] or 0,
        waiting=tuple(job.pk for job in jobs if job.state in LIVE_STATES),
        failure=failures[0] if failures else "",
    )


def computed_totals(round_id: int) -> dict[str, Any]:
    """The totals that a computation left on its round, for the job's result."""
    round_ = Round.objects.get(pk=round_id)
    return {
        "population": round_.population,
        "eligible": round_.eligible_count,
        "ineligible": round_.ineligible_count,
        "unknown": round_.unknown_count,
        "amount": str(round_.eligible_amount),
    }
