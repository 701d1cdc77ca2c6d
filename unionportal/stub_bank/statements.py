"""The stub bank's statements: what its own books say of an account, month by month.

Money goes out by the instructions it took and comes back for those it refused; what
came in from elsewhere, fees and interest are deposits, a journal of their own.
"""

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from assistance.rules.banks.direct import DIRECT
from assistance.rules.banks.reading import take_apart
from assistance.rules.statements.layout import StatementLayout, statement_layouts
from assistance.rules.statements.reading import NOTHING, LineRow, StatementFile
from assistance.rules.statements.writing import (
    running,
    statement_name,
    write_statement,
)
from unionportal.stub_bank.books import FEN, Books, BooksBroken, BooksRefused
from unionportal.stub_bank.paper import layout_of_instruction, read_order

STATEMENTS, OWN = "statements", "bank"
DEPOSITS = "deposits.jsonl"
DEFAULT_LAYOUT = "delimited_gbk"
GIVEN_BACK_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deposit:
    """What moved an account beside instructions; `side` as the account's owner sees it."""

    account: str
    on: str
    side: str
    amount_fen: int
    reference: str
    counterparty: str
    summary: str
    kind: str = "transfer"

    def row(self) -> LineRow:
        """The line it makes; its balance is worked out with the others."""
        return LineRow(
            number=0,
            on=date.fromisoformat(self.on),
            side=self.side,
            amount=(self.amount_fen * FEN).quantize(FEN),
            balance=NOTHING,
            counterparty=self.counterparty,
            reference=self.reference,
            summary=self.summary,
            kind=self.kind,
        )


class Teller:
    """Knows every account of the bank in one exchange folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own = folder / OWN
        self.own.mkdir(parents=True, exist_ok=True)
        self._deposits = list(self._read_deposits())

    def deposit(self, deposit: Deposit) -> bool:
        """Enter a deposit once; False when this very one is on the books."""
        if deposit in self._deposits:
            return False
        told = json.dumps(astuple(deposit), ensure_ascii=False).encode()
        with (self.own / DEPOSITS).open("ab") as journal:
            journal.write(b"%08x %b\n" % (zlib.crc32(told), told))
            journal.flush()
            os.fsync(journal.fileno())
        self._deposits.append(deposit)
        return True

    def accounts(self) -> list[str]:
        """Every account that ever moved."""
        return sorted({account for account, _layout, _row in self._moves()})

    def lay_month(self, account: str, month: date) -> Path:
        """Lay an account's statement of a month into the folder for statements.

        The same books give the same bytes. Refused: an account that never moved, and
        one that would have been overdrawn.
        """
        layout, file = self.month_of(account, month)
        path = self.folder / STATEMENTS / statement_name(layout, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with draft.open("wb") as laid:
            laid.write(write_statement(layout, file))
            laid.flush()
            os.fsync(laid.fileno())
        draft.replace(path)
        return path

    def month_of(
        self, account: str, month: date
    ) -> tuple[StatementLayout, StatementFile]:
        """An account's month, from the balance of all that moved before it."""
        first = month.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        moves = [(code, row) for owner, code, row in self._moves() if owner == account]
        if not moves:
            message = f"没有账号 {account}。"
            raise BooksRefused(message)
        code = next((code for code, _row in moves if code), DEFAULT_LAYOUT)
        layout = statement_layouts().get(code) or statement_layouts()[DEFAULT_LAYOUT]
        rows = sorted((row for _code, row in moves), key=_order)
        before = [row for row in rows if row.on < first]
        file = running(
            StatementFile(
                account=account,
                period_from=first,
                period_to=following - timedelta(days=1),
                opening=sum(map(_signed, before), NOTHING),
                closing=NOTHING,
                rows=[row for row in rows if first <= row.on < following],
            )
        )
        if min((file.opening, *(row.balance for row in file.rows))) < 0:
            message = f"账号 {account} 的余额会成为负数：请先登记存入（--deposit）。"
            raise BooksRefused(message)
        return layout, file

    def _moves(self) -> Iterator[tuple[str, str, LineRow]]:
        """Account, layout (where an instruction told it) and line of every movement."""
        for deposit in self._deposits:
            yield deposit.account, "", deposit.row()
        books = Books(self.own)
        # An instruction may be answered and not put away yet.
        folders = (self.folder / "outbox", self.own / "taken")
        paths = {
            path.name: path
            for folder in folders
            if folder.is_dir()
            for path in sorted(folder.iterdir())
            if books.lines_of(path.name)
        }
        for path in paths.values():
            payer, on, code = _heading(path)
            for line in books.lines_of(path.name):
                out = LineRow(
                    number=0,
                    on=on,
                    side="out",
                    amount=line.amount,
                    balance=NOTHING,
                    counterparty=line.holder,
                    reference=line.reference,
                    summary="代发",
                    kind="transfer",
                )
                yield payer, code, out
                if line.reason:
                    yield payer, code, _given_back(out)

    def _read_deposits(self) -> Iterator[Deposit]:
        path = self.own / DEPOSITS
        if not path.exists():
            return
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            crc, _, told = line.partition(b" ")
            if crc != b"%08x" % zlib.crc32(told):
                message = f"模拟银行的存入账第 {number} 行已损坏：{path}"
                raise BooksBroken(message)
            yield Deposit(*json.loads(told))


def _heading(path: Path) -> tuple[str, date, str]:
    """Who pays by an instruction, on which day, and the layout his bank uses."""
    content = path.read_bytes()
    if path.name.startswith(f"{DIRECT}-"):
        order = json.loads(content)
        on = datetime.strptime(order["date"], "%Y%m%d").date()  # noqa: DTZ007
        return str(order["payer"]), on, DIRECT
    layout = layout_of_instruction(path.name)
    payer = take_apart(layout, layout.instruction, content).whole["payer"]
    return payer, read_order(layout, content).on, layout.code


def _given_back(out: LineRow) -> LineRow:
    """A refused payment comes back on the next day."""
    return LineRow(
        number=0,
        on=out.on + GIVEN_BACK_AFTER,
        side="in",
        amount=out.amount,
        balance=NOTHING,
        counterparty=out.counterparty,
        reference=out.reference,
        summary="退汇",
        kind=out.kind,
    )


def _signed(row: LineRow) -> Decimal:
    return row.amount if row.side == "in" else -row.amount


def _order(row: LineRow) -> tuple[date, bool, str]:
    """By day; what came in first, so that a day never begins overdrawn."""
    return row.on, row.side == "out", row.reference
