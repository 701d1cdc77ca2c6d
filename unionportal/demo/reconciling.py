"""A county that reconciles its bank account: months closed, and one with questions left.

The bank tells in its statements what the books do not know yet: a fee and an interest.
"""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from assistance.actions.reconciliations import (
    close_reconciliation,
    explain_outstanding,
    prepare_reconciliation,
)
from assistance.actions.statements import collect_statements
from assistance.enums import BatchState, ReconciliationState
from assistance.models import Batch, CashMovement, PayingAccount, Reconciliation
from assistance.queries.reconciliations import (
    end_of,
    items_of,
    months_between,
)
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import SYSTEM
from unionportal.core.money import fen_of
from unionportal.demo.cast import Cast
from unionportal.demo.walk.stage import Stage
from unionportal.stub_bank.statements import Deposit, Teller

INTEREST_FEN, FEE_FEN = 2_647, 1_500
NOTE = "送银行在月末，银行次月入账"


def reconcile_county(stage: Stage, *, before: date) -> str:
    """Take a county through the months in which its money moved; returns what came out.

    Repeatable: statements that are in and months that are closed stay as they are.
    """
    account = _account(stage.organisation)
    if account is None:
        return "还没有付过款的县。"
    movements = CashMovement.objects.filter(
        organisation=account.organisation_id, on__lt=before
    ).order_by("on", "id")
    first, last = movements[0].on, movements.reverse()[0].on
    months = list(months_between(first, end_of(last) + timedelta(days=1)))
    teller = Teller(Path(settings.BANK_EXCHANGE_DIR))
    _move_money(teller, account, open_month=months[-1])
    for month in months:
        teller.lay_month(account.number, month)
    on = end_of(months[-1]) + timedelta(days=3)
    collect_statements(by=SYSTEM, on=on)
    for month in months[:-1]:
        _close(account, month, on=on)
    closed = "、".join(f"{month:%Y-%m}" for month in months[:-1])
    return (
        f"{account.organisation.short_name} {closed} 已关账，"
        f"{months[-1]:%Y-%m} 还有两笔未达账项没有说明。"
    )


def _account(root: Organisation) -> PayingAccount | None:
    """The county with most to reconcile that has a checker of its own."""
    batch = (
        Batch.objects.filter(
            state=BatchState.SETTLED,
            organisation__path__startswith=root.path,
            organisation__posts__role=Role.CHECKER,
        )
        .values("organisation")
        .annotate(count=Count("id", distinct=True))
        .order_by("-count", "organisation")
        .first()
    )
    if batch is None:
        return None
    return PayingAccount.objects.select_related("organisation").get(
        organisation=batch["organisation"]
    )


def _move_money(teller: Teller, account: PayingAccount, *, open_month: date) -> None:
    """What came in by the books, and what the bank did of its own accord."""
    for movement in CashMovement.objects.filter(
        organisation=account.organisation_id, on__lt=open_month, payment_id=None
    ).order_by("on", "id"):
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
    for day, side, fen, summary, kind in (
        (21, "in", INTEREST_FEN, "结息", "interest"),
        (28, "out", FEE_FEN, "手续费", "fee"),
    ):
        told = open_month.replace(day=day).isoformat()
        teller.deposit(Deposit(account.number, told, side, fen, "", "", summary, kind))


def _close(account: PayingAccount, month: date, *, on: date) -> None:
    """The maker explains what is open and prepares; the checker reviews and closes."""
    found = Reconciliation.objects.get(paying_account=account, month=month)
    cast = Cast(on)
    maker = cast.holder(Role.MAKER, account.organisation)
    if found.state == ReconciliationState.OPEN:
        for item in items_of(found):
            if not item.explanation:
                explain_outstanding(
                    reconciliation_id=found.pk,
                    line_id=item.line_id,
                    movement_id=item.movement_id,
                    note=NOTE,
                    by=maker,
                    on=on,
                )
        found = prepare_reconciliation(reconciliation_id=found.pk, by=maker, on=on)
    if found.state == ReconciliationState.PREPARED:
        close_reconciliation(
            reconciliation_id=found.pk,
            digest=found.digest,
            by=cast.holder(Role.CHECKER, account.organisation),
            on=on,
        )
