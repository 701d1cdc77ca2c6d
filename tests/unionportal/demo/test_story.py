"""The story of the demonstration: a closed winter, and one left in the middle."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from assistance.enums import BatchState, PaymentState, RoundState
from assistance.models import (
    BankFile,
    Batch,
    Determination,
    HouseholdDossier,
    PayingAccount,
    Payment,
    Round,
    VerificationSample,
)
from assistance.queries.doubts import doubts_waiting
from assistance.queries.ledger import ledger_proof
from assistance.queries.verification import findings_open, sample_report
from members.enums import DeliveryState, ObjectionState, Role
from members.models import ApiClient, Objection, User
from unionportal.core.audit import verify_chain
from unionportal.core.queues import waiting_for
from unionportal.demo import story
from unionportal.demo.cast import Cast
from unionportal.demo.logins import logins
from unionportal.demo.middle import coming_winter, working_days_before
from unionportal.demo.walk.engine import Direct

TODAY = date(2026, 11, 20)

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def demonstration(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small province, and a bank in a folder of our own."""
    settings.DEMONSTRATION = True
    settings.DEMO_PROVINCE = "64"
    settings.DEMO_DOSSIERS = 220
    settings.WEBHOOK_HOSTS = ["http://127.0.0.1:9"]
    settings.VAR_DIR = tmp_path
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    monkeypatch.setenv("BANK_EXCHANGE_DIR", str(tmp_path / "bank"))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "unionportal.settings")


@pytest.fixture
def said(demonstration: None) -> list[str]:
    return told()


def told() -> list[str]:
    """Tell the story in this process; returns what it said."""
    lines: list[str] = []
    story.tell_story(on=TODAY, say=lines.append, engine=Direct(), stream=StringIO())
    return lines


def test_story_leaves_something_for_everybody(said: list[str]) -> None:
    states = set(Round.objects.filter(year=2027).values_list("state", flat=True))
    assert states == {RoundState.RELEASED, RoundState.NOTICED, RoundState.COMPUTED}
    winters = Round.objects.filter(year=2026, version__scheme__code="winter_warmth")
    assert set(winters.values_list("state", flat=True)) == {RoundState.CLOSED}
    school = Round.objects.exclude(version__scheme__code="winter_warmth")
    assert list(school.order_by("id").values_list("state", flat=True)) == [
        RoundState.RELEASED,
        RoundState.COMPUTED,
    ]
    pair = Determination.objects.filter(round=school.latest("id")).order_by("clause")
    assert list(pair.values_list("clause", flat=True)) == ["", "stacked"]
    waits = set(Batch.objects.filter(round__year=2027).values_list("state", flat=True))
    assert {BatchState.DRAFTED, BatchState.SUBMITTED} <= waits
    assert Objection.objects.get().state == ObjectionState.OPEN
    held = Payment.objects.filter(year=2027, state=PaymentState.HELD)
    assert sorted(held.values_list("reason_code", flat=True)) == ["", "account_changed"]
    doubtful = Batch.objects.get(
        pk__in=Payment.objects.filter(state=PaymentState.IN_DOUBT).values("batch")
    )
    payer = Cast(TODAY).holder(Role.PAYER, doubtful.organisation)
    assert [item.detail for item in doubts_waiting(payer, TODAY)] == [
        "到银行核实是否已付，登记核实结论"
    ]
    links = set(PayingAccount.objects.values_list("link", flat=True))
    assert links == {"file", "direct"}
    assert BankFile.objects.filter(batch__round__year=2026, layout="direct_json")
    (sample,) = VerificationSample.objects.filter(round__year=2027)
    report = sample_report(sample)
    assert (report.wrong, report.waiting > 0) == (1, True)
    assert findings_open(sample.round).count() == 1
    assert ledger_proof().problems == ()
    assert verify_chain().fault == ""
    assert any("账实相符" in line for line in said)
    assert not story.is_wanted()


def test_every_printed_login_opens_its_door(
    said: list[str], settings: Settings
) -> None:
    printed = logins(on=TODAY)
    staff = [login for login in printed if login.path == "/staff/login/"]
    assert len(staff) > 6
    for login in staff:
        opened = Client().login(username=login.username, password=login.password)
        assert opened, login.username
    assert any("已到账" in login.who for login in printed)
    waited = [login for login in staff if "经办提交" in login.who]
    for login in waited:
        user = User.objects.get(username=login.username)
        assert waiting_for(Cast(TODAY).actor(user), TODAY) != []
    assert len(waited) == 1
    client = ApiClient.objects.get()
    assert printed[-1].username == str(client.client_id)
    states = [one.state for one in client.webhook.deliveries.order_by("id")]
    assert states == [
        *(DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.RETRYING),
    ]
    settings.DEMONSTRATION = False
    assert logins(on=TODAY) == []


def test_story_broken_off_is_told_to_its_end(
    demonstration: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("load_demo", province="64", dossiers=220, stdout=StringIO())
    assert story.is_wanted()
    with monkeypatch.context() as patch:
        patch.setattr(story, "_open_interface", _interrupt)
        with pytest.raises(InterruptedError):
            told()
    rounds = Round.objects.count()

    told()

    assert Round.objects.count() == rounds
    assert Objection.objects.count() == 1
    assert HouseholdDossier.objects.count() == 220
    assert not story.is_wanted()


def _interrupt(*args: object, **kwargs: object) -> None:
    raise InterruptedError


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 11, 20), 2027), (date(2027, 3, 1), 2027), (date(2027, 9, 1), 2028)],
)
def test_coming_winter(today: date, year: int) -> None:
    assert coming_winter(today).year == year


def test_working_days_before() -> None:
    assert working_days_before(date(2026, 11, 22), 0) == date(2026, 11, 20)
    assert working_days_before(date(2026, 11, 20), 5) == date(2026, 11, 13)
