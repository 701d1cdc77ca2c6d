"""Reading statements: the balances prove each line, or the file is refused whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from assistance.rules.banks.frames import begins
from assistance.rules.banks.problems import Unreadable
from assistance.rules.banks.reading import Parsed, take_apart
from assistance.rules.banks.spelling import amount_of
from assistance.rules.statements.layout import StatementLayout, statement_layouts

NOTHING = Decimal("0.00")
LARGEST = Decimal("999999999999.99")  # what the books hold of one line
_LONGEST = {"counterparty": 100, "reference": 40, "summary": 100}
_LABELS = {
    "account": "账号",
    "from": "开始日期",
    "to": "结束日期",
    "opening": "期初余额",
    "closing": "期末余额",
    "count": "笔数",
    "debit_total": "借方合计",
    "credit_total": "贷方合计",
    "number": "序号",
    "date": "日期",
    "debit": "借方金额",
    "credit": "贷方金额",
    "side": "借贷标志",
    "amount": "金额",
    "balance": "余额",
    "counterparty": "对方户名",
    "reference": "凭证号",
    "summary": "摘要",
}
_DAY = 8


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line in yuan; `number` is its line in the file, `balance` the one after it."""

    number: int
    on: date
    side: str
    amount: Decimal
    balance: Decimal
    counterparty: str
    reference: str
    summary: str
    kind: str


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement whose lines lead from its opening to its closing balance."""

    account: str
    period_from: date
    period_to: date
    opening: Decimal
    closing: Decimal
    rows: Sequence[LineRow]

    def total(self, side: str) -> Decimal:
        """What came in or went out, in yuan."""
        return sum((row.amount for row in self.rows if row.side == side), NOTHING)


def statement_layout_of(name: str, content: bytes) -> StatementLayout | None:
    """Tell whose statement a file is: by how it begins, else by its name."""
    known = list(statement_layouts().values())
    by_mark = [each for each in known if begins(each.file, each.form, content)]
    by_name = [
        each
        for each in known
        if fnmatchcase(name, each.form.name.format(account="*", month="*"))
    ]
    return next(iter((*by_mark, *by_name)), None)


def read_statement(layout: StatementLayout, content: bytes) -> StatementFile:
    """Read a statement, or raise Unreadable with line numbers and fields.

    Wrong: another encoding, a broken line, a day outside the period or out of order, a
    cell that is none, a balance that does not follow from the one before, and a closing
    balance, count or total that is not that of the lines.
    """
    parsed = take_apart(layout.file, layout.form, content)
    reader = _Reader(layout, parsed)
    whole = reader.head()
    rows = list(reader.lines(whole))
    if reader.problems:
        raise Unreadable(reader.problems)
    file = StatementFile(
        account=parsed.whole["account"].strip(),
        period_from=whole.period_from,
        period_to=whole.period_to,
        opening=whole.opening,
        closing=whole.closing,
        rows=rows,
    )
    problems = list(reader.wrong_totals(file))
    if problems:
        raise Unreadable(problems)
    return file


@dataclass(frozen=True, slots=True)
class _Whole:
    period_from: date
    period_to: date
    opening: Decimal
    closing: Decimal


class _Reader:
    """Reads the cells of one file and collects what is wrong with them."""

    def __init__(self, layout: StatementLayout, parsed: Parsed) -> None:
        self.layout = layout
        self.parsed = parsed
        self.problems: list[tuple[int, str]] = []
        self.places = {name: n for n, name in enumerate(layout.form.line.names)}
        self.header = set(layout.form.header_names)
        self.amounts: dict[str, Decimal | None] = {}
        self.days: dict[str, date | None] = {}

    def head(self) -> _Whole:
        """Read header and trailer; without them no line can be judged."""
        cells = self.parsed.whole
        days = [_day(cells[name]) for name in ("from", "to")]
        sums = [amount_of(self.layout.file, cells[n]) for n in ("opening", "closing")]
        for name, value in zip(
            ("from", "to", "opening", "closing"), (*days, *sums), strict=True
        ):
            if value is None:
                self.problems.append(self.at_whole(name, f"“{cells[name][:32]}”不对"))
        first, last = days
        opening, closing = sums
        if first is None or last is None or opening is None or closing is None:
            raise Unreadable(self.problems)
        if last < first:
            raise Unreadable([self.at_whole("to", "早于开始日期")])
        return _Whole(first, last, opening, closing)

    def at_whole(self, name: str, said: str) -> tuple[int, str]:
        """A problem of header or trailer, with its line and field."""
        line = 1 if name in self.header else self.parsed.last
        return line, f"{_LABELS[name]}{said}"

    def lines(self, whole: _Whole) -> Iterator[LineRow]:
        """Read the lines one after the other, each balance from the one before."""
        balance, day = whole.opening, whole.period_from
        for number, cells in self.parsed.lines:
            row = self.row(number, cells)
            if row is None:
                return  # what follows cannot be judged
            after = balance + (row.amount if row.side == "in" else -row.amount)
            if row.balance != after:
                self.problems.append(
                    (number, f"余额为 {row.balance}，按上一行推算应为 {after}")
                )
                return
            if not day <= row.on <= whole.period_to:
                self.problems.append(
                    (number, f"日期 {row.on} 不在对账期间内，或早于上一行")
                )
                return
            balance, day = after, row.on
            yield row
        if balance != whole.closing:
            self.problems.append(
                self.at_whole(
                    "closing", f"为 {whole.closing}，按明细推算应为 {balance}"
                )
            )

    def row(self, number: int, cells: Sequence[str]) -> LineRow | None:
        """Read one line; None when a cell of it is none."""
        at = self.places
        on = self.day(cells[at["date"]])
        moved = self.moved(cells)
        balance = amount_of(self.layout.file, cells[at["balance"]])
        texts = {name: self.text(cells[at[name]]) for name in _LONGEST}
        wrong = [name for name, text in texts.items() if len(text) > _LONGEST[name]]
        wrong += ["balance"] * (balance is None) + ["date"] * (on is None)
        if wrong or on is None or balance is None or moved is None:
            named = wrong or ["side"] * bool(self.layout.sides) + self.amount_columns
            self.problems.extend(
                (number, f"{_LABELS[name]}“{cells[at[name]][:32]}”不对")
                for name in named
            )
            return None
        side, amount = moved
        summary = texts["summary"]
        kind = self.layout.kinds.get(summary, "transfer")
        return LineRow(number, on, side, amount, balance, **texts, kind=kind)

    @property
    def amount_columns(self) -> list[str]:
        return ["amount"] if self.layout.sides else ["debit", "credit"]

    def moved(self, cells: Sequence[str]) -> tuple[str, Decimal] | None:
        """Side and amount of a line; exactly one side has an amount above zero."""
        at = self.places
        if self.layout.sides:
            side = self.layout.sides.get(cells[at["side"]])
            amount = self.amount(cells[at["amount"]])
            return (side, amount) if side and amount else None
        sums = {
            side: self.amount(cells[at[name]] or self.zero)
            for side, name in (("out", "debit"), ("in", "credit"))
        }
        given = [(side, amount) for side, amount in sums.items() if amount]
        return given[0] if len(given) == 1 and None not in sums.values() else None

    @property
    def zero(self) -> str:
        return "0" if self.layout.file.unit == "fen" else "0.00"

    def amount(self, written: str) -> Decimal | None:
        if written not in self.amounts:
            amount = amount_of(self.layout.file, written)
            fits = amount is not None and amount <= LARGEST
            self.amounts[written] = amount if fits else None
        return self.amounts[written]

    def day(self, written: str) -> date | None:
        if written not in self.days:
            self.days[written] = _day(written)
        return self.days[written]

    def text(self, cell: str) -> str:
        """Cells of fixed-width files are bytes written as latin-1."""
        if self.layout.file.delimiter is not None or cell.isascii():
            return cell.strip()
        encoded = cell.encode("latin-1")
        return encoded.decode(self.layout.file.encoding, "replace").strip()

    def wrong_totals(self, file: StatementFile) -> Iterator[tuple[int, str]]:
        """Count and totals that are told, but not those of the lines."""
        found: Mapping[str, int | Decimal] = {
            "count": len(file.rows),
            "debit_total": file.total("out"),
            "credit_total": file.total("in"),
        }
        for name in sorted(found.keys() & self.parsed.whole.keys()):
            written = self.parsed.whole[name]
            told = self.count(written) if name == "count" else self.sum(written)
            if told != found[name]:
                yield self.at_whole(name, f"为 {written}，与明细不符")

    def count(self, written: str) -> int | None:
        fits = written.isascii() and written.isdigit() and len(written) <= _DAY
        return int(written) if fits else None

    def sum(self, written: str) -> Decimal | None:
        return amount_of(self.layout.file, written)


def _day(written: str) -> date | None:
    if len(written) != _DAY or not (written.isascii() and written.isdigit()):
        return None
    try:
        return datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
