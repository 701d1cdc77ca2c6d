"""Sign-in: workers by phone and code, staff by password, neither as the other."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis import Redis

from members.actions.post import appoint
from members.models import Person, User
from tests.members.builders import ON, PASSWORD, id_number, person, staff_user, union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
PHONE = "13812341234"


@pytest.fixture(autouse=True)
def sms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Text messages land in a file."""
    monkeypatch.setattr(
        settings, "SMS_BACKEND", "unionportal.core.messages.FileBackend"
    )
    path = tmp_path / "sms.txt"
    monkeypatch.setattr(settings, "SMS_FILE", path, raising=False)
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    return path


def sent_codes(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [line.split("验证码是 ")[1][:6] for line in path.read_text().splitlines()]


def ask(client: Client, phone: str = PHONE) -> int:
    return client.post("/login/", {"phone": phone}).status_code


def enter(client: Client, code: str) -> int:
    return client.post("/login/code/", {"code": code}).status_code


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_worker_signs_in_by_phone_and_code(client: Client, sms: Path) -> None:
    someone = person(phone=PHONE)
    assert ask(client, "138 1234 1234") == 302
    key = client.session.session_key
    assert enter(client, sent_codes(sms)[0]) == 302
    user = User.objects.get(person=someone)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != key
    assert "张小三" in client.get("/me/").content.decode()


def test_session_and_cache_hold_neither_phone_nor_code(
    client: Client, sms: Path, redis_client: Redis
) -> None:
    person(phone=PHONE)
    ask(client)
    code = sent_codes(sms)[0]
    kept = str(dict(client.session.items()))
    assert PHONE not in kept
    keys = list(redis_client.scan_iter())
    values = [redis_client.get(key) for key in keys]
    assert not [v for v in (*keys, *values) if v and PHONE.encode() in v]
    assert not [v for v in values if v and code.encode() in v]


def test_unknown_phone_gets_the_same_answer_and_no_message(
    client: Client, sms: Path
) -> None:
    person(phone=PHONE)
    other = Client()
    assert ask(client) == ask(other, "13900000000") == 302
    known, unknown = client.get("/login/code/"), other.get("/login/code/")
    same = known.content.decode().replace("138****1234", "139****0000")
    assert len(same) == len(unknown.content.decode())
    assert len(sent_codes(sms)) == 1


def test_five_wrong_tries_use_up_the_code(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    ask(client)
    code = sent_codes(sms)[0]
    for _ in range(5):
        assert enter(client, another(code)) == 200
    assert enter(client, code) == 200
    assert not signed_in(client)
    assert not User.objects.exists()


def test_code_works_once(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    ask(client)
    code = sent_codes(sms)[0]
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    enter(client, code)
    assert signed_in(client)
    enter(thief, code)
    assert not signed_in(thief)


def test_second_code_within_a_minute_is_refused(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    assert ask(client) == 302
    refused = client.post("/login/", {"phone": PHONE})
    assert (refused.status_code, len(sent_codes(sms))) == (200, 1)
    assert "60 秒" in refused.content.decode()


def test_phone_page_grows_too_old(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    ask(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.get("/login/code/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")


def test_many_phones_from_one_address_are_refused(client: Client, sms: Path) -> None:
    for number in range(60):
        assert ask(client, f"139{number:08d}") == 302
    assert ask(client, "13899999999") == 200
    assert ask(Client(REMOTE_ADDR="10.0.0.9"), "13899999998") == 302


def test_shared_phone_asks_for_the_ending_of_the_id_number(
    client: Client, sms: Path
) -> None:
    mother, son = person("王芳", phone=PHONE), person("张小三", phone=PHONE)
    ask(client)
    enter(client, sent_codes(sms)[0])
    assert not signed_in(client)
    wrong = client.post("/login/person/", {"ending": "0000"})
    assert wrong.status_code == 200
    client.post("/login/person/", {"ending": son.id_number[-4:]})
    assert client.session["_auth_user_id"] == str(User.objects.get(person=son).pk)
    assert not User.objects.filter(person=mother).exists()


def test_person_page_cannot_be_reached_without_a_code(client: Client) -> None:
    person(phone=PHONE)
    answer = client.post("/login/person/", {"ending": "0000"})
    assert (answer.status_code, answer["Location"]) == (302, "/login/")


def test_sign_in_goes_back_to_our_own_pages_only(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    client.post("/login/", {"phone": PHONE, "next": "https://evil.example/"})
    answer = client.post("/login/code/", {"code": sent_codes(sms)[0]})
    assert answer["Location"] == settings.LOGIN_REDIRECT_URL
    client.logout()
    cache.clear()
    client.post("/login/", {"phone": PHONE, "next": "/me/"})
    answer = client.post("/login/code/", {"code": sent_codes(sms)[1]})
    assert answer["Location"] == "/me/"


def test_officer_s_phone_opens_no_staff_page(client: Client, sms: Path) -> None:
    officer = person("王五", phone=PHONE)
    user = staff_user("王五", of=officer)
    appoint(
        user_id=user.pk,
        organisation_id=union().pk,
        role="administrator",
        on=ON,
        by=SYSTEM,
    )
    ask(client)
    enter(client, sent_codes(sms)[0])
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/me/").status_code == 200
    answer = client.get("/staff/members/person/")
    assert (answer.status_code, "/staff/login/" in answer["Location"]) == (302, True)
    user.refresh_from_db()
    assert user.is_staff


def test_the_dead_and_the_closed_do_not_sign_in(client: Client, sms: Path) -> None:
    gone = person("张三", phone=PHONE)
    Person.objects.filter(pk=gone.pk).update(died_on=ON)
    closed = person("李四", phone="13812340000")
    User.objects.create(username="closed", name="李四", person=closed, is_active=False)
    ask(client)
    other = Client()
    ask(other, "13812340000")
    codes = sent_codes(sms)
    assert len(codes) == 1
    enter(other, codes[0])
    assert not signed_in(client)
    assert not signed_in(other)


def test_staff_sign_in_by_password_and_are_locked_after_five(client: Client) -> None:
    user = staff_user()
    wrong = {"username": user.username, "password": "wrong", "next": "/staff/"}
    for _ in range(5):
        assert client.post("/staff/login/", wrong).status_code == 200
    right = wrong | {"password": PASSWORD}
    locked = client.post("/staff/login/", right)
    assert "10 分钟" in locked.content.decode()
    assert not signed_in(client)
    other_place = Client(REMOTE_ADDR="10.0.0.9")
    assert other_place.post("/staff/login/", right).status_code == 302
    assert signed_in(other_place)


def test_worker_has_no_password_door(client: Client) -> None:
    someone = person(number=id_number())
    user = User.objects.create_user("p1", password=PASSWORD, name="x", person=someone)
    client.post("/staff/login/", {"username": user.username, "password": PASSWORD})
    assert not signed_in(client)


def test_given_password_is_changed_before_anything_else(client: Client) -> None:
    user = staff_user()
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    client.post("/staff/login/", {"username": user.username, "password": PASSWORD})
    answer = client.get("/staff/")
    assert (answer.status_code, answer["Location"]) == (302, "/staff/password_change/")
    assert client.get("/staff/password_change/").status_code == 200
    new = "quite-another-password-9"
    client.post(
        "/staff/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert client.get("/staff/").status_code == 200


def test_signing_out_ends_the_session(client: Client, sms: Path) -> None:
    person(phone=PHONE)
    ask(client)
    enter(client, sent_codes(sms)[0])
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert client.get("/me/").status_code == 302
