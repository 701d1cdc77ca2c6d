"""The rows of the bench: a promise, its floor, and what was measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Say = Callable[[str], None]
SECONDS = "秒"


@dataclass(frozen=True, slots=True)
class Options:
    """How much and how often; `say` prints a line of progress.

    `members` is the size of the register for the rows about people.
    """

    rows: int
    rounds: int
    say: Say
    members: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table: ours and the floor's, taken in turns.

    `goal` is the highest ratio that keeps the promise. `memory` is the peak of the
    resident set during ours, and what of it came on top, in MB. `exponent` tells how
    ours grows with the number of rows, and the floor beside it (1 is in proportion).
    `busy` is what ours and the floor took of the processor, in seconds a turn.
    `load` is how busy the machine was: processes that ran or waited, over five minutes.
    """

    code: str
    title: str
    goal: float
    ours: tuple[float, ...]
    floor: tuple[float, ...]
    unit: str = SECONDS
    detail: str = ""
    memory: tuple[float, float] | None = None
    exponent: tuple[float, float] | None = None
    rows: int = 0
    load: float = 0.0
    busy: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """The median of ours over the median of the floor."""
        return median(self.ours) / median(self.floor)

    @property
    def is_kept(self) -> bool:
        """Whether the promise is kept, as the table shows it: to the second place.

        By the clock, and by the processor's time where that is known: a busy machine
        may have held up the floor more than ours.
        """
        by_processor = self.busy[0] / self.busy[1] if self.busy else 0.0
        return round(max(self.ratio, by_processor), 2) <= self.goal


@dataclass(frozen=True, slots=True)
class Row:
    """A promise and how to measure it; some need a size of their own.

    `grows` when it is worth measuring at a tenth of the rows as well; `most` is how
    many rows it takes.
    """

    code: str
    name: str
    run: Callable[[Options], Sequence[Measured]]
    grows: bool = True
    most: int = 10**9


def told(found: Measured) -> dict[str, Any]:
    """A line as it is kept between runs."""
    return {name: getattr(found, name) for name in Measured.__dataclass_fields__}


def retold(kept: dict[str, Any]) -> Measured:
    """A line as it was kept."""
    lists: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept.items()
    }
    return Measured(**lists)
