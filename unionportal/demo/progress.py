"""Progress of long work in a terminal: plain text, one line a step, on standard error."""

import time
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 24
REDRAW_SECONDS = 0.1


@dataclass(slots=True)
class Bar:
    """Shows how far a step has come; a file or pipe gets its last line only."""

    label: str
    stream: TextIO
    total: int = 0
    done: int = 0
    note: str = ""
    _began: float = field(default_factory=time.monotonic)
    _drawn: float = 0.0

    def show(self, done: int, total: int | None = None, note: str = "") -> None:
        self.done = done
        self.total = self.total if total is None else total
        self.note = note or self.note
        now = time.monotonic()
        if self.stream.isatty() and now - self._drawn > REDRAW_SECONDS:
            self._drawn = now
            self.stream.write(f"\r{self._line()}\x1b[K")
            self.stream.flush()

    def advance(self, count: int = 1, note: str = "") -> None:
        self.show(self.done + count, note=note)

    def close(self, note: str = "") -> float:
        """Draw the step as ended; return its seconds."""
        self.note = note or self.note
        self.total = self.done = max(self.done, self.total)
        start = "\r" if self.stream.isatty() else ""
        end = "\x1b[K\n" if self.stream.isatty() else "\n"
        self.stream.write(f"{start}{self._line()}{end}")
        self.stream.flush()
        return self.seconds

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def _line(self) -> str:
        share = min(1.0, self.done / self.total) if self.total else 1.0
        filled = int(share * WIDTH)
        bar = "█" * filled + "░" * (WIDTH - filled)
        count = f"{self.done:,}/{self.total:,}" if self.total else ""
        parts = (self.label, bar, f"{share:4.0%}", count, f"{self.seconds:.1f} 秒")
        return "  ".join(part for part in (*parts, self.note) if part)
