"""The rows of the bench: a promise, its floor, and what was measured."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How much and how often; `say` prints a line of progress."""

    rows: int
    rounds: int
    say: Say


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds per round, ours and the floor's, taken in turns."""

    ours: tuple[float, ...]
    floor: tuple[float, ...]
    detail: str = ""

    @property
    def ratio(self) -> float:
        """The median of ours over the median of the floor."""
        return median(self.ours) / median(self.floor)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: `goal` is the highest ratio that keeps it."""

    code: str
    name: str
    title: str
    goal: float
    run: Callable[[Options], Measured]
