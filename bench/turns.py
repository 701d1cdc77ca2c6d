"""Ours and the floor in turns, with equal ends; the first turn only warms up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import mean
from time import perf_counter
from typing import Any

from django.db import connection, connections, transaction

from bench.memory import Peak, highest, memory_of_step
from bench.processor import METER, processor_seconds
from bench.rows import Measured, Options

Side = Callable[[], tuple[float, Any]]
"""Does the step once; returns its seconds, and what it came to (or how to find out)."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each turn, the memory of ours, and what both came to.

    `busy` is what a turn of ours and of the floor took of the processor, on average.
    """

    ours: tuple[float, ...]
    floor: tuple[float, ...]
    memory: tuple[float, float] | None
    outcome: Any
    busy: tuple[float, float]

    def line(self, code: str, title: str, goal: float, detail: str = "") -> Measured:
        """These turns as a line of the table."""
        return Measured(
            code=code,
            title=title,
            goal=goal,
            ours=self.ours,
            floor=self.floor,
            memory=self.memory,
            busy=self.busy if all(self.busy) else None,
            detail=detail,
        )


def take_turns(options: Options, *, ours: Side, floor: Side) -> Turns:
    """Measure both as often as asked. Where what they came to differs, all is void."""
    pairs: list[tuple[float, float]] = []
    peaks: list[Peak] = []
    busy: list[tuple[float, float]] = []
    own: Any = None
    for turn in range(options.rounds + 1):
        METER.read()
        floor_seconds, end = floor()
        floor_busy = METER.read()
        wanted = end() if callable(end) else end
        with memory_of_step() as peak:
            seconds, end = ours()
        own_busy = METER.read()
        own = end() if callable(end) else end
        if own != wanted:
            raise AssertionError(
                f"两边结果不同：\n底线 {_short(wanted)}\n我们 {_short(own)}"
            )
        options.say(f"第 {turn} 轮：我们 {seconds:.4f} 秒，底线 {floor_seconds:.4f} 秒")
        if turn:
            pairs.append((seconds, floor_seconds))
            peaks.append(peak)
            busy.append((own_busy, floor_busy))
    return Turns(
        tuple(pair[0] for pair in pairs),
        tuple(pair[1] for pair in pairs),
        highest(peaks),
        own,
        (mean(own for own, _floor in busy), mean(floor for _own, floor in busy)),
    )


def _short(outcome: Any) -> str:  # noqa: ANN401 - whatever a row compares
    return repr(outcome)[:2000]


@contextmanager
def undone() -> Iterator[None]:
    """A step that is taken back, so that the next turn begins where this one did.

    What is checked at the commit is checked before its end, as the commit would.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check_now() -> None:
    """Run the checks and chains that would wait for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def wait_for_disk() -> None:
    """A commit of next to nothing, which waits until all that was written before it,
    also what was taken back, lies on the disk: what the commit of that would wait for.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'bench', '')")


def seconds_of(step: Callable[[], object]) -> float:
    """How long a step takes; the processor's time goes to the meter."""
    busy, begun = processor_seconds(), perf_counter()
    step()
    seconds = perf_counter() - begun
    METER.total += processor_seconds() - busy
    return seconds
