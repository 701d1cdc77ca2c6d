"""A worker joins from the phone and moves to another union, seen in a real browser."""

import re
from pathlib import Path

from playwright.sync_api import Page, ViewportSize
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from members.actions.user import sign_in_worker
from members.enums import Role
from members.models import MemberCard, Membership, MembershipApplication, User
from members.models import MembershipTransfer as Transfer
from tests.browser.conftest import DESK, PHONE, Opened
from tests.browser.test_pages import BOTH_PHONES, LARGE_PHONE, check, enter
from tests.members.builders import id_number, staff
from tests.members.joining import basic_union

WIDE: ViewportSize = {"width": 1440, "height": 900}
DESKS = (DESK, WIDE, LARGE_PHONE)
NUMBER = "13812345678"


def act(desk: Page, verb: str) -> None:
    """Press a button of the record and its confirmation."""
    desk.set_viewport_size(DESK)
    desk.click(f"summary:has-text('{verb}')")
    desk.click(f"button:has-text('确认{verb}')")


def join_by_phone(phone: Page, server: str, sms: Path) -> None:
    """From the first page to the application that waits."""
    phone.goto(f"{server}/join/")
    phone.fill("input[name=phone]", NUMBER)
    phone.click("text=获取验证码")
    sent = sms.read_text(encoding="utf-8").split("\t")[1]
    phone.fill("input[name=code]", re.findall(r"\d{6}", sent)[0])
    phone.click("text=下一步")
    phone.fill("input[name=q]", "B1纺织")
    phone.click("button:has-text('查找')")
    phone.click("text=B1纺织有限公司工会委员会")
    check(phone, phone.url, BOTH_PHONES)
    phone.fill("input[name=name]", "林新芽")
    phone.fill("input[name=id_number]", id_number())
    phone.check("label:has-text('农民工') input")
    phone.check("label:has-text('我同意为会籍管理') input")
    phone.click("text=提交申请")
    assert "待审核" in phone.content()
    check(phone, f"{server}/join/", BOTH_PHONES)


def look_at_mine(phone: Page, server: str) -> None:
    """Every page of a member, and the one that he shows to others."""
    for path in ("/me/", "/me/membership/", "/me/particulars/", "/me/transfers/"):
        check(phone, f"{server}{path}", BOTH_PHONES)
    check(phone, f"{server}/card/{MemberCard.objects.get().token}/", BOTH_PHONES)
    assert "林*" in phone.content()


def test_a_stranger_joins_shows_his_card_and_moves_on(
    transactional_db: None,
    live_server: LiveServer,
    opened: Opened,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.SMS_BACKEND = "unionportal.core.messages.FileBackend"
    settings.SMS_FILE = tmp_path / "sms.txt"
    basic_union("B1")
    basic_union("B2")
    officer = User.objects.get(pk=staff(Role.CHECKER, Role.MAKER).user_id or 0)
    phone, desk, server = opened(PHONE), opened(DESK), live_server.url
    join_by_phone(phone, server, settings.SMS_FILE)

    enter(desk, live_server, officer, "StaffBackend")
    members = f"{server}/staff/members"
    application = MembershipApplication.objects.get()
    check(desk, f"{members}/membershipapplication/{application.pk}/change/", DESKS)
    act(desk, "批准入会")
    desk.wait_for_selector("text=已批准，会籍自今日起")
    held = Membership.objects.get()
    check(desk, f"{members}/membership/{held.pk}/change/", DESKS)

    mine = sign_in_worker(person_id=held.person_id, on=held.since)
    enter(phone, live_server, mine, "PhoneCodeBackend")
    look_at_mine(phone, server)
    phone.goto(f"{server}/me/transfers/?q=B2")
    phone.click("text=B2纺织有限公司工会委员会")
    check(phone, phone.url, BOTH_PHONES)
    phone.fill("input[name=reason]", "换了单位")
    phone.click("text=提交转会")
    assert phone.content().count("前答复") == 2

    transfer = Transfer.objects.get()
    desk.goto(f"{members}/membershiptransfer/{transfer.pk}/change/")
    for verb in ("同意转出", "同意接收"):
        act(desk, verb)
        desk.wait_for_selector(f"text=已{verb}")
    check(desk, desk.url, DESKS)
    phone.goto(f"{server}/me/membership/")
    assert "B2纺织有限公司工会委员会" in phone.content()
    held.refresh_from_db()
    assert (held.organisation.code, held.standing_number) == ("B2", 2)
