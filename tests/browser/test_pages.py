"""Every page of staff and workers at both their sizes: whole, in Chinese, without complaint."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, ViewportSize
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from assistance.models import (
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
    Round,
    SchemeVersion,
)
from members.actions.user import sign_in_worker
from members.models import BankAccount, Membership, Notice, Person, User
from tests.browser.conftest import DESK, PHONE, Opened
from unionportal.demo.province import AS_OF

WIDE: ViewportSize = {"width": 1920, "height": 1080}
LARGE_PHONE: ViewportSize = {"width": 412, "height": 915}
BOTH_PHONES = (PHONE, LARGE_PHONE)
PHONES = 600
A = "/staff/assistance"
M = "/staff/members"

LOOK = """() => {
  const width = document.documentElement.clientWidth;
  const small = [...document.querySelectorAll(
      'button, input:not([type=hidden]), select, textarea, summary, .bottom-bar a, ' +
      '.button-primary, .button-secondary, .button-quiet, .button-danger, .back-link')]
    .filter(one => one.checkVisibility())
    .filter(one => one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML.slice(0, 80));
  const shown = [...document.querySelectorAll('body *')].filter(one =>
    one.checkVisibility() && !one.closest('.skip-link, :disabled, [aria-hidden=true]') &&
    !one.matches('.material-symbols-outlined, option, select, textarea, input') &&
    [...one.childNodes].some(node => node.nodeType == 3 && node.textContent.trim()));
  // What ends in an ellipsis says so itself; what is cut without one is lost.
  const cut = shown.filter(one => {
    const style = getComputedStyle(one);
    return style.overflow != 'visible' && style.textOverflow != 'ellipsis' &&
      style.overflowX != 'auto' && one.clientWidth > 1 &&
      (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2);
  }).map(one => one.textContent.trim().slice(0, 40));
  const channels = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(c => c / 255).map(
      c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = one => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.startsWith('rgb')) return null;
      const found = channels(colour);
      if (found.length == 3 || found[3] == 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = shown.filter(one => {
    const style = getComputedStyle(one), ground = behind(one);
    if (!style.color.startsWith('rgb(') || !ground) return false;
    const [a, b] = [light(channels(style.color)), light(ground)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  }).map(one => one.textContent.trim().slice(0, 40) + ' ' + getComputedStyle(one).color);
  return {
    cut,
    faint,
    overflow: document.documentElement.scrollWidth - width,
    title: document.title,
    lang: document.documentElement.lang.toLowerCase(),
    headings: document.querySelectorAll('h1').length,
    small,
  };
}"""


TWICE = """() => {
  const root = document.documentElement, before = root.style.fontSize;
  root.style.fontSize = '200%';
  const over = root.scrollWidth - root.clientWidth;
  root.style.fontSize = before;
  return over;
}"""


@pytest.fixture
def winter(
    transactional_db: None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Round:
    """A small province whose round is at the bank: some paid, some sent back."""
    settings.DEMONSTRATION = True
    settings.BANK_EXCHANGE_DIR = tmp_path / "bank"
    monkeypatch.setenv("BANK_EXCHANGE_DIR", str(tmp_path / "bank"))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "unionportal.settings")
    call_command("load_demo", province="64", dossiers=60, seed=5, stdout=StringIO())
    call_command(
        "run_round",
        scheme="winter_warmth",
        organisation="64",
        period="2026-winter",
        as_of=AS_OF,
        refuse=0.3,
        stop_after="bank",
        json=True,
        stdout=StringIO(),
    )
    return Round.objects.get()


def enter(page: Page, server: LiveServer, user: User, backend: str) -> None:
    """Sign in by the cookie of a session."""
    user.refresh_from_db()
    client = Client()
    client.force_login(user, backend=f"members.auth.backends.{backend}")
    session = client.cookies["sessionid"].value
    page.context.add_cookies(
        [{"name": "sessionid", "value": session, "url": server.url}]
    )


def staff_pages(round_: Round) -> list[str]:
    """Every page of the staff site with a record of each kind."""
    version = SchemeVersion.objects.latest("id").pk
    dossier = HouseholdDossier.objects.earliest("id").pk
    answers = Determination.objects.filter(round=round_, superseded_by=None)
    payment = Payment.objects.filter(batch__round=round_)
    return [
        "/staff/",
        *(f"{A}/{name}/" for name in ("rounds", "batches", "payments", "bank-files")),
        *(f"{A}/{name}/" for name in ("dossiers", "schemes", "funds", "inquiries")),
        f"{A}/rounds/{round_.pk}/",
        f"{A}/determinations/?round={round_.pk}",
        *(
            f"{A}/determinations/{answers.filter(outcome=one).latest('id').pk}/"
            for one in ("eligible", "ineligible", "unknown")
        ),
        f"{A}/batches/{Batch.objects.latest('id').pk}/",
        f"{A}/payments/{payment.filter(state='returned').latest('id').pk}/",
        f"{A}/payments/{payment.filter(state='paid').latest('id').pk}/",
        f"{A}/dossiers/new/",
        f"{A}/dossiers/{dossier}/",
        f"{A}/dossiers/{dossier}/recheck/",
        f"{A}/schemes/text/?from={version}",
        f"{A}/schemes/{version}/",
        f"{A}/schemes/{version}/open/",
        *(f"{A}/funds/{name}/" for name in ("entries", "receive", "transfer")),
        *(f"{M}/{name}/" for name in ("organisation", "person", "bankaccount")),
        *(f"{M}/{name}/" for name in ("notice", "objection", "standard", "post")),
        *(f"{M}/{name}/" for name in ("user", "apiclient", "division", "membership")),
        *(f"{M}/membership{name}/" for name in ("application", "transfer")),
        f"{M}/membership/{Membership.objects.earliest('id').pk}/change/",
        f"{M}/person/{Person.objects.earliest('id').pk}/change/",
        f"{M}/bankaccount/{BankAccount.objects.earliest('id').pk}/change/",
        f"{M}/notice/{Notice.objects.earliest('id').pk}/change/",
        *(
            f"{M}/{name}/add/"
            for name in ("person", "post", "standard", "user", "membership")
        ),
        "/staff/password_change/",
    ]


def worker_pages(person: Person, round_: Round) -> list[str]:
    """Every page of a worker, his matter in the round among them."""
    matter = Determination.objects.get(round=round_, payee=person, superseded_by=None)
    return [
        *("/", "/aid/", f"/aid/{matter.pk}/", f"/aid/{matter.pk}/ask/"),
        *("/me/", "/me/accounts/new/", "/notices/", "/me/particulars/"),
        *("/me/membership/", "/join/"),
    ]


def check(page: Page, address: str, sizes: tuple[ViewportSize, ...]) -> None:
    """Open a page and look at it in each size; a phone wants room for thumbs."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    for size in sizes:
        page.set_viewport_size(size)
        seen = page.evaluate(LOOK)
        where = f"{address} at {size['width']}"
        assert seen["overflow"] <= 0, f"{where} is {seen['overflow']} px too wide"
        assert seen["title"].strip(), f"{where} has no title"
        assert seen["lang"] in {"zh-hans", "zh-cn"}, f"{where} is in {seen['lang']}"
        assert seen["headings"] == 1, f"{where} has {seen['headings']} main headings"
        assert seen["cut"] == [], f"{where}: text is cut"
        assert seen["faint"] == [], f"{where}: less than 4.5 to 1"
        if size["width"] < PHONES and "/staff/" not in address:
            assert seen["small"] == [], f"{where}: too small for a thumb"
            wide = page.evaluate(TWICE)
            assert wide <= 0, f"{where} is {wide} px too wide with text twice as large"


def test_staff_pages_are_whole(
    winter: Round, live_server: LiveServer, opened: Opened
) -> None:
    maker, administrator = opened(DESK), opened(DESK)
    maker.goto(f"{live_server.url}/staff/login/")
    assert "Welcome" not in maker.content()
    for window, username in ((maker, "nx-maker"), (administrator, "nx-administrator")):
        user = User.objects.get(username=username)
        enter(window, live_server, user, "StaffBackend")
    for path in staff_pages(winter):
        window = administrator if path.startswith(M) else maker
        check(window, f"{live_server.url}{path}", (DESK, WIDE, LARGE_PHONE))


def test_worker_pages_are_whole(
    winter: Round, live_server: LiveServer, opened: Opened
) -> None:
    page = opened(PHONE)
    missing = page.request.get(f"{live_server.url}/nothing/here/")
    assert (missing.status, "没有这个页面" in missing.text()) == (404, True)
    for path in ("/", "/login/", "/notices/"):
        check(page, f"{live_server.url}{path}", BOTH_PHONES)
    for person in people_of(winter):
        user = sign_in_worker(person_id=person.pk, on=AS_OF)
        enter(page, live_server, user, "PhoneCodeBackend")
        for path in worker_pages(person, winter):
            check(page, f"{live_server.url}{path}", BOTH_PHONES)
    page.click("text=大字")
    for path in worker_pages(person, winter):
        check(page, f"{live_server.url}{path}", BOTH_PHONES)


def people_of(round_: Round) -> list[Person]:
    """One who was paid, one whose money came back, one who lacks a paper, one refused."""
    payments = Payment.objects.filter(batch__round=round_).order_by("id")
    answers = Determination.objects.filter(round=round_, superseded_by=None)
    keys = [
        *(payments.filter(state=one)[0].claim.payee_id for one in ("paid", "returned")),
        *(
            answers.filter(outcome=one).order_by("id")[0].payee_id
            for one in ("unknown", "ineligible")
        ),
    ]
    found = Person.objects.in_bulk([key for key in keys if key is not None])
    return list(found.values())
