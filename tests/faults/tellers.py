"""The bank's month of Gulou: what came in, a fee, an interest, and money from before."""

from datetime import date
from pathlib import Path

from assistance.models import CashMovement, PayingAccount
from tests.assistance.builders import COUNTY
from unionportal.core.money import fen_of
from unionportal.stub_bank.statements import Deposit, Teller

MONTH, AFTER_MONTH = date(2025, 12, 1), date(2026, 1, 5)
BEFORE_FEN, INTEREST_FEN, FEE_FEN = 50_000, 2_647, 1_500
OF_ITS_OWN = (
    ("2025-11-20", "in", BEFORE_FEN, "转入", "transfer"),
    ("2025-12-21", "in", INTEREST_FEN, "结息", "interest"),
    ("2025-12-28", "out", FEE_FEN, "手续费", "fee"),
)
"""What no book of the portal knows yet."""


def lay_statement(bank_folder: Path) -> None:
    """Lay December's statement into the folder; the same books give the same bytes."""
    account = PayingAccount.objects.get(organisation__code=COUNTY)
    teller = Teller(bank_folder)
    for day, side, fen, summary, kind in OF_ITS_OWN:
        teller.deposit(Deposit(account.number, day, side, fen, "", "", summary, kind))
    received = CashMovement.objects.filter(
        organisation=account.organisation_id, payment_id=None, on__lt="2026-01-01"
    )
    for movement in received.order_by("on", "id"):
        teller.deposit(
            Deposit(
                account.number,
                movement.on.isoformat(),
                movement.side,
                fen_of(movement.amount),
                movement.title[:40],
                "",
                "转入",
            )
        )
    teller.lay_month(account.number, MONTH)
