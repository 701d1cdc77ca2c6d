"""How long work is carried out: in this process, or by the background worker."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_job
from unionportal.core.models.jobs import Job, JobState
from unionportal.demo.progress import Bar

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 30


class Engine(Protocol):
    """Brings a job to its end, showing how far it is; refuses with the job's sentence."""

    def finish(self, job: Job, bar: Bar) -> Job: ...

    def lend_hand(self, jobs: Iterable[Job]) -> None:
        """Run what is due of jobs that end by themselves, unless a worker does."""


@dataclass(frozen=True, slots=True)
class Direct:
    """Runs jobs here, as a worker would: same rows, leases and handlers."""

    def finish(self, job: Job, bar: Bar) -> Job:
        while job.is_live:
            if not run_job(job.pk):
                time.sleep(POLL_SECONDS)
            job = _seen(job, bar)
        return _ended(job)

    def lend_hand(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            run_job(job.pk)


@dataclass(frozen=True, slots=True)
class Worker:
    """Waits for the worker; says so when none takes the job."""

    patience: float = PATIENCE_SECONDS

    def finish(self, job: Job, bar: Bar) -> Job:
        began = time.monotonic()
        while job.is_live:
            time.sleep(POLL_SECONDS)
            job = _seen(job, bar)
            waited = time.monotonic() - began
            if (
                job.state == JobState.QUEUED
                and not job.error
                and waited > self.patience
            ):
                raise Refusal(
                    "没有后台进程领取任务：请先启动后台进程（make run），"
                    "或改用 --engine direct 在本进程内办理。",
                    code="worker",
                )
        return _ended(job)

    def lend_hand(self, jobs: Iterable[Job]) -> None:
        del jobs


def _seen(job: Job, bar: Bar) -> Job:
    job.refresh_from_db()
    bar.show(job.done_count, job.total_count, note=job.note)
    return job


def _ended(job: Job) -> Job:
    if job.state == JobState.FAILED:
        raise Refusal(job.error, code="job")
    return job
