"""Two at once at the same account: the database decides, and the loser is told why."""

from datetime import date
from decimal import Decimal

import pytest

from assistance.actions.funds import receive_funds
from assistance.actions.matches import confirm_matches
from assistance.actions.reconciliations import (
    close_reconciliation,
    prepare_reconciliation,
)
from assistance.models import BankStatement, Entry, Match, Reconciliation, StatementLine
from assistance.queries.ledger import ledger_proof
from assistance.queries.matches import movements_open
from tests.assistance.actions.test_races import at_once, refusals
from tests.assistance.banking import (
    AFTER_DECEMBER,
    DECEMBER,
    Told,
    account_of,
    bring_statement,
    month_of,
    paid_county,
)
from tests.assistance.builders import fund_sources, union
from tests.assistance.paying import fund, paying_account
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.usefixtures("committed_db")


def test_two_importers_of_one_file_take_it_in_once() -> None:
    county = paid_county()
    lines = county.lines()

    results = at_once(lambda: bring_statement(lines), lambda: bring_statement(lines))

    assert refusals(results) == []
    assert sorted(each.is_repeated for each in results) == [False, True]  # type: ignore[attr-defined]
    assert BankStatement.objects.count() == 1
    assert ledger_proof().problems == ()


def test_two_who_confirm_one_line_match_it_once() -> None:
    paying_account()
    fund("60.00")
    bring_statement([Told("60.00", DECEMBER, "in")])
    pair = (StatementLine.objects.get().pk, movements_open(account_of()).get().pk)
    account = account_of().pk

    def confirm() -> int:
        return confirm_matches(
            account_id=account, pairs=[pair], by=SYSTEM, on=AFTER_DECEMBER
        )

    results = at_once(confirm, confirm)

    (told,) = refusals(results)
    assert "已经核对" in told
    assert Match.objects.count() == 1


def test_a_receipt_and_the_closing_of_its_month_do_not_pass_each_other() -> None:
    county = paid_county()
    bring_statement(county.lines())
    month = prepare_reconciliation(
        reconciliation_id=month_of().pk, by=county.who.maker, on=AFTER_DECEMBER
    )
    source, organisation = fund_sources()["county_own"].pk, union().pk

    def close() -> Reconciliation:
        return close_reconciliation(
            reconciliation_id=month.pk,
            digest=month.digest,
            by=county.who.checker,
            on=AFTER_DECEMBER,
        )

    def receive() -> Entry:
        return receive_funds(
            organisation_id=organisation,
            source_id=source,
            amount=Decimal("1.00"),
            document="补记",
            by=SYSTEM,
            on=date(2025, 12, 31),
        )

    results = at_once(close, receive)

    (told,) = refusals(results)
    was_closed = month_of().state == "closed"
    assert ("已经关账" in told) is was_closed
    assert ("没有说明" in told) is not was_closed
    assert Entry.objects.filter(document="补记").exists() is not was_closed
    assert ledger_proof().problems == ()
