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


@dataclass(slots=True)
class Desk:
    """Works on one exchange folder."""

    folder: Path
    judgement: Judgement
    say: Say
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _late: dict[str, float] = field(default_factory=dict)
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.folder / OWN)
        for name in (OUTBOX, INBOX, f"{OWN}/taken", f"{OWN}/refused"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def serve(self) -> int:
        """Take every instruction that lies there; return how many."""
        waiting = sorted(
            path
            for path in (self.folder / OUTBOX).iterdir()
            if path.is_file() and not path.name.startswith(".")
        )
        for path in waiting:
            self._take(path)
        return len(waiting)

    def _take(self, path: Path) -> None:
        try:
            self._answer(path)
        except BooksRefused as refused:
            self.say(str(refused))
            path.replace(self.folder / OWN / "refused" / path.name)
        else:
            path.replace(self.folder / OWN / "taken" / path.name)

    def _answer(self, path: Path) -> None:
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
        name = answer_name(layout, order.batch)
        for extra, answer in self._answers(layout, order, lines):
            stem, dot, suffix = name.rpartition(".")
            _lay(self.folder / INBOX / f"{stem}{extra}{dot}{suffix}", answer)
        refused = sum(1 for line in lines if line.reason)
        self.say(f"{path.name}：{len(lines)} 笔，退回 {refused} 笔 → {name}")

    def _answers(
        self, layout: Layout, order: Order, lines: list[Line]
    ) -> Iterator[tuple[str, bytes]]:
        """The answers to lay, each with what its name has more; the right one last."""
        batch = order.batch
        right = write_answer(layout, batch=batch, on=order.on, lines=lines)
        if self.faults.strikes("answer-late", batch):
            time.sleep(LATE_SECONDS)
        for name, damaged in damages(layout, order, lines, right).items():
            if self.faults.strikes(name, batch):
                yield from damaged
        if self.faults.strikes("pieces", batch):
            half = len(lines) // 2
            for number, part in enumerate((lines[:half], lines[half:]), 1):
                if part:
                    told = write_answer(layout, batch=batch, on=order.on, lines=part)
                    yield f"-{number}", told
        else:
            yield "", right
        paid = [line for line in lines if not line.reason]
        if paid and self.faults.strikes("return-after-success", batch):
            with self.lock:
                self.books.give_back(paid[0].reference, "closed")
            back = [replace(paid[0], reason="closed")]
            yield "-9", write_answer(layout, batch=batch, on=order.on, lines=back)

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
            ("-0", right.decode(layout.encoding).encode(other)),
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
