"""The pictures that `tests/screenshots.py` takes; no test collects this file by itself."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from assistance.models import Batch, Determination, Payment, Round
from members.actions.user import sign_in_worker
from members.models import User
from tests.browser.conftest import DESK, PHONE, Opened
from tests.browser.test_pages import A, enter, winter
from unionportal.demo.province import AS_OF

__all__ = ["winter"]
FOLDER = Path(settings.BASE_DIR) / "var" / "screenshots"


def test_pictures(
    winter: Round,
    live_server: LiveServer,
    opened: Opened,
) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    desk, phone = opened(DESK), opened(PHONE)
    enter(desk, live_server, User.objects.get(username="nx-maker"), "StaffBackend")
    returned = Payment.objects.filter(batch__round=winter, state="returned")[0]
    payee = returned.claim.payee
    assert payee is not None
    worker = sign_in_worker(person_id=payee.pk, on=AS_OF)
    enter(phone, live_server, worker, "PhoneCodeBackend")
    answer = returned.claim.determination_id
    refused = Determination.objects.filter(round=winter, outcome="ineligible")[0]
    batch = Batch.objects.latest("id")
    for name, path in (
        ("desk", "/staff/"),
        ("round", f"{A}/rounds/{winter.pk}/"),
        ("determination", f"{A}/determinations/{refused.pk}/"),
        ("batch", f"{A}/batches/{batch.pk}/"),
        ("dossiers", f"{A}/dossiers/"),
    ):
        take(desk, f"{live_server.url}{path}", name)
    for name, path in (
        ("home", "/"),
        ("matters", "/aid/"),
        ("matter", f"/aid/{answer}/"),
        ("me", "/me/"),
    ):
        take(phone, f"{live_server.url}{path}", name)


def take(page: Page, address: str, name: str) -> None:
    """One window as it is seen first."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / f"{name}.png"))
