"""The whole story through all three doors: staff, a worker's phone, a county's system."""

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from assistance.enums import PaymentState
from assistance.models import Batch, Payment, Round
from assistance.queries.ledger import ledger_proof
from members.actions.api_client import register_client
from members.actions.person import change_phone
from members.enums import Role
from members.models import BankAccount, Person, User
from tests.assistance.builders import (
    APPROVED,
    CITY,
    COUNTY,
    PROVINCE,
    card_number,
    dossier,
    period,
    scheme_version,
    staff,
    standard,
    union,
)
from tests.assistance.paying import fund, paying_account
from tests.browser.conftest import DESK, PHONE, Opened
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import run_due_jobs
from unionportal.stub_bank.judgement import Judgement

PASSWORD = "a-long-password-1"
REFUSED_SHARE, SEED = 0.5, 7
NAMES = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")
OPENED, NOTICED, RELEASED = date(2025, 12, 1), date(2025, 12, 2), date(2025, 12, 10)
OFFICERS = {
    "province": ((Role.MAKER,), PROVINCE),
    "maker": ((Role.MAKER,), COUNTY),
    "checker": ((Role.CHECKER,), COUNTY),
    "approver": ((Role.APPROVER,), COUNTY),
    "payer": ((Role.PAYER,), COUNTY),
    "city": ((Role.APPROVER,), CITY),
}


class Story:
    """The people of the story at their screens, and the day it is."""

    def __init__(self, server: LiveServer, opened: Opened, settings: Settings) -> None:
        self.base, self.opened, self.settings = server.url, opened, settings
        self.desks: dict[str, Page] = {}

    def day(self, on: date) -> None:
        self.settings.BUSINESS_DATE = on

    def at_desk(self, who: str) -> Page:
        """An officer's browser, signed in the first time it is needed."""
        if who not in self.desks:
            page = self.opened(DESK)
            page.goto(f"{self.base}/staff/login/")
            page.fill("input[name=username]", who)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url(f"{self.base}/staff/")
            self.desks[who] = page
        return self.desks[who]

    def on_phone(self, person: Person) -> Page:
        """A worker's phone, signed in by the code of a text message."""
        phone = str(person.phone)
        page = self.opened(PHONE)
        page.goto(f"{self.base}/login/")
        page.fill("input[name=phone]", phone)
        page.click("text=获取验证码")
        page.fill("input[name=code]", self.code_sent_to(phone))
        page.click("button:has-text('登录')")
        page.wait_for_url(f"{self.base}/")
        return page

    def code_sent_to(self, phone: str) -> str:
        lines = Path(self.settings.SMS_FILE).read_text(encoding="utf-8").splitlines()
        texts = [line for line in lines if phone[-4:] in line]
        found = re.search(r"\d{6}", texts[-1].split("\t", 1)[1])
        assert found
        return found.group()

    def act(self, who: str, path: str, verb: str, **entered: str) -> Page:
        """Press a verb of a record's page, fill its form, confirm."""
        page = self.at_desk(who)
        page.goto(self.base + path)
        button = page.locator("details.verb").filter(
            has=page.locator(f"summary:text-is('{verb}')")
        )
        button.locator("summary").click()
        for name, value in entered.items():
            button.locator(f"[name={name}]").fill(value)
        button.locator("button[type=submit]").click()
        page.wait_for_load_state("networkidle")
        return page


@pytest.fixture
def story(
    live_server: LiveServer, opened: Opened, settings: Settings, tmp_path: Path
) -> Story:
    settings.SMS_BACKEND = "unionportal.core.messages.FileBackend"
    settings.SMS_FILE = tmp_path / "sms.txt"
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    return Story(live_server, opened, settings)


@pytest.fixture
def bank(story: Story, child_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The stub bank as a process of its own, refusing half of all accounts."""
    environment = child_environment | {
        "BANK_EXCHANGE_DIR": str(story.settings.BANK_EXCHANGE_DIR)
    }
    command = [sys.executable, "manage.py", "stub_bank", "--seed", str(SEED)]
    child = subprocess.Popen(
        [*command, "--refuse", str(REFUSED_SHARE)],
        cwd=story.settings.BASE_DIR,
        env=environment,
    )
    yield environment
    child.terminate()
    child.wait(10)


def set_the_scene() -> None:
    """A county with officers, funds, a rule in force and six households."""
    standard()
    for number, name in enumerate(NAMES):
        household = dossier(name)
        change_phone(
            person_id=household.principal_id,
            phone=f"1380013800{number}",
            on=APPROVED,
            by=SYSTEM,
        )
    scheme_version()
    period()
    fund("6000.00")
    paying_account()
    for username, (roles, at) in OFFICERS.items():
        actor = staff(*roles, at=at, name=username, on=OPENED)
        user = User.objects.get(pk=actor.user_id or 0)
        user.username = username
        user.set_password(PASSWORD)
        user.must_change_password = False
        user.save()


def accepted_card() -> str:
    """A card that the bank of this story takes."""
    judge = Judgement(REFUSED_SHARE, SEED)
    while judge.reason_for(card := card_number()):
        pass
    return card


def wait_for_answers(inbox: Path, count: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if sum(path.is_file() for path in inbox.glob("[!.]*")) >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"the bank did not answer in {inbox}")


def ask_api(base: str, path: str, **headers: str) -> dict[str, Any]:
    body = b"grant_type=client_credentials" if path.endswith("token") else None
    request = Request(base + path, data=body, headers=headers)  # noqa: S310 - loopback
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found


# --- the chapters


def open_and_publish(story: Story) -> Round:
    """The province opens a round of a published rule, computes it, shows the list."""
    story.day(OPENED)
    desk = story.at_desk("province")
    desk.goto(f"{story.base}/staff/assistance/schemes/")
    desk.click("tbody >> text=元旦春节送温暖慰问")
    desk.click("text=开启轮次")
    desk.select_option("select[name=organisation]", str(union(PROVINCE).pk))
    desk.select_option("select[name=period]", label="2026年元旦春节")
    desk.fill("input[name=as_of]", OPENED.isoformat())
    desk.click("button[type=submit]:has-text('保存'), button.primary")
    round_ = Round.objects.get()
    address = address_of(round_)
    desk.wait_for_url(f"{story.base}{address}")
    story.act("province", address, "测算")
    run_due_jobs()
    story.day(NOTICED)
    story.act("province", address, "发布公示")
    run_due_jobs()
    desk.goto(story.base + address)
    expect(desk.locator(".record .tag").first).to_have_text("公示中")
    return round_


def ask_and_answer(story: Story, phone: Page) -> None:
    """A worker reads on the phone why it is this sum, and asks; the county answers."""
    read_matter(story, phone, "公示中")
    expect(phone.locator("main")).to_contain_text("600.00 元")
    phone.click("text=问一问工会")
    phone.fill("textarea[name=text]", "什么时候能到账？")
    phone.click("text=送出")
    county = story.at_desk("maker")
    county.goto(f"{story.base}/staff/assistance/inquiries/")
    county.click("tbody a")
    county.click("summary:text-is('答复')")
    county.fill("textarea[name=answer]", "公示期满后一周左右。")
    county.click("text=确认答复")
    read_matter(story, phone, "公示期满后一周左右。")


def release(story: Story, round_: Round) -> str:
    """Before the notice is over nothing is released; afterwards there is a batch."""
    address = address_of(round_)
    page = story.act("province", address, "生成批次")
    run_due_jobs()
    assert Batch.objects.count() == 0
    story.day(RELEASED)
    page = story.act("province", address, "生成批次")
    run_due_jobs()
    page.goto(story.base + address)
    page.click("table >> text=/-M1$/")
    return page.url.removeprefix(story.base)


def sign_and_pay(story: Story, batch: str, amount: str) -> None:
    """Four persons sign in turn, the bank answers, the answer is collected."""
    story.act("maker", batch, "提交复核")
    refused = story.at_desk("maker")
    refused.goto(story.base + batch)
    expect(refused.locator(".refused")).to_contain_text("您已在这份名单上签过")
    story.act("checker", batch, "复核通过")
    story.act("approver", batch, "审批通过")
    story.act("payer", batch, "送银行发放", typed=amount)
    run_due_jobs()
    wait_for_answers(Path(story.settings.BANK_EXCHANGE_DIR) / "inbox", 1)
    story.act("payer", "/staff/assistance/bank-files/", "收取银行目录")
    run_due_jobs()


def mend_account(story: Story, phone: Page, owner: Person) -> None:
    """The worker reads why the money came back, gives a card; a second person checks."""
    read_matter(story, phone, "被银行退回")
    phone.click("a.button-primary:has-text('给一个新的收款账户')")
    phone.fill("input[name=bank_name]", "中国银行福州鼓楼支行")
    phone.fill("input[name=number]", accepted_card())
    phone.click("text=提交核验")
    expect(phone.locator("main")).to_contain_text("待核验")
    new = BankAccount.objects.filter(person=owner).latest("version")
    card = f"/staff/members/bankaccount/{new.pk}/change/"
    story.act("checker", card, "核验通过")
    new.refresh_from_db()
    assert new.state == "verified"


def read_over_the_api(story: Story, round_: Round) -> list[tuple[str, str]]:
    """The county's own system reads the payments of the round."""
    client = register_client(
        organisation_id=union(COUNTY).pk, name="县级系统", on=APPROVED, by=SYSTEM
    )
    pair = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    token = ask_api(story.base, "/api/v1/token", Authorization=f"Basic {pair}")
    bearer = f"Bearer {token['access_token']}"
    path = f"/api/v1/rounds/{round_.pk}/payments/"
    rows = ask_api(story.base, path, Authorization=bearer)["results"]
    return [(row["reference"], row["state"]) for row in rows]


def address_of(round_: Round) -> str:
    return f"/staff/assistance/rounds/{round_.pk}/"


def read_matter(story: Story, phone: Page, words: str) -> None:
    phone.goto(f"{story.base}/aid/")
    phone.click("text=元旦春节送温暖慰问")
    expect(phone.locator("main")).to_contain_text(words)


@pytest.mark.usefixtures("bank")
def test_a_winter_from_the_rule_to_the_bank_and_back(story: Story) -> None:
    set_the_scene()
    round_ = open_and_publish(story)
    asker = Person.objects.get(name="甲一")
    phone = story.on_phone(asker)
    ask_and_answer(story, phone)
    batch = release(story, round_)
    sign_and_pay(story, batch, "3,600.00")
    states = set(Payment.objects.values_list("state", flat=True))
    assert states == {PaymentState.PAID, PaymentState.RETURNED}

    returned = Payment.objects.filter(state=PaymentState.RETURNED)
    owner = returned.select_related("claim__payee").order_by("id")[0].claim.payee
    phone = phone if owner == asker else story.on_phone(owner)
    mend_account(story, phone, owner)
    desk = story.act("maker", batch, "生成重发批次")
    desk.goto(f"{story.base}/staff/assistance/batches/?kind=follow_up")
    desk.click("tbody a")
    sign_and_pay(story, desk.url.removeprefix(story.base), "600.00")

    read_matter(story, phone, "已到账")
    assert ledger_proof().problems == ()
    ours = Payment.objects.order_by("id").values_list("reference", "state")
    assert read_over_the_api(story, round_) == list(ours)
