"""The peak of this process's memory during a step, as the kernel counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
FORGET_THE_PEAK = "5"


@dataclass(slots=True)
class Peak:
    """Resident MB before a step and at its peak; zero where the kernel does not say."""

    before: float = 0.0
    peak: float = 0.0

    @property
    def pair(self) -> tuple[float, float] | None:
        """The peak, and what of it came on top; None where it is not known."""
        return (self.peak, self.peak - self.before) if self.peak else None


@contextmanager
def memory_of_step() -> Iterator[Peak]:
    """Measure the step inside; on systems without /proc nothing is known."""
    found = Peak()
    if CLEAR.exists():
        CLEAR.write_text(FORGET_THE_PEAK)
        found.before = _resident("VmRSS")
    yield found
    if CLEAR.exists():
        found.peak = _resident("VmHWM")


def highest(peaks: list[Peak]) -> tuple[float, float] | None:
    """The highest of several turns, as a line of the table shows it."""
    known = [each.pair for each in peaks if each.pair]
    return max(known) if known else None


def _resident(name: str) -> float:
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
