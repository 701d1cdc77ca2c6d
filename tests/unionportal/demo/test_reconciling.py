"""The demonstration's county at the bank: months closed, and two questions left."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from assistance.models import AccountingVoucher, BankStatement, Match, Reconciliation
from assistance.queries.ledger import ledger_proof
from assistance.queries.reconciliations import standing_of
from unionportal.core.models.audit import AuditEntry
from unionportal.demo.reconciling import reconcile_county
from unionportal.demo.story import END_OF_FIRST
from unionportal.demo.vouchering import DRAWN, draw_vouchers
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Direct
from unionportal.demo.walk.stage import Plan, Stage
from unionportal.demo.walk.walker import stage_of, walk

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def stage(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A small province whose first winter is told."""
    settings.DEMONSTRATION = True
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    monkeypatch.setenv("BANK_EXCHANGE_DIR", str(tmp_path / "bank"))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "unionportal.settings")
    call_command("load_demo", province="64", dossiers=120, seed=5, stdout=StringIO())
    plan = Plan(
        scheme="winter_warmth",
        organisation="64",
        period="2026-winter",
        as_of=date(2025, 12, 1),
    )
    with StubBank(seed=1, refuse=0.2) as bank:
        found = stage_of(plan, engine=Direct(), bank=bank, stream=StringIO())
        walk(found)
    return found


def test_a_county_reconciles_its_account(stage: Stage) -> None:
    told = reconcile_county(stage, before=END_OF_FIRST)

    months = Reconciliation.objects.select_related("paying_account").order_by("month")
    assert [month.state for month in months] == ["closed"] * (len(months) - 1) + [
        "open"
    ]
    assert len(months) >= 3
    standing = standing_of(list(months)[-1])
    assert standing is not None
    assert standing.unexplained == 2
    assert not standing.difference
    assert "还有两笔未达账项没有说明" in told
    assert Match.objects.filter(method="reference").count() > 2
    assert ledger_proof().problems == ()


def test_told_again_it_changes_nothing(stage: Stage) -> None:
    first = reconcile_county(stage, before=END_OF_FIRST)
    drawn = draw_vouchers(stage, before=END_OF_FIRST)
    before = (BankStatement.objects.count(), AuditEntry.objects.count())
    vouchers = AccountingVoucher.objects.order_by("-id").values_list("number")
    assert [bool(number) for (number,) in vouchers] == [False] + [True] * (DRAWN - 1)

    assert reconcile_county(stage, before=END_OF_FIRST) == first
    assert draw_vouchers(stage, before=END_OF_FIRST) == drawn

    assert (BankStatement.objects.count(), AuditEntry.objects.count()) == before
