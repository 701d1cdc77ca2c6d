"""Finds work that nobody was told of, in a thread of every worker's parent process.

A message may be lost at any time: the broker restarted, was emptied, is down. What is
due is rung again; where no one hears, or hears and does not come although there are
free hands, it is run without the broker by a child process. So a job is taken up
within seconds, and a batch completes with the broker dead.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from celery import bootsteps
from celery.worker import WorkController, state
from django.conf import settings
from django.db import connection

from unionportal.core.jobs import ring
from unionportal.core.leases import DUE_SQL

SWEEP_SECONDS = 1.0  # one look into two small partial indexes
RING_AGAIN_SECONDS = 3.0
PATIENCE_SECONDS = 4.0
RINGS_A_SWEEP = 100
# Starting a process costs more than most jobs: the child waits a while for the next.
LINGER_SECONDS = 15

logger = logging.getLogger(__name__)

# Rows that a running transaction holds are being worked on, whatever their lease says.
_DUE = f"""
    SELECT id, EXTRACT(EPOCH FROM
        statement_timestamp() - COALESCE(lease_until, due_at))::float8
    FROM core_job WHERE {DUE_SQL}
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - built from constants

_UNHEARD = f"""
    UPDATE core_job SET rung_at = statement_timestamp()
    WHERE id IN (
        SELECT id FROM core_job
        WHERE {DUE_SQL}
            AND rung_at < statement_timestamp() - make_interval(secs => %s)
        ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""  # noqa: S608 - built from constants


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that waits, and for how many seconds it has been due."""

    job_id: int
    waited_seconds: float


def due_jobs(limit: int = RINGS_A_SWEEP) -> list[DueJob]:
    """Return jobs that could be claimed now, longest due first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [DueJob(number, waited) for number, waited in cursor.fetchall()]


def ring_again() -> bool:
    """Ring for due jobs whose last ring went unheard; False when the broker is down."""
    with connection.cursor() as cursor:
        cursor.execute(_UNHEARD, [RING_AGAIN_SECONDS, RINGS_A_SWEEP])
        unheard = sorted(row[0] for row in cursor.fetchall())
    return all(ring(number) for number in unheard)


class Runner:
    """At most one child process that runs what is due."""

    def __init__(self) -> None:
        """Begin without a child."""
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the child unless it still runs."""
        if self._child is not None and self._child.poll() is None:
            return
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
        self._child = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "run_due_jobs", f"--linger={LINGER_SECONDS}"],
            stdin=subprocess.DEVNULL,
        )
        logger.warning("running due jobs without the broker")

    def reap(self) -> None:
        """Collect an ended child."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None

    def stop(self) -> None:
        """Ask the child to end after its present job."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()


def sweep(
    *, has_free_hands: Callable[[], bool], run_without_broker: Callable[[], None]
) -> None:
    """Look once at what is due; ring, and run it where ringing does not help."""
    due = due_jobs()
    if not due:
        return
    heard = ring_again()
    waited = max(job.waited_seconds for job in due)
    if not heard or (waited > PATIENCE_SECONDS and has_free_hands()):
        run_without_broker()


class SweeperStep(bootsteps.StartStopStep):
    """Runs the sweeper beside the pool of a worker."""

    requires = {"celery.worker.components:Pool"}

    def __init__(self, parent: WorkController, **options: object) -> None:
        """Prepare the thread."""
        super().__init__(parent, **options)
        self.concurrency = int(getattr(parent, "concurrency", 1) or 1)
        self.runner = Runner()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sweeper", daemon=True)

    def start(self, parent: WorkController) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self, parent: WorkController) -> None:
        """End with the worker; what is left is found by the next one."""
        self._end.set()
        self.runner.stop()

    terminate = stop

    def _has_free_hands(self) -> bool:
        return len(state.active_requests) < self.concurrency

    def _loop(self) -> None:
        while not self._end.wait(SWEEP_SECONDS):
            self.runner.reap()
            try:
                sweep(
                    has_free_hands=self._has_free_hands,
                    run_without_broker=self.runner.start,
                )
            except Exception:  # the database may be down; the next sweep looks again
                logger.exception("sweep failed")
            finally:
                # A forked child must never inherit an open line.
                connection.close()
