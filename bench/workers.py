"""P20: a round in chunks by two worker processes, against one."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from django.db import connection, connections

import assistance.tasks  # noqa: F401 - registers the handlers of its jobs
from assistance.actions.computations import compute_round
from assistance.models import Round
from bench.compute import answers_of
from bench.province import ON, opened, populate
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.turns import seconds_of, take_turns
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import run_due_jobs

CHUNKS = 8


def run(options: Options) -> Sequence[Measured]:
    """The same chunks each turn; what both wrote is compared."""
    with scratch_database():
        version = populate(options.rows)
        numbers = count()

        def by(workers: int) -> tuple[float, Any]:
            run_as_owner("TRUNCATE assistance_determination")
            round_ = opened(version, f"{next(numbers)}")
            size = options.rows // CHUNKS
            compute_round(round_id=round_.pk, on=ON, by=SYSTEM, chunk_rows=size)
            seconds = seconds_of(partial(_together, workers))
            return seconds, answers_of(Round.objects.get(pk=round_.pk))

        turns = take_turns(options, ours=partial(by, 2), floor=partial(by, 1))
    title = f"测算分 {CHUNKS} 块以上，两个后台进程与一个比"
    # Two do the same work in less time, not with less of the processor.
    return [replace(turns.line("P20", title, 0.85), busy=None)]


def _together(workers: int) -> None:
    """Run what is due in so many processes, until nothing is."""
    connections.close_all()  # a forked child must never inherit an open line
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=run_due_jobs) for _worker in range(workers)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        raise AssertionError("a worker failed")
    connection.ensure_connection()


WORKERS = Row("P20", "workers", run, grows=False)
