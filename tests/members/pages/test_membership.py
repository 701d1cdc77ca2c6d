"""Joining, the card and transferring as the worker and the public see them."""

import re
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from members.actions.application import ask_applicant
from members.actions.user import sign_in_worker
from members.auth.views import BACKEND
from members.enums import Role
from members.models import MemberCard, Membership, MembershipApplication, Person
from members.models import MembershipTransfer as Transfer
from members.queries.entitlement import Entitlement, entitlements_of
from members.queries.membership import card_in_hand
from tests.members.builders import id_number, person, staff, union
from tests.members.joining import approved, basic_union, member

pytestmark = pytest.mark.django_db
ON = date(2025, 12, 2)
PHONE = "13812345678"
AGREED = {"note": "", "agree_membership": "on"}


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel("2025-12-02T10:00:00+08:00", tick=False):
        yield


def browser_of(someone: Person) -> Client:
    client = Client()
    user = sign_in_worker(person_id=someone.pk, on=ON)
    client.force_login(user, backend=BACKEND)
    return client


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def prove_phone(client: Client, settings: Settings, folder: Path) -> None:
    settings.SMS_BACKEND = "unionportal.core.messages.FileBackend"
    settings.SMS_FILE = folder / "sms.txt"
    assert client.get("/join/")["Location"] == "/join/phone/"
    assert client.post("/join/phone/", {"phone": PHONE})["Location"] == "/join/code/"
    sent = settings.SMS_FILE.read_text(encoding="utf-8")
    code = re.findall(r"\d{6}", sent.split("\t")[1])[0]
    assert "不正确" in client.post("/join/code/", {"code": "000000"}).content.decode()
    assert client.post("/join/code/", {"code": code})["Location"] == "/join/"


def test_a_stranger_joins_from_his_phone(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    firm = basic_union()
    prove_phone(client, settings, tmp_path)
    assert "B1纺织有限公司" in text_of(client, "/join/?q=B1纺织")
    page = f"/join/unions/{firm.pk}/"
    said: dict[str, str | list[str]] = {
        "name": "林新芽",
        "id_number": "1",
        "trade": "挡车工",
        "agree_membership": "on",
    }
    assert "请阅读后勾选" in client.post(page, {"name": "林新芽"}).content.decode()
    wrong = client.post(page, said).content.decode()
    assert "身份证号应为 18 位" in wrong
    said |= {"id_number": id_number(), "target_groups": ["migrant", "women"]}
    assert client.post(page, said)["Location"] == "/join/"
    assert "待审核" in text_of(client, "/join/")

    application = MembershipApplication.objects.get()
    checker = staff(Role.CHECKER)
    ask_applicant(application_id=application.pk, answer="请写明班组", on=ON, by=checker)
    assert "请写明班组" in text_of(client, "/join/")
    again = f"/join/{application.pk}/"
    assert 'value="挡车工"' in text_of(client, again)
    assert client.post(again, {"note": "三班组", "trade": "挡车工"}).status_code == 302
    application.refresh_from_db()
    assert (application.note, application.state) == ("三班组", "submitted")
    stranger = Client()
    assert stranger.get(again).status_code == 404
    assert stranger.post(f"{again}withdraw/").status_code == 404

    approved(application, checker)
    assert "已批准" in text_of(client, "/join/")
    someone = Person.objects.get()
    assert (someone.trade, someone.phone) == ("挡车工", PHONE)
    assert "挡车工" in text_of(browser_of(someone), "/me/particulars/")


def test_a_registered_worker_applies_and_takes_it_back() -> None:
    firm, someone = basic_union(), person("黄阿水", phone=PHONE)
    client = browser_of(someone)
    assert "您还不是工会会员" in text_of(client, "/me/membership/")
    shown = text_of(client, f"/join/unions/{firm.pk}/")
    assert 'name="id_number"' not in shown
    assert client.post(f"/join/unions/{firm.pk}/", AGREED).status_code == 302
    assert "入会申请" in text_of(client, "/")
    application = MembershipApplication.objects.get()
    assert (application.person, application.phone) == (someone, PHONE)
    client.post(f"/join/{application.pk}/withdraw/")
    assert "已撤回" in text_of(client, "/join/")


def test_my_membership_shows_card_code_and_history() -> None:
    held = member("陈阿秀", at=basic_union())
    client = browser_of(held.person)
    shown = text_of(client, "/me/membership/")
    card = MemberCard.objects.get()
    assert shown.count("<svg") == 1
    for words in (
        held.number,
        "有效期至 2030年12月1日",
        f"/card/{card.token}/",
        "入会",
    ):
        assert words in shown
    assert client.post("/me/membership/card/").status_code == 302
    assert f"/card/{card.token}/" not in text_of(client, "/me/membership/")
    assert (
        "请填写原因"
        in client.post(
            "/me/membership/leave/", {"reason": ""}, follow=True
        ).content.decode()
    )
    client.post("/me/membership/leave/", {"reason": "回老家"})
    left = text_of(client, "/me/membership/")
    assert "已退会" in left
    assert "<svg" not in left
    assert Membership.objects.get().state == "left"


def test_the_public_check_shows_nothing_else_and_is_limited(client: Client) -> None:
    held = member("陈阿秀", at=basic_union())
    card = MemberCard.objects.get()
    shown = text_of(client, f"/card/{card.token}/")
    for words in ("陈*", "B1纺织有限公司工会委员会", "2030年12月1日", "有效"):
        assert words in shown
    hidden = (held.number, "阿秀", held.person.id_number, "2025")
    assert [words for words in hidden if words in shown] == []
    client.get(f"/card/{card.token}/")
    assert client.get("/card/guess/").status_code == 404
    browser_of(held.person).post("/me/membership/card/")
    revoked = text_of(client, f"/card/{card.token}/")
    assert "已注销" in revoked
    assert "2030" not in revoked
    for _try in range(60):
        last = client.get("/card/guess/")
    assert (last.status_code, "过于频繁" in last.content.decode()) == (429, True)


def test_a_member_transfers_from_the_phone() -> None:
    held, new = member(at=basic_union("B1")), basic_union("B2")
    client = browser_of(held.person)
    assert "B2纺织" in text_of(client, "/me/transfers/?q=B2")
    page = f"/me/transfers/to/{new.pk}/"
    assert "请选择日期" in client.post(page, {"reason": "换单位"}).content.decode()
    past = {"reason": "换单位", "moves_on": "2025-12-01"}
    assert "不能早于今天" in client.post(page, past).content.decode()
    entry = past | {"moves_on": "2025-12-05", "unit_name": "新厂"}
    assert client.post(page, entry)["Location"] == "/me/transfers/"
    shown = text_of(client, "/me/transfers/")
    assert "待双方同意" in shown
    assert shown.count("2025年12月23日前答复") == 2
    transfer = Transfer.objects.get()
    other = browser_of(member("别人", at=new).person)
    assert other.post(f"/me/transfers/{transfer.pk}/cancel/").status_code == 404
    client.post(f"/me/transfers/{transfer.pk}/cancel/")
    transfer.refresh_from_db()
    assert transfer.state == "cancelled"

    held_by = f"/me/transfers/to/{union().pk}/"
    assert client.post(f"{held_by}?held=1", entry).status_code == 302
    assert Transfer.objects.get(state="asked").is_held is True


def test_the_card_is_the_key_to_entitlements(monkeypatch: pytest.MonkeyPatch) -> None:
    held = member(at=basic_union())
    gym = Entitlement("gym", "职工文体中心免费入场", "出示会员证，每周三次")
    monkeypatch.setattr("members.queries.entitlement._registered", [lambda *_: [gym]])
    card = card_in_hand(held)
    assert entitlements_of(held, card, on=ON) == [gym]
    assert entitlements_of(held, card, on=date(2030, 12, 2)) == []
    assert entitlements_of(held, None, on=ON) == []
    assert "职工文体中心免费入场" in text_of(browser_of(held.person), "/me/membership/")


def test_a_worker_corrects_his_own_particulars() -> None:
    someone = person("黄阿水")
    client = browser_of(someone)
    wrong = client.post("/me/particulars/", {"nation": "火星族"}).content.decode()
    assert "请更正后再提交" in wrong
    said = {"nation": "畲族", "education": "college", "target_groups": ["migrant"]}
    assert client.post("/me/particulars/", said)["Location"] == "/me/"
    someone.refresh_from_db()
    assert (someone.nation, someone.education, someone.target_groups) == (
        "畲族",
        "college",
        ["migrant"],
    )
