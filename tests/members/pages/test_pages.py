"""Workers' and public pages: what they show, whom they refuse, how many queries."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members.actions.user import sign_in_worker
from members.auth.views import BACKEND
from members.enums import AccountState
from members.models import BankAccount, Notice, NoticeLine, Objection, Person
from tests.members.builders import (
    card_number,
    notice,
    person,
    staff_user,
    verified_account,
)

pytestmark = pytest.mark.django_db
ON = date(2025, 12, 2)


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel("2025-12-02T10:00:00+08:00", tick=False):
        yield


def browser_of(someone: Person) -> Client:
    client = Client()
    user = sign_in_worker(person_id=someone.pk, on=ON)
    client.force_login(user, backend=BACKEND)
    return client


def test_me_shows_masked_numbers_only() -> None:
    someone = person(phone="13812341234")
    account = verified_account(someone)
    text = browser_of(someone).get("/me/").content.decode()
    assert "138****1234" in text
    assert f"尾号 {account.number_last4}" in text
    for secret in (someone.id_number, "13812341234", account.number):
        assert secret not in text


def test_me_of_staff_shows_nobody_s_record(client: Client) -> None:
    client.force_login(staff_user(), backend="members.auth.backends.StaffBackend")
    assert "工作人员" in client.get("/me/").content.decode()
    assert client.get("/me/accounts/new/").status_code == 404


@pytest.mark.parametrize("path", ["/me/", "/me/accounts/new/"])
def test_stranger_is_sent_to_sign_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")
    assert client.post(path).status_code in {302, 405}


def test_worker_enters_a_card_and_waits() -> None:
    someone = person()
    client = browser_of(someone)
    wrong = client.post(
        "/me/accounts/new/", {"bank_name": "工行", "number": "6222020200112233447"}
    )
    assert "校验位不符" in wrong.content.decode()
    assert not BankAccount.objects.exists()
    answer = client.post(
        "/me/accounts/new/", {"bank_name": "工行", "number": card_number()}
    )
    assert answer["Location"] == "/me/"
    account = BankAccount.objects.get()
    assert (account.person, account.state) == (someone, AccountState.PENDING)
    assert "待核验" in client.get("/me/").content.decode()


def test_worker_stops_his_own_card_only() -> None:
    mine, theirs = verified_account(person("张三")), verified_account(person("李四"))
    client = browser_of(mine.person)
    assert client.post(f"/me/accounts/{theirs.pk}/stop/").status_code == 404
    assert client.post(f"/me/accounts/{mine.pk}/stop/").status_code == 302
    states = [BankAccount.objects.get(pk=each.pk).state for each in (mine, theirs)]
    assert states == [AccountState.STOPPED, AccountState.VERIFIED]


def test_notice_list_shows_what_is_open_today(client: Client) -> None:
    assert "没有正在公示" in client.get("/notices/").content.decode()
    notice(person())
    text = client.get("/notices/").content.decode()
    assert "2025年冬送温暖拟慰问名单" in text
    assert "2025年12月8日 星期一" in text


def test_notice_shows_masked_names_by_pages(client: Client) -> None:
    shown = notice(*(person(f"张{n}") for n in range(51)))
    text = client.get(f"/notices/{shown.pk}/").content.decode()
    assert text.count("张*</span>") == 50
    last = NoticeLine.objects.order_by("pk")[49]
    rest = client.get(f"/notices/{shown.pk}/", {"after": last.pk}).content.decode()
    assert rest.count("张*</span>") == 1
    partial = client.get(
        f"/notices/{shown.pk}/", {"q": "张"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in partial


@pytest.mark.parametrize("size", [1, 30])
def test_notice_page_takes_the_same_number_of_queries(
    client: Client, size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    shown = notice(*(person(f"张{n}") for n in range(size)))
    with django_assert_max_num_queries(8):
        client.get(f"/notices/{shown.pk}/")


def test_notice_that_is_over_is_no_longer_public(client: Client) -> None:
    shown = notice(person())
    with time_machine.travel("2025-12-09T10:00:00+08:00", tick=False):
        assert client.get(f"/notices/{shown.pk}/").status_code == 410
        refused = client.post(f"/notices/{shown.pk}/object/", {"text": "晚了"})
    assert refused.status_code == 404
    assert not Objection.objects.exists()


def test_visitor_objects_without_a_name(client: Client) -> None:
    shown = notice(person())
    line = NoticeLine.objects.get()
    page = client.get(f"/notices/{shown.pk}/object/", {"line": line.pk})
    assert "匿名提出" in page.content.decode()
    answer = client.post(
        f"/notices/{shown.pk}/object/", {"line": line.pk, "text": "已不在本县"}
    )
    assert answer["Location"] == "/notices/receipt/"
    objection = Objection.objects.get()
    assert (objection.line, objection.person, objection.text) == (
        line,
        None,
        "已不在本县",
    )


def test_worker_objects_in_his_name() -> None:
    someone = person("李四")
    shown = notice(person("张三"))
    browser_of(someone).post(f"/notices/{shown.pk}/object/", {"text": "漏了我"})
    assert Objection.objects.get().person == someone


def test_line_of_another_list_is_not_found(client: Client) -> None:
    first, second = notice(person(), about=1), notice(person(), about=2)
    foreign = NoticeLine.objects.get(notice=second)
    answer = client.post(
        f"/notices/{first.pk}/object/", {"line": foreign.pk, "text": "x"}
    )
    assert answer.status_code == 404
    assert not Objection.objects.exists()


def test_flood_of_objections_from_one_address_is_refused(client: Client) -> None:
    shown = notice(person())
    for _ in range(10):
        client.post(f"/notices/{shown.pk}/object/", {"text": "x"})
    refused = client.post(f"/notices/{shown.pk}/object/", {"text": "x"})
    assert "过于频繁" in refused.content.decode()
    assert Objection.objects.count() == 10


def test_large_text_is_kept_in_a_cookie(client: Client) -> None:
    answer = client.post("/text-size/", {"size": "large", "back": "/notices/"})
    assert answer["Location"] == "/notices/"
    assert 'data-text="large"' in client.get("/notices/").content.decode()
    away = client.post("/text-size/", {"size": "large", "back": "https://evil.example"})
    assert away["Location"] == "/"


def test_pages_name_no_other_host_and_hold_no_inline_script(client: Client) -> None:
    shown = notice(person())
    for path in ("/login/", "/notices/", f"/notices/{shown.pk}/"):
        text = client.get(path).content.decode()
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
        assert "style=" not in text
        assert " onclick" not in text
    assert Notice.objects.get().line_count == 1
