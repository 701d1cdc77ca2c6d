"""The stub bank's desk: takes instructions from the outbox, lays answers in the inbox.

The books are written first, the answer follows from them, the instruction is put away
last; so a bank that was killed at any point goes on where it stood.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from assistance.rules.banks.layout import Layout
from unionportal.stub_bank.books import Books, BooksRefused, Line, Sheet
from unionportal.stub_bank.faults import Faults
from unionportal.stub_bank.judgement import Judgement
from unionportal.stub_bank.paper import (
    Order,
    answer_name,
    layout_of_instruction,
    read_order,
    write_answer,
)

OUTBOX, INBOX, OWN = "outbox", "inbox", "bank"
LATE_SECONDS = 5.0
WRONG_BY = Decimal("100.00")
LOCK = "stub_bank.lock"

Say = Callable[[str], object]


class AlreadyOpen(Exception):  # noqa: N818 - it is an answer to whoever starts a second
    """Another stub bank is at work on the folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder; the kernel lets go of it when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyOpen from error
        yield


@dataclass(frozen=True, slots=True)
class LateReturn:
    """A payment that will come back: when, and the file that tells it."""

    due: float
    path: Path
    content: bytes
    line: Line


@dataclass(slots=True)
class Desk:
    """Works on one exchange folder."""

    folder: Path
    judgement: Judgement
    say: Say
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
    late_seconds: float = LATE_SECONDS
    _answers_due: dict[str, float] = field(default_factory=dict)
    _returns_due: list[LateReturn] = field(default_factory=list)
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.folder / OWN)
        for name in (OUTBOX, INBOX, f"{OWN}/taken", f"{OWN}/refused"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def serve(self) -> int:
        """Take every instruction that lies there; return how many were answered."""
        self.lay_late_returns()
        waiting = sorted(
            path
            for path in (self.folder / OUTBOX).iterdir()
            if path.is_file() and not path.name.startswith(".")
        )
        return sum(self._take(path) for path in waiting)

    def lay_late_returns(self, *, at_once: bool = False) -> None:
        """Payments made come back after all, some time after they were reported."""
        now = time.monotonic()
        for late in list(self._returns_due):
            if at_once or late.due <= now:
                self._returns_due.remove(late)
                with self.lock:
                    self.books.give_back(late.line.reference, late.line.reason)
                _lay(late.path, late.content)
                self.say(f"{late.path.name}：付款之后又退回 1 笔")

    def _take(self, path: Path) -> bool:
        """Whether the instruction was dealt with; else it stays for the next time."""
        try:
            is_answered = self._answer(path)
        except BooksRefused as refused:
            self.say(str(refused))
            path.replace(self.folder / OWN / "refused" / path.name)
            return True
        if is_answered:
            path.replace(self.folder / OWN / "taken" / path.name)
        return is_answered

    def _answer(self, path: Path) -> bool:
        layout = layout_of_instruction(path.name)
        content = path.read_bytes()
        order = read_order(layout, content)
        sheet = Sheet(
            name=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            batch=order.batch,
            layout=layout.code,
            line_count=order.count,
            total_fen=int(order.total * 100),
        )
        with self.lock:
            self.books.enter(sheet, self._judged(order))
            lines = self.books.lines_of(path.name)
        if self._is_silent(order.batch):
            return False
        for extra, answer in self._answers(layout, order, lines):
            _lay(self._answer_path(layout, order, extra), answer)
        self._bring_back_later(layout, order, lines)
        refused = sum(1 for line in lines if line.reason)
        name = answer_name(layout, order.batch)
        self.say(f"{path.name}：{len(lines)} 笔，退回 {refused} 笔 → {name}")
        return True

    def _is_silent(self, batch: str) -> bool:
        """Paid and on the books, but not told: for a while, or until a new start."""
        if self.faults.concerns("timeout-after-paying", batch):
            return True
        if not self.faults.concerns("answer-late", batch):
            return False
        now = time.monotonic()
        return now < self._answers_due.setdefault(batch, now + self.late_seconds)

    def _answer_path(self, layout: Layout, order: Order, extra: str) -> Path:
        stem, dot, suffix = answer_name(layout, order.batch).rpartition(".")
        return self.folder / INBOX / f"{stem}{extra}{dot}{suffix}"

    def _answers(
        self, layout: Layout, order: Order, lines: list[Line]
    ) -> Iterator[tuple[str, bytes]]:
        """The answers to lay, each with what its name has more; the right one last."""
        batch = order.batch
        right = write_answer(layout, batch=batch, on=order.on, lines=lines)
        for name, damaged in damages(layout, order, lines, right).items():
            if self.faults.strikes(name, batch):
                yield from damaged
        if not self.faults.strikes("pieces", batch):
            yield "", right
            return
        half = len(lines) // 2
        for number, part in enumerate((lines[:half], lines[half:]), 1):
            if part:
                told = write_answer(layout, batch=batch, on=order.on, lines=part)
                yield f"-{number}", told

    def _bring_back_later(
        self, layout: Layout, order: Order, lines: list[Line]
    ) -> None:
        paid = [line for line in lines if not line.reason]
        if not paid or not self.faults.strikes("return-after-success", order.batch):
            return
        back = replace(paid[0], reason="closed")
        late = LateReturn(
            due=time.monotonic() + self.late_seconds,
            path=self._answer_path(layout, order, "-9"),
            content=write_answer(layout, batch=order.batch, on=order.on, lines=[back]),
            line=back,
        )
        self._returns_due.append(late)

    def _judged(self, order: Order) -> Iterator[Line]:
        for reference, account, holder, amount in order.lines:
            reason = self.judgement.reason_for(account)
            yield Line(reference, account, holder, int(amount * 100), reason)


def damages(
    layout: Layout, order: Order, lines: list[Line], right: bytes
) -> dict[str, list[tuple[str, bytes]]]:
    """What each fault lays before the right answer."""
    batch, on = order.batch, order.on
    doubled = [*lines, *lines[:1]]
    other = "utf-16" if layout.encoding != "utf-16" else "utf-8"
    wrong = write_answer(layout, batch=batch, on=on, lines=lines, off_by=WRONG_BY)
    return {
        "answer-twice": [("-0", right)],
        "duplicates": [("-0", write_answer(layout, batch=batch, on=on, lines=doubled))],
        "wrong-total": [("-0", wrong)],
        "wrong-encoding": [
            ("-0", right.removeprefix(layout.bom).decode(layout.codec).encode(other)),
        ],
    }


def _lay(path: Path, content: bytes) -> None:
    """Whoever watches the folder sees the whole file or none."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
