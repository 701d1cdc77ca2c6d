"""The stub bank's own books: an append-only journal on disk, one line a sheet.

Each line carries its checksum and is synced before anything is answered. A line that a
killed bank left half-written at the end counts as never written; a broken line
elsewhere is refused, for then the books were tampered with.

A line is ``{"sheet": [name, sha256, batch, layout, line count, total in fen], "lines":
[[reference, account, holder, fen, reason], …]}``, or ``{"back": [reference, reason]}``
for a payment that came back after it had been made. The latter changes the reason of
the lines before it, so that whoever reads the books sees it as returned.
"""

import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

FEN = Decimal("0.01")
JOURNAL = "books.jsonl"


class BooksRefused(Exception):  # noqa: N818 - the bank's answer to a bad file
    """An instruction that cannot be entered; the text says why."""


class BooksBroken(Exception):  # noqa: N818 - says what was found
    """The journal is damaged before its end."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An instruction as it was received."""

    name: str
    sha256: str
    batch: str
    layout: str
    line_count: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Line:
    """One payment order with the bank's answer; the reason is empty when paid."""

    reference: str
    account: str
    holder: str
    amount_fen: int
    reason: str

    @property
    def amount(self) -> Decimal:
        return self.amount_fen * FEN


class Books:
    """The books in a folder, read once and then kept in step with the journal."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / JOURNAL
        self._sheets: dict[str, Sheet] = {}
        self._lines: dict[str, list[Line]] = {}
        self._references: set[str] = set()
        self._end = 0
        self._latest: dict[str, Line] = {}
        for read, end in self._read():
            if "back" in read:
                self._take_back(*read["back"])
            else:
                self._keep(Sheet(*read["sheet"]), [Line(*row) for row in read["lines"]])
            self._end = end

    def enter(self, sheet: Sheet, lines: Iterable[Line]) -> bool:
        """Enter a sheet whole; False when this very sheet is entered already.

        Refused: another content under the same name, a reference that was ordered
        before. Then nothing is entered.
        """
        known = self._sheets.get(sheet.name)
        if known is not None:
            if known.sha256 != sheet.sha256:
                message = f"文件 {sheet.name} 已受理过，内容不同，拒收。"
                raise BooksRefused(message)
            return False
        entered = list(lines)
        references = {line.reference for line in entered}
        if len(references) < len(entered) or references & self._references:
            message = f"文件 {sheet.name} 中有已受理过的发放编号，整份拒收。"
            raise BooksRefused(message)
        self._append(sheet, entered)
        self._keep(sheet, entered)
        return True

    def repeat(self, sheet: Sheet, lines: Iterable[Line]) -> None:
        """Enter a sheet without looking whether its orders were paid before.

        This is the bank that is not idempotent: what comes again is paid again.
        """
        entered = list(lines)
        self._append(sheet, entered)
        self._keep(sheet, entered)

    def give_back(self, reference: str, reason: str) -> None:
        """A payment made comes back after all: a line of the journal of its own."""
        with self._journal() as journal:
            told = json.dumps({"back": [reference, reason]}).encode()
            journal.write(b"%08x %b\n" % (zlib.crc32(told), told))
            self._synced(journal)
        self._take_back(reference, reason)

    def paid_times(self, reference: str) -> int:
        """How often a reference was paid and not given back."""
        return sum(
            line.reference == reference and not line.reason
            for lines in self._lines.values()
            for line in lines
        )

    def line_by(self, reference: str) -> Line | None:
        """The latest line of a reference."""
        return self._latest.get(reference)

    def references_of(self, batch: str) -> list[str]:
        """The references entered for a batch, in their order."""
        return [
            line.reference
            for name, lines in self._lines.items()
            if self._sheets[name].batch == batch
            for line in lines
        ]

    def lines_of(self, name: str) -> list[Line]:
        """The lines of a sheet in its order."""
        return list(self._lines.get(name, []))

    def totals(self, batches: Sequence[str] | None = None) -> dict[str, Any]:
        """Counts, and yuan as text: of some batches, or of everything ever received."""
        chosen = [
            line
            for name, lines in self._lines.items()
            if batches is None or self._sheets[name].batch in batches
            for line in lines
        ]
        paid = [line.amount_fen for line in chosen if not line.reason]
        returned = [line.amount_fen for line in chosen if line.reason]
        reasons = Counter(line.reason for line in chosen if line.reason)
        return {
            "paid_count": len(paid),
            "paid_total": str(sum(paid) * FEN),
            "returned_count": len(returned),
            "returned_total": str(sum(returned) * FEN),
            "reasons": dict(sorted(reasons.items())),
        }

    def _keep(self, sheet: Sheet, lines: list[Line]) -> None:
        self._sheets[sheet.name] = sheet
        self._lines[sheet.name] = lines
        self._references.update(line.reference for line in lines)
        self._latest.update((line.reference, line) for line in lines)

    def _append(self, sheet: Sheet, lines: list[Line]) -> None:
        told = json.dumps(
            {"sheet": astuple(sheet), "lines": [astuple(line) for line in lines]},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        with self._journal() as journal:
            journal.write(b"%08x %b\n" % (zlib.crc32(told), told))
            self._synced(journal)

    @contextmanager
    def _journal(self) -> Iterator[BinaryIO]:
        with self.path.open("ab") as journal:
            # What a killed bank left half-written goes.
            journal.truncate(self._end)
            yield journal

    def _synced(self, journal: BinaryIO) -> None:
        journal.flush()
        os.fsync(journal.fileno())
        self._end = journal.tell()

    def _take_back(self, reference: str, reason: str) -> None:
        for lines in self._lines.values():
            for place, line in enumerate(lines):
                if line.reference == reference and not line.reason:
                    lines[place] = self._latest[reference] = replace(
                        line, reason=reason
                    )

    def _read(self) -> Iterator[tuple[dict[str, Any], int]]:
        if not self.path.exists():
            return
        end = 0
        with self.path.open("rb") as journal:
            for number, line in enumerate(journal, start=1):
                end += len(line)
                if not line.endswith(b"\n"):
                    return
                crc, _, told = line[:-1].partition(b" ")
                if crc != b"%08x" % zlib.crc32(told):
                    message = f"模拟银行的账簿第 {number} 行已损坏：{self.path}"
                    raise BooksBroken(message)
                yield json.loads(told), end
