"""The first run: one administrator, once, by whoever can read the log."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from members.actions.first_administrator import (
    FirstAdministrator,
    set_up_first_administrator,
)
from members.enums import Role
from members.models import Organisation, Post, User
from tests.assistance.builders import COUNTY, ON, PROVINCE, staff_user, union
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry
from unionportal.pages.setup import TRIES, setup_code

PASSWORD = "liu-yue-de-feng-2026"


def form(**changes: str) -> dict[str, str]:
    return {
        "code": setup_code(),
        "organisation": str(union(PROVINCE).pk),
        "username": "guanliyuan",
        "name": "管理员甲",
        "password": PASSWORD,
        "repeated": PASSWORD,
    } | changes


def entry(username: str = "guanliyuan", at: str = PROVINCE) -> FirstAdministrator:
    return FirstAdministrator(
        username=username,
        name="管理员甲",
        password=PASSWORD,
        organisation_id=union(at).pk,
    )


def test_every_staff_login_leads_to_the_first_run(client: Client, db: None) -> None:
    answer = client.get("/staff/", follow=True)

    assert [path for path, _ in answer.redirect_chain] == [
        "/staff/login/?next=/staff/",
        "/setup/",
    ]
    assert "首次设置" in answer.content.decode()
    posted = client.post("/staff/login/", {"username": "x", "password": "y"})
    assert posted["Location"] == "/setup/"


def test_the_page_makes_the_first_administrator(client: Client, db: None) -> None:
    answer = client.post("/setup/", form())

    assert (answer.status_code, answer["Location"]) == (302, "/staff/login/")
    post = Post.objects.get()
    assert (post.role, post.organisation) == (Role.ADMINISTRATOR, union(PROVINCE))
    assert post.user.username == "guanliyuan"
    assert not post.user.must_change_password
    assert AuditEntry.objects.filter(verb="create").count() == 1
    signed_in = client.post(
        "/staff/login/?next=/staff/", {"username": "guanliyuan", "password": PASSWORD}
    )
    assert signed_in["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_the_page_is_gone_after_the_first_time(client: Client, db: None) -> None:
    client.post("/setup/", form())

    assert client.get("/setup/").status_code == 404
    assert client.post("/setup/", form(username="second")).status_code == 404
    assert client.get("/staff/login/").status_code == 200
    assert User.objects.count() == 1


def test_the_page_is_gone_where_staff_exist(client: Client, db: None) -> None:
    staff_user()
    assert client.get("/setup/").status_code == 404


def test_a_demonstration_has_no_first_run(
    client: Client, db: None, settings: Settings
) -> None:
    settings.DEMONSTRATION = True

    assert client.get("/setup/").status_code == 404
    assert client.get("/staff/login/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "ABCD-ABCD"}, "code"),
        ({"code": ""}, "code"),
        ({"repeated": "something-else-7"}, "repeated"),
        ({"password": "12345678", "repeated": "12345678"}, "password"),
        ({"username": ""}, "username"),
        ({"name": " "}, "name"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": COUNTY}, "organisation"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field(
    client: Client, db: None, changes: dict[str, str], field: str
) -> None:
    before = AuditEntry.objects.count()

    answer = client.post("/setup/", form(**changes))

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert not User.objects.exists()
    assert AuditEntry.objects.count() == before


def test_the_code_is_not_guessed(client: Client, db: None) -> None:
    for _ in range(TRIES):
        client.post("/setup/", form(code="ABCD-ABCD"))

    answer = client.post("/setup/", form())

    assert "次数过多" in answer.content.decode()
    assert not User.objects.exists()


def test_the_code_stands_in_the_log_and_not_on_the_page(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    page = client.get("/setup/").content.decode()

    assert setup_code() in caplog.text
    assert setup_code() not in page


def test_the_code_of_the_settings_is_not_logged(
    client: Client,
    db: None,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.SETUP_CODE = "从操作员那里来的码"
    caplog.set_level(logging.WARNING)

    client.get("/setup/")
    answer = client.post("/setup/", form(code="从操作员那里来的码"))

    assert answer.status_code == 302
    assert caplog.text == ""


def test_the_code_is_read_with_or_without_its_hyphens(client: Client, db: None) -> None:
    plain = setup_code().replace("-", "").lower()
    assert client.post("/setup/", form(code=f" {plain} ")).status_code == 302


def test_the_province_is_one(db: None) -> None:
    with pytest.raises(Refusal, match="省级总工会"):
        set_up_first_administrator(entry=entry(at=COUNTY), on=ON)
    assert not User.objects.exists()


def test_the_choice_holds_every_province(client: Client, db: None) -> None:
    choices = client.get("/setup/").context["form"].fields["organisation"].queryset
    assert set(choices) == set(Organisation.objects.filter(depth=1))
    assert len(choices) == 31


def test_of_two_who_come_at_once_one_is_first(committed_db: None) -> None:
    barrier = Barrier(2)

    def come(username: str) -> str:
        try:
            barrier.wait(timeout=10)
            return set_up_first_administrator(entry=entry(username), on=ON).username
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=2) as pool:
        came = sorted(pool.map(come, ("erhao", "yihao")))

    assert came[0] == "done"
    assert [user.username for user in User.objects.all()] == came[1:]
