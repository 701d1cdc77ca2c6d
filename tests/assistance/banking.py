"""A county's month at the bank, for the tests of statements and reconciliations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistance.actions.statements import StatementOutcome, import_statement
from assistance.models import Batch, PayingAccount, Reconciliation
from assistance.rules.statements.layout import statement_layouts
from assistance.rules.statements.reading import LineRow, StatementFile
from assistance.rules.statements.writing import running, write_statement
from tests.assistance.builders import COUNTY, union
from tests.assistance.paying import (
    Officers,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor

DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
AFTER_DECEMBER = date(2026, 1, 5)
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Told:
    """One line as a bank would tell it; `out` unless said otherwise."""

    amount: str
    on: date = date(2025, 12, 16)
    side: str = "out"
    reference: str = ""
    summary: str = "代发"
    kind: str = "transfer"
    counterparty: str = ""


def account_of(at: str = COUNTY) -> PayingAccount:
    return PayingAccount.objects.get(organisation=union(at))


def statement_file(
    lines: Sequence[Told] = (),
    *,
    opening: str = "0.00",
    since: date = DECEMBER,
    until: date = date(2025, 12, 31),
    number: str = "",
) -> StatementFile:
    """A statement whose balances are right."""
    rows = [
        LineRow(
            number=place,
            on=line.on,
            side=line.side,
            amount=Decimal(line.amount),
            balance=ZERO,
            counterparty=line.counterparty,
            reference=line.reference,
            summary=line.summary,
            kind=line.kind,
        )
        for place, line in enumerate(sorted(lines, key=lambda each: each.on), start=2)
    ]
    file = StatementFile(
        account=number or account_of().number,
        period_from=since,
        period_to=until,
        opening=Decimal(opening),
        closing=ZERO,
        rows=rows,
    )
    return running(file)


def statement_bytes(file: StatementFile, layout: str = "delimited_gbk") -> bytes:
    return write_statement(statement_layouts()[layout], file)


def bring_statement(
    lines: Sequence[Told] = (),
    *,
    by: Actor = SYSTEM,
    on: date = AFTER_DECEMBER,
    opening: str = "0.00",
    since: date = DECEMBER,
    until: date = date(2025, 12, 31),
) -> StatementOutcome:
    """Import a statement with these lines."""
    file = statement_file(lines, opening=opening, since=since, until=until)
    return import_statement(
        content=statement_bytes(file), name="DZD_1.txt", by=by, on=on
    )


@dataclass(frozen=True)
class County:
    """A batch that was paid on 2025-12-15, out of 6,000.00 received on 2025-12-01."""

    batch: Batch
    who: Officers
    returned: str

    def lines(self) -> list[Told]:
        """What the bank did: money in, each payment out, one of them back."""
        told = [Told("6000.00", DECEMBER, "in", RECEIPT, "转入")]
        for payment in payments_of(self.batch):
            told.append(Told(str(payment.amount), reference=payment.reference))
            if payment.reference == self.returned:
                told.append(
                    Told(
                        str(payment.amount),
                        date(2025, 12, 17),
                        "in",
                        payment.reference,
                        "退汇",
                    )
                )
        return told


RECEIPT = f"进账单 {COUNTY} county_own 6000.00"


def paid_county(names: int = 3) -> County:
    """Three to be paid 600.00 each; the second came back before we heard of it."""
    round_ = released_round(names)
    fund("6000.00")
    who = officers()
    batch = instructed_batch(round_, who)
    second = payments_of(batch)[1].reference
    bring_in(answer_to(batch, returned={second: "closed"}))
    batch.refresh_from_db()
    return County(batch, who, second)


def month_of(month: date = DECEMBER, at: str = COUNTY) -> Reconciliation:
    return Reconciliation.objects.select_related("paying_account__organisation").get(
        paying_account=account_of(at), month=month
    )
