"""Receipts, transfers and reversals: entered once, never overspent."""

from decimal import Decimal

import pytest

from assistance.actions.funds import (
    Transfer,
    receive_funds,
    reverse_entry,
    transfer_funds,
)
from assistance.models import Entry
from assistance.queries.ledger import balances_of, ledger_proof
from members.enums import Role
from tests.assistance.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    PROVINCE,
    fund_sources,
    staff,
    union,
)
from tests.assistance.paying import books, fund
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def receive(amount: str, *, document: str = "进账单 1", by: Actor = SYSTEM) -> Entry:
    return receive_funds(
        organisation_id=union(PROVINCE).pk,
        source_id=fund_sources()["provincial_warmth"].pk,
        amount=Decimal(amount),
        document=document,
        by=by,
        on=ON,
    )


def hand_down(amount: str, *, to: str = COUNTY, document: str = "下拨单 1") -> Entry:
    return transfer_funds(
        transfer=Transfer(
            giver_id=union(PROVINCE).pk,
            taker_id=union(to).pk,
            source_id=fund_sources()["provincial_warmth"].pk,
            amount=Decimal(amount),
            document=document,
        ),
        by=staff(Role.APPROVER, at=PROVINCE),
        on=ON,
    )


def test_received_money_is_available() -> None:
    receive("5000.00", by=staff(Role.PAYER, at=PROVINCE))

    (balance,) = balances_of(union(PROVINCE))
    assert (balance.available, balance.reserved, balance.spent) == (
        Decimal("5000.00"),
        Decimal("0.00"),
        Decimal("0.00"),
    )
    assert ledger_proof().ok


def test_the_same_document_is_entered_once() -> None:
    receive("5000.00")

    with pytest.raises(Refusal, match="“进账单 1”已经入账") as refused:
        receive("5000.00")

    assert refused.value.code == "already_posted"
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "-1", "0.005", "1.001"])
def test_an_amount_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(Refusal, match="金额必须大于零"):
        receive(amount)

    assert Entry.objects.count() == 0


def test_a_payer_of_a_county_may_not_enter_the_province_s_money() -> None:
    with pytest.raises(Refusal, match="“出纳”岗位"):
        receive("1.00", by=staff(Role.PAYER, at=COUNTY))

    assert Entry.objects.count() == 0


def test_a_transfer_moves_what_is_available_and_spends_nothing() -> None:
    receive("5000.00")

    hand_down("1200.00")

    assert books() == {
        (PROVINCE, "provincial_warmth", "funding"): Decimal("-5000.00"),
        (PROVINCE, "provincial_warmth", "available"): Decimal("3800.00"),
        (COUNTY, "provincial_warmth", "available"): Decimal("1200.00"),
    }
    (whole,) = balances_of(union(PROVINCE), subtree=True)
    assert whole.available == Decimal("5000.00")


def test_a_transfer_above_what_is_available_is_refused_by_name() -> None:
    receive("1000.00")

    with pytest.raises(Refusal, match="缺 200.00 元"):
        hand_down("1200.00")

    assert Entry.objects.count() == 1


def test_money_is_not_handed_up_or_sideways() -> None:
    fund("100.00", at=NEXT_COUNTY)
    transfer = Transfer(
        giver_id=union(NEXT_COUNTY).pk,
        taker_id=union(CITY).pk,
        source_id=fund_sources()["county_own"].pk,
        amount=Decimal("1.00"),
        document="上解",
    )

    with pytest.raises(Refusal, match="不是.*的下级工会"):
        transfer_funds(transfer=transfer, by=SYSTEM, on=ON)

    assert Entry.objects.count() == 1


def test_a_reversal_undoes_a_receipt_once() -> None:
    entry = receive("5000.00")
    approver = staff(Role.APPROVER, at=PROVINCE)

    reversal = reverse_entry(entry_id=entry.pk, reason="金额录错", by=approver, on=ON)

    assert (reversal.reverses_id, books()) == (entry.pk, {})
    with pytest.raises(Refusal, match="已经冲销过"):
        reverse_entry(entry_id=entry.pk, reason="再来", by=approver, on=ON)
    with pytest.raises(Refusal, match="不能再冲销"):
        reverse_entry(entry_id=reversal.pk, reason="再来", by=approver, on=ON)
    assert Entry.objects.count() == 2


def test_money_that_is_gone_cannot_be_reversed() -> None:
    entry = receive("1000.00")
    hand_down("600.00")

    with pytest.raises(Refusal, match="资金不足"):
        reverse_entry(entry_id=entry.pk, reason="录错", by=SYSTEM, on=ON)

    assert Entry.objects.count() == 2
