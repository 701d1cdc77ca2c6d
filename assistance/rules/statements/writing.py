"""Writing statements: the same values give the same bytes; for banks to practise with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from assistance.rules.banks.layout import Cell
from assistance.rules.banks.writing import write_file
from assistance.rules.statements.layout import StatementLayout
from assistance.rules.statements.reading import NOTHING, LineRow, StatementFile


def statement_name(layout: StatementLayout, file: StatementFile) -> str:
    """The name under which a bank lays down a statement."""
    month = f"{file.period_to:%Y%m}"
    return layout.form.name.format(account=file.account, month=month)


def write_statement(layout: StatementLayout, file: StatementFile) -> bytes:
    """The whole file. Raises LayoutError for a text that the layout cannot hold."""
    whole: dict[str, Cell] = {
        "account": file.account,
        "from": file.period_from,
        "to": file.period_to,
        "opening": file.opening,
        "closing": file.closing,
        "count": len(file.rows),
        "debit_total": file.total("out"),
        "credit_total": file.total("in"),
    }
    cells = _cells(layout, file.rows)
    return b"".join(write_file(layout.file, layout.form, whole, cells))


def _cells(
    layout: StatementLayout, rows: Iterable[LineRow]
) -> Iterator[Mapping[str, Cell]]:
    summaries = {kind: words for words, kind in layout.kinds.items()}
    for number, row in enumerate(rows, start=1):
        is_out = row.side == "out"
        yield {
            "number": number,
            "date": row.on,
            "side": layout.side_code.get(row.side, ""),
            "amount": row.amount,
            "debit": row.amount if is_out else NOTHING,
            "credit": NOTHING if is_out else row.amount,
            "balance": row.balance,
            "counterparty": row.counterparty,
            "reference": row.reference,
            "summary": summaries.get(row.kind, row.summary),
        }


def running(file: StatementFile) -> StatementFile:
    """The same statement with every balance worked out from its opening."""
    balance, rows = file.opening, []
    for row in file.rows:
        balance += row.amount if row.side == "in" else -row.amount
        rows.append(replace(row, balance=balance))
    return replace(file, rows=rows, closing=balance)
