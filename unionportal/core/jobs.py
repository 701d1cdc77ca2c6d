"""Background work: a job is a row in PostgreSQL, the broker only rings.

``enqueue`` writes the row in the transaction of its cause. Whoever hears the ring, and
the sweeper of every worker, claims the row with a lease and runs the handler that the
app registered for its kind. A handler is repeatable: it may be killed at any point and
is then run again from its beginning, with the same arguments.
"""

import errno
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any

from celery import current_app
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from unionportal.core import leases
from unionportal.core.actor import Actor, Seat
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.guards import refusal_from
from unionportal.core.leases import Claim, Heartbeat, LeaseLost, Progress
from unionportal.core.models.jobs import LIVE_STATES, Job

RING_TASK = "core.run_job"
FAILURE_LIMIT = 5  # exceptions of a handler, with 2, 4, 8, 16 seconds between
ATTEMPT_LIMIT = 25  # claims, so a job that kills its runner does not live for ever
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
ROOM_SECONDS = 30.0  # until a job that found the disk full tries again
UNKNOWN_SECONDS = 30.0  # until a kind this version does not know is looked at again
SILENCE_SECONDS = 10.0  # after a ring into the void, spare the callers the waiting

logger = logging.getLogger(__name__)

BEFORE_RING = declare_crashpoint("jobs.before_ring")
AFTER_CLAIM = declare_crashpoint("jobs.after_claim")
BEFORE_FINISH = declare_crashpoint("jobs.before_finish")
AFTER_FINISH = declare_crashpoint("jobs.after_finish")


@dataclass(frozen=True)
class JobRun:
    """What a handler is given: its arguments, and the ways to report and to be sure."""

    job_id: int
    kind: str
    arguments: dict[str, Any]
    by: Actor
    organisation_id: int | None
    attempt: int
    heartbeat: Heartbeat

    @property
    def token(self) -> int:
        """Return the fencing token of this run."""
        return self.heartbeat.lease.token

    def advance(
        self, *, done: int | None = None, total: int | None = None, note: str = ""
    ) -> None:
        """Report progress; raise LeaseLost when another runner took over."""
        progress = self.heartbeat.progress
        progress.done = progress.done if done is None else done
        progress.total = progress.total if total is None else total
        progress.note = note or progress.note
        self.heartbeat.show()

    def fence(self) -> None:
        """Call first in each transaction: raise LeaseLost when another took over.

        Until the transaction ends nobody else can claim the job.
        """
        leases.fence(self.heartbeat.lease)


class Later(Exception):  # noqa: N818 - what a handler asks for, not a fault
    """Raised by a handler whose work waits for somebody else: run me again then."""

    def __init__(self, sentence: str, *, seconds: float) -> None:
        """Say why, and after how many seconds."""
        self.seconds = seconds
        super().__init__(sentence)


Handler = Callable[[JobRun], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """A kind of work, its Chinese name, and what carries it out."""

    kind: str
    label: str
    handler: Handler


_kinds: dict[str, JobKind] = {}


def register_job(kind: str, label: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind; stands above a function in an app's ``tasks``."""

    def register(handler: Handler) -> Handler:
        if kind in _kinds:
            raise ValueError(f"job kind registered twice: {kind}")
        _kinds[kind] = JobKind(kind, label, handler)
        return handler

    return register


def job_kinds() -> Mapping[str, JobKind]:
    """Return every registered kind, after importing the apps' ``tasks``."""
    _import_tasks()
    return _kinds


@cache
def _import_tasks() -> None:
    autodiscover_modules("tasks")


def job_label(kind: str) -> str:
    """Return the Chinese name of a kind."""
    found = job_kinds().get(kind)
    return found.label if found else kind


# --- writing work down


_INSERT = """
    INSERT INTO core_job (kind, key, state, arguments, actor, organisation_id,
        token, attempt_count, failure_count, done_count, note, error)
    VALUES (%s, %s, 'queued', %s::jsonb, %s::jsonb, %s, 0, 0, 0, 0, '', '')
    ON CONFLICT (kind, key) WHERE state IN ('queued', 'running') DO NOTHING
    RETURNING id
"""


def enqueue(
    *,
    kind: str,
    key: str,
    arguments: dict[str, Any],
    by: Actor,
    organisation_id: int | None = None,
) -> Job:
    """Write work down in the transaction of its cause; ring when that commits.

    While a job of this kind and key is live, that job is returned and nothing is
    added. Rolled back with its cause.
    """
    job = Job(
        kind=kind,
        key=key,
        arguments=arguments,
        actor=asdict(by),
        organisation_id=organisation_id,
    )
    while True:
        number = _insert(job)
        if number is not None:
            transaction.on_commit(partial(_ring_after_commit, number), robust=True)
            return Job.objects.get(pk=number)
        live = Job.objects.filter(kind=kind, key=key, state__in=LIVE_STATES).first()
        if live is not None:
            return live


def _insert(job: Job) -> int | None:
    values = [
        job.kind,
        job.key,
        json.dumps(job.arguments, cls=DjangoJSONEncoder),
        json.dumps(job.actor),
        job.organisation_id,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _ring_after_commit(job_id: int) -> None:
    crashpoint(BEFORE_RING)
    ring(job_id)


_silent_until = 0.0


def ring(job_id: int) -> bool:
    """Ask a worker, through the broker, to run a job; False when nobody hears.

    Then the sweeper of a worker finds the row by itself.
    """
    global _silent_until  # noqa: PLW0603 - one memory for the process
    if time.monotonic() < _silent_until:
        return False
    try:
        current_app.send_task(RING_TASK, args=(job_id,), retry=False)
    except (KombuError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("broker not reached: %s", type(error).__name__)
        return False
    return True


def latest_job(*, kind: str, key: str) -> Job | None:
    """Return the newest job of a kind and key, for a progress bar."""
    return Job.objects.filter(kind=kind, key=key).order_by("-id").first()


# --- carrying work out


def run_job(job_id: int) -> bool:
    """Run a job if it is due and nobody holds it; False when it is not ours to run."""
    claimed = leases.claim(job_id)
    if claimed is None:
        logger.info("job %s is already held or ended", job_id)
        return False
    _run(claimed)
    return True


def run_next_job() -> bool:
    """Run the job that has been due longest; False when none is due."""
    claimed = leases.claim()
    if claimed is None:
        return False
    _run(claimed)
    return True


def run_due_jobs() -> int:
    """Run jobs until none is due; return how many were run."""
    count = 0
    while run_next_job():
        count += 1
    return count


def _run(claimed: Claim) -> None:
    crashpoint(AFTER_CLAIM)
    if claimed.attempt_count > ATTEMPT_LIMIT:
        sentence = _("任务多次在执行中被中断，已停止重试；请联系管理员查看日志。")
        leases.fail(claimed.lease, Progress(), sentence)
    elif claimed.kind not in job_kinds():
        # Written by a newer version: a worker of that version will know it.
        sentence = _("此版本的程序还不认识这类任务；等待升级后的程序执行。")
        leases.postpone(claimed.lease, sentence, seconds=UNKNOWN_SECONDS, failures=0)
    else:
        _carry_out(claimed, job_kinds()[claimed.kind].handler)


def _carry_out(claimed: Claim, handler: Handler) -> None:
    heartbeat = Heartbeat(claimed.lease, Progress())
    run = JobRun(
        job_id=claimed.lease.job_id,
        kind=claimed.kind,
        arguments=claimed.arguments,
        by=stored_actor(claimed.actor),
        organisation_id=claimed.organisation_id,
        attempt=claimed.attempt_count,
        heartbeat=heartbeat,
    )
    try:
        with heartbeat:
            result = handler(run)
    except LeaseLost:
        logger.warning("job %s was taken over by another runner", run.job_id)
    except Later as later:
        leases.postpone(claimed.lease, str(later), seconds=later.seconds, failures=0)
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way
        _give_up_or_postpone(claimed, heartbeat.progress, error)
    else:
        crashpoint(BEFORE_FINISH)
        leases.finish(claimed.lease, heartbeat.progress, result)
        crashpoint(AFTER_FINISH)


def _give_up_or_postpone(claimed: Claim, progress: Progress, error: Exception) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    refusal = _as_refusal(error)
    if refusal is not None:
        leases.fail(claimed.lease, progress, str(refusal))
        return
    if _is_disk_full(error):
        # Not a fault of the program: it waits for room, however long that takes.
        logger.error("job %s found no room", claimed.lease.job_id)
        sentence = _("磁盘空间不足，没有写出任何东西；腾出空间后自动接着办。")
        leases.postpone(claimed.lease, sentence, seconds=ROOM_SECONDS, failures=0)
        return
    failures = claimed.failure_count + 1
    logger.error("job %s failed", claimed.lease.job_id, exc_info=error)
    values = {"count": failures, "error": type(error).__name__}
    if failures >= FAILURE_LIMIT:
        sentence = _(
            "程序出错（%(error)s），重试 %(count)s 次仍未成功；请联系管理员查看日志。"
        )
        leases.fail(claimed.lease, progress, sentence % values)
    else:
        sentence = _("程序出错（%(error)s），第 %(count)s 次；稍后自动重试。")
        leases.postpone(
            claimed.lease, sentence % values, seconds=float(2**failures), failures=1
        )


def _is_disk_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        if getattr(error, "pgcode", None) == "53100":
            return True
        error = error.__cause__
    return False


def _as_refusal(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    return refusal_from(error) if isinstance(error, DatabaseError) else None


def stored_actor(stored: dict[str, Any]) -> Actor:
    """Return the actor that a job's row holds: whoever asked for it."""
    seats = tuple(Seat(**seat) for seat in stored["seats"])
    return Actor(**{**stored, "seats": seats})
