"""What waits for a post at the month's end, and the published numbers."""

from datetime import date

import pytest

from assistance.actions.reconciliations import prepare_reconciliation
from assistance.queries.queues import months_waiting
from members.enums import Role
from tests.assistance.banking import (
    AFTER_DECEMBER,
    Told,
    bring_statement,
    month_of,
    paid_county,
)
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff, union
from tests.assistance.paying import paying_account, payments_of
from unionportal.core.actor import Actor
from unionportal.core.figures import figure

pytestmark = pytest.mark.django_db


def waiting(who: Actor, on: date = AFTER_DECEMBER) -> list[tuple[str, str]]:
    return [(item.title, item.role) for item in months_waiting(who, on)]


def test_a_month_waits_for_the_maker_then_for_the_checker() -> None:
    county = paid_county()
    bring_statement(county.lines())
    who = county.who

    assert waiting(who.maker) == [("2025年12月待对账", "maker")]
    assert waiting(who.checker) == []
    assert waiting(who.maker, date(2025, 12, 20)) == []  # not over yet
    assert waiting(staff(Role.MAKER, at=NEXT_COUNTY)) == []
    (item,) = months_waiting(who.maker, AFTER_DECEMBER)
    assert (item.due_on, item.organisation_name) == (
        date(2026, 1, 11),
        union(COUNTY).short_name,
    )

    prepare_reconciliation(
        reconciliation_id=month_of().pk, by=who.maker, on=AFTER_DECEMBER
    )
    assert waiting(who.maker) == []
    assert waiting(who.checker) == [("2025年12月待对账", "checker")]


def test_a_statement_that_did_not_come_waits_for_the_payer() -> None:
    paying_account()
    payer = staff(Role.PAYER)
    assert waiting(payer) == []  # this account has no statements at all

    bring_statement()

    assert waiting(payer) == []
    assert waiting(payer, date(2026, 2, 2)) == [("银行对账单待导入", "payer")]


def test_outstanding_items_are_counted_in_a_subtree_at_a_day() -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    rest = [each for each in county.lines() if each.reference != first]
    bring_statement([*rest, Told("3.21", date(2025, 12, 21), "in", summary="结息")])

    def told(path: str, period: str) -> tuple[str, str]:
        count = figure("assistance.outstanding_count").compute(path, period)
        amount = figure("assistance.outstanding_amount").compute(path, period)
        return str(count), str(amount)

    assert told(union().path, "2025-12") == ("2", "603.21")
    assert told(union("350000").path, "2025") == ("2", "603.21")
    assert told(union(NEXT_COUNTY).path, "2025-12") == ("0", "0")
    assert told(union().path, "2025-11") == ("0", "0")
