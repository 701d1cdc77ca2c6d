"""A whole round from a terminal: to the fen, once, and on from where it was killed."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import F, Sum
from pytest_django.fixtures import Settings

from assistance.enums import AccountKind, BatchState, RoundState
from assistance.models import (
    Account,
    BankFile,
    BankSending,
    Batch,
    CoverageCertificate,
    Determination,
    Payment,
    Round,
    Signature,
)
from unionportal.core.audit import verify_chain
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.jobs import Job
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Worker
from unionportal.demo.walk.opening import open_main_round
from unionportal.demo.walk.stage import Plan
from unionportal.demo.walk.walker import stage_of, walk
from unionportal.stub_bank.books import Books

pytestmark = pytest.mark.usefixtures("committed_db", "province")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROOT = Path(configured.BASE_DIR)
COUNT = 120
WINTER = {
    "scheme": "winter_warmth",
    "organisation": "64",
    "period": "2026-winter",
    "as_of": date(2025, 12, 1),
}


@pytest.fixture
def province(committed_db: None, settings: Settings, tmp_path: Path) -> None:
    """宁夏 is small: 22 counties, so that a round is walked in seconds."""
    settings.DEMONSTRATION = True
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    call_command("load_demo", province="64", dossiers=COUNT, seed=5, stdout=StringIO())


@pytest.fixture
def bank_environment(
    child_environment: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """For our children, who choose their own folder by the environment."""
    return child_environment | {"BANK_EXCHANGE_DIR": str(tmp_path / "bank")}


@pytest.fixture(autouse=True)
def bank(bank_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANK_EXCHANGE_DIR", bank_environment["BANK_EXCHANGE_DIR"])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "unionportal.settings")


def run_round(**options: Any) -> dict[str, Any]:
    out = StringIO()
    chosen = WINTER | {"refuse": 0.2} | options
    call_command("run_round", json=True, stdout=out, **chosen)
    summary: dict[str, Any] = json.loads(out.getvalue())
    return summary


def total(amount: str) -> Decimal:
    return Decimal(amount)


def spent() -> Decimal:
    accounts = Account.objects.filter(kind=AccountKind.SPENT)
    return Decimal(accounts.aggregate(total=Sum("balance"))["total"])


def check_sums(summary: dict[str, Any]) -> None:
    """Population, payments, books and bank agree, each by its own count."""
    assert summary["population"] == COUNT
    assert (
        sum(summary[outcome] for outcome in ("eligible", "ineligible", "unknown"))
        == COUNT
    )
    paid = Payment.objects.filter(state="paid").aggregate(total=Sum("amount"))["total"]
    books = Books(Path(configured.BANK_EXCHANGE_DIR) / "bank").totals()
    assert total(summary["paid"]["total"]) == paid == spent()
    assert books["paid_total"] == summary["bank"]["paid_total"] == str(paid)
    assert books["returned_total"] == summary["returned"]["total"]
    assert summary["ledger_proof"]["problems"] == []
    assert not Account.objects.filter(kind=AccountKind.RESERVED, balance__gt=0).exists()
    claims = sum(part["eligible"] for part in (summary, *summary["supplementary"]))
    assert summary["paid"]["count"] + sum(summary["ended"].values()) == claims


def test_round_is_walked_to_its_certificate() -> None:
    summary = run_round()
    check_sums(summary)
    assert summary["state"] == RoundState.CLOSED
    assert summary["returned"]["count"] > 0
    assert summary["repaid"]["count"] > 0
    numbers = CoverageCertificate.objects.order_by("id").values_list(
        "number", flat=True
    )
    assert summary["certificates"] == list(numbers)
    assert len(summary["certificates"]) == 2
    for told in summary["verification"]:
        asked = (told["answered"], told["missed"], told["open_findings"])
        assert asked[0] + asked[1] >= told["size"]
        assert asked[2] == 0
        assert Decimal(told["rate_low"]) <= Decimal(told["rate_high"])
    assert [told["round"] for told in summary["verification"]] == [
        summary["round"],
        summary["round"] + 1,
    ]
    assert summary["audit_head"] == verify_chain().head
    assert verify_chain().fault == ""
    assert summary["seconds"]["compute"] > 0


def test_second_run_changes_nothing() -> None:
    """Over the direct link; the round comes to the same sums as by files."""
    first = run_round(link="direct")
    check_sums(first)
    assert first["returned"]["count"] > 0
    assert set(BankFile.objects.values_list("layout", flat=True)) == {"direct_json"}
    assert not BankSending.objects.exclude(outcome="answered").exists()
    assert not Job.objects.filter(kind="assistance.ask_bank").exclude(state="done")
    entries = AuditEntry.objects.count()
    books = Books(Path(configured.BANK_EXCHANGE_DIR) / "bank").totals()

    second = run_round(link="direct")

    assert second["unchanged"] is True
    assert second == first | {"unchanged": True, "seconds": {}}
    assert AuditEntry.objects.count() == entries
    assert Books(Path(configured.BANK_EXCHANGE_DIR) / "bank").totals() == books


def test_each_list_is_signed_by_separate_persons_and_from_above_where_one_lacks() -> (
    None
):
    run_round()
    for batch in Batch.objects.filter(state=BatchState.SETTLED):
        signatures = batch.signatures.filter(cycle=batch.cycle)
        assert signatures.count() >= 4
        assert len({one.user_id for one in signatures}) == signatures.count()
    elsewhere = Signature.objects.exclude(organisation=F("batch__organisation"))
    assert {one.step for one in elsewhere} == {"check"}


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("open", RoundState.OPENED),
        ("compute", RoundState.COMPUTED),
        ("notice", RoundState.NOTICED),
        ("release", RoundState.RELEASED),
    ],
)
def test_stops_after_a_step(step: str, state: str) -> None:
    assert run_round(stop_after=step)["state"] == state
    assert run_round(stop_after=step)["state"] == state
    assert not Payment.objects.exclude(state="planned").exists()


def test_goes_on_wherever_it_was_killed(bank_environment: dict[str, str]) -> None:
    """One round, killed again and again, ends like one that never was."""
    places = (
        "open_round.after_commit",
        "compute_round.before_commit",
        "release_round.before_commit",
        "approve_batch.before_commit:5",
        "instruct_batch.after_commit:2",
        "write_instruction.after_rename:4",
        "import_return.before_commit:3",
        "draft_follow_up_batch.after_commit",
        "end_payment.before_commit",
        "close_round.before_commit",
    )
    for place in places:
        code, said = run_killed(bank_environment | {"CRASHPOINT": place})
        assert code == -9, f"{place}: {said}"
        Job.objects.filter(state="running").update(lease_until=LONG_AGO)

    summary = run_round()

    check_sums(summary)
    assert summary["state"] == RoundState.CLOSED
    assert len(summary["certificates"]) == 2
    assert Round.objects.count() == 2
    assert verify_chain().fault == ""


def run_killed(environment: dict[str, str]) -> tuple[int, str]:
    options = [
        *("--scheme", "winter_warmth", "--organisation", "64"),
        *("--period", "2026-winter", "--as-of", "2025-12-01", "--refuse", "0.2"),
    ]
    ended = subprocess.run(
        [sys.executable, "manage.py", "run_round", "--skip-checks", *options],
        cwd=ROOT,
        env=environment | {"DEMONSTRATION": "1"},
        capture_output=True,
        check=False,
    )
    return ended.returncode, ended.stderr.decode()[-2000:]


def test_an_empty_population_pays_nobody() -> None:
    with pytest.raises(CommandError, match="没有纳入本轮次的对象"):
        run_round(period="2014-winter", as_of=date(2014, 1, 10))
    assert not Determination.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"organisation": "99"}, "没有代码为 99 的工会"),
        ({"period": "1999-winter"}, "没有期次“1999-winter”"),
        ({"scheme": "summer"}, "方案“summer”"),
    ],
)
def test_unknown_words_are_refused_and_nothing_is_opened(
    options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run_round(**options)
    assert not Round.objects.exists()


def test_without_a_worker_the_jobs_engine_says_so() -> None:
    plan = Plan(
        scheme="winter_warmth",
        organisation="64",
        period="2026-winter",
        as_of=date(2025, 12, 1),
    )
    stage = stage_of(
        plan, engine=Worker(patience=0.3), bank=StubBank(seed=1), stream=StringIO()
    )
    with pytest.raises(Refusal, match="没有后台进程领取任务"):
        walk(stage)
    assert open_main_round(stage).state == RoundState.OPENED
