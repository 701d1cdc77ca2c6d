"""Leases on jobs: claiming, renewing and ending, each by one conditional statement.

All times are the database's. A claim raises the job's token; whoever holds an older
token can no longer renew, fence or end the job.
"""

import json
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, InterfaceError, connection
from django.db.transaction import TransactionManagementError

LEASE_SECONDS = 20
HEARTBEAT_SECONDS = 5
# What ends in order does not kill its runner: of its claims so many still count, for
# pauses grow with them, and interruptions are counted from there.
ORDERLY_ATTEMPTS = 12
PROGRESS_SECONDS = 0.5  # progress is shown no finer than this

logger = logging.getLogger(__name__)


class LeaseLost(Exception):  # noqa: N818 - it ends a run, it is not a fault
    """Another runner has taken the job over: stop, write nothing more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run one job, as long as no one holds a higher token."""

    job_id: int
    token: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as it was when it was claimed."""

    lease: Lease
    kind: str
    arguments: dict[str, Any]
    actor: dict[str, Any]
    organisation_id: int | None
    attempt_count: int
    failure_count: int


DUE_SQL = """(
    (state = 'queued' AND due_at <= statement_timestamp())
    OR (state = 'running' AND lease_until < statement_timestamp())
)"""

_CLAIM = f"""
    UPDATE core_job SET
        state = 'running',
        token = token + 1,
        attempt_count = attempt_count + 1,
        lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds',
        started_at = COALESCE(started_at, clock_timestamp())
    WHERE id = (
        SELECT id FROM core_job
        WHERE {DUE_SQL} AND (%(id)s::bigint IS NULL OR id = %(id)s)
        ORDER BY due_at, id LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, token, kind, arguments, actor, organisation_id,
        attempt_count, failure_count
"""  # noqa: S608 - built from constants

_RENEW = f"""
    UPDATE core_job SET
        lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds',
        done_count = %(done)s, total_count = %(total)s, note = %(note)s
    WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""  # noqa: S608 - built from constants

# KEY SHARE keeps others from claiming the job (they skip locked rows) and still lets
# the heartbeat renew the lease while the handler's transaction is open.
_FENCE = """
    SELECT 1 FROM core_job
    WHERE id = %s AND token = %s AND state = 'running' FOR KEY SHARE
"""

_FINISH = """
    UPDATE core_job SET state = 'done', lease_until = NULL, error = '',
        finished_at = clock_timestamp(), result = %(result)s::jsonb,
        done_count = %(done)s, total_count = %(total)s, note = %(note)s
    WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""

_FAIL = """
    UPDATE core_job SET state = 'failed', lease_until = NULL, error = %(error)s,
        finished_at = clock_timestamp(),
        done_count = %(done)s, total_count = %(total)s, note = %(note)s
    WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""

_AGE = """
    SELECT floor(extract(epoch FROM clock_timestamp() - created_at) / 86400)::int
    FROM core_job WHERE id = %s
"""

_POSTPONE = """
    UPDATE core_job SET state = 'queued', lease_until = NULL, error = %(error)s,
        failure_count = failure_count + %(failures)s,
        attempt_count = CASE WHEN %(failures)s = 0
            THEN LEAST(attempt_count, %(orderly)s) ELSE attempt_count END,
        due_at = clock_timestamp() + make_interval(secs => %(seconds)s),
        rung_at = clock_timestamp()
    WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""


def claim(job_id: int | None = None) -> Claim | None:
    """Take a due job: the named one, or the one due longest.

    None when it is held by another, ended, or not due.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"id": job_id})
        row = cursor.fetchone()
    if row is None:
        return None
    number, token, kind, arguments, actor, organisation_id, attempts, failures = row
    return Claim(
        Lease(number, token),
        kind,
        _object(arguments),
        _object(actor),
        organisation_id,
        attempts,
        failures,
    )


def _object(stored: str | dict[str, Any]) -> dict[str, Any]:
    """Django leaves jsonb as text on a plain cursor."""
    found: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return found


def fence(lease: Lease) -> None:
    """Hold the job for the rest of this transaction, or raise LeaseLost."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("fence() belongs inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(_FENCE, [lease.job_id, lease.token])
        if cursor.fetchone() is None:
            raise LeaseLost(str(lease.job_id))


@dataclass(slots=True)
class Progress:
    """How far a run has come."""

    done: int = 0
    total: int | None = None
    note: str = ""


def _parameters(lease: Lease, progress: Progress) -> dict[str, Any]:
    return {
        "id": lease.job_id,
        "token": lease.token,
        "done": progress.done,
        "total": progress.total,
        "note": progress.note[:200],
    }


def _conditional(sql: str, parameters: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.rowcount == 1)


def renew(lease: Lease, progress: Progress) -> bool:
    """Prolong the lease and show the progress; False when the lease is lost."""
    return _conditional(_RENEW, _parameters(lease, progress))


def finish(lease: Lease, progress: Progress, result: dict[str, Any] | None) -> bool:
    """End the job as done; False, and nothing written, when the lease is lost."""
    text = None if result is None else json.dumps(result, cls=DjangoJSONEncoder)
    return _conditional(_FINISH, _parameters(lease, progress) | {"result": text})


def fail(lease: Lease, progress: Progress, error: str) -> bool:
    """End the job as failed, with the sentence that says why."""
    return _conditional(_FAIL, _parameters(lease, progress) | {"error": error})


def postpone(lease: Lease, error: str, *, seconds: float, failures: int) -> bool:
    """Give the job back, to be run again after a while; count it as so many failures.

    Without a failure it may be given back as often as it takes.
    """
    return _conditional(
        _POSTPONE,
        {
            "id": lease.job_id,
            "token": lease.token,
            "error": error,
            "seconds": seconds,
            "failures": failures,
            "orderly": ORDERLY_ATTEMPTS,
        },
    )


def age_in_days(job_id: int) -> int:
    """How many whole days ago a job was written down, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE, [job_id])
        return int(cursor.fetchone()[0])


@dataclass
class Heartbeat:
    """Renews a lease from a thread with its own connection while a handler runs."""

    lease: Lease
    progress: Progress
    lost: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _shown: float = 0.0

    def __enter__(self) -> "Heartbeat":
        """Start beating.

        Inside a transaction nobody else sees the claim, nor would this thread.
        """
        if not connection.in_atomic_block:
            self._thread = threading.Thread(
                target=self._beat, name=f"job-{self.lease.job_id}", daemon=True
            )
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop beating and wait for the last beat to end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def show(self) -> None:
        """Write the progress soon; raise LeaseLost when the lease is known lost."""
        if self._thread is None:
            if not renew(self.lease, self.progress):
                self.lost.set()
        elif time.monotonic() - self._shown > PROGRESS_SECONDS:
            self._shown = time.monotonic()
            self._wake.set()
        if self.lost.is_set():
            raise LeaseLost(str(self.lease.job_id))

    def _beat(self) -> None:
        try:
            while not self._stop.is_set() and not self.lost.is_set():
                self._wake.wait(HEARTBEAT_SECONDS)
                self._wake.clear()
                if not self._stop.is_set():
                    self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            if not renew(self.lease, self.progress):
                self.lost.set()
        except (DatabaseError, InterfaceError):
            # The next beat tries again; should the lease run out, fence() tells.
            logger.warning("heartbeat failed, job %s", self.lease.job_id)
            connection.close()
