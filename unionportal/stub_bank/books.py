"""The stub bank's own books: one SQLite file, independent of the portal's database."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FEN = Decimal("0.01")
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS sheet (
        name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, batch TEXT NOT NULL,
        layout TEXT NOT NULL, line_count INTEGER NOT NULL, total_fen INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS line (
        reference TEXT PRIMARY KEY, sheet TEXT NOT NULL REFERENCES sheet(name),
        position INTEGER NOT NULL, account TEXT NOT NULL, holder TEXT NOT NULL,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0), reason TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS line_of_sheet ON line (sheet, position);
"""
_TOTALS = """
    SELECT count(*) FILTER (WHERE reason = ''),
           coalesce(sum(amount_fen) FILTER (WHERE reason = ''), 0),
           count(*) FILTER (WHERE reason <> ''),
           coalesce(sum(amount_fen) FILTER (WHERE reason <> ''), 0)
    FROM line JOIN sheet ON sheet.name = line.sheet
    WHERE ?1 IS NULL OR sheet.batch IN (SELECT value FROM json_each(?1))
"""
_REASONS = """
    SELECT reason, count(*) FROM line JOIN sheet ON sheet.name = line.sheet
    WHERE reason <> ''
      AND (?1 IS NULL OR sheet.batch IN (SELECT value FROM json_each(?1)))
    GROUP BY reason ORDER BY reason
"""


class BooksRefused(Exception):  # noqa: N818 - the bank's answer to a bad file
    """An instruction that cannot be entered; the text says why."""


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
    """Opens, or begins, the books in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "books.sqlite3"
        with closing(self._open()) as books:
            books.executescript(_SCHEMA)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def enter(self, sheet: Sheet, lines: Iterable[Line]) -> bool:
        """Enter a sheet whole; False when this very sheet is entered already.

        Refused: another content under the same name, a reference that was ordered
        before. Then nothing is entered.
        """
        with closing(self._open()) as books, books:
            known = books.execute(
                "SELECT sha256 FROM sheet WHERE name = ?", [sheet.name]
            ).fetchone()
            if known is not None:
                if known[0] != sheet.sha256:
                    message = f"文件 {sheet.name} 已受理过，内容不同，拒收。"
                    raise BooksRefused(message)
                return False
            self._write(books, sheet, lines)
        return True

    def _write(
        self, books: sqlite3.Connection, sheet: Sheet, lines: Iterable[Line]
    ) -> None:
        books.execute(
            "INSERT INTO sheet VALUES (?, ?, ?, ?, ?, ?)",
            [
                *(sheet.name, sheet.sha256, sheet.batch, sheet.layout),
                *(sheet.line_count, sheet.total_fen),
            ],
        )
        rows = (
            (
                *(line.reference, sheet.name, position, line.account),
                *(line.holder, line.amount_fen, line.reason),
            )
            for position, line in enumerate(lines, start=1)
        )
        try:
            books.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            message = f"文件 {sheet.name} 中有已受理过的发放编号，整份拒收。"
            raise BooksRefused(message) from error

    def lines_of(self, name: str) -> list[Line]:
        """The lines of a sheet in its order."""
        with closing(self._open()) as books:
            rows = books.execute(
                "SELECT reference, account, holder, amount_fen, reason FROM line"
                " WHERE sheet = ? ORDER BY position",
                [name],
            )
            return [Line(*row) for row in rows]

    def totals(self, batches: Sequence[str] | None = None) -> dict[str, Any]:
        """Counts, and yuan as text: of some batches, or of everything ever received."""
        chosen = None if batches is None else json.dumps(list(batches))
        with closing(self._open()) as books:
            paid, paid_fen, returned, returned_fen = books.execute(
                _TOTALS, [chosen]
            ).fetchone()
            reasons = books.execute(_REASONS, [chosen]).fetchall()
        return {
            "paid_count": paid,
            "paid_total": str(paid_fen * FEN),
            "returned_count": returned,
            "returned_total": str(returned_fen * FEN),
            "reasons": dict(reasons),
        }
