"""The second factor of staff: enrolled before anything else, asked for, lost, reset."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from members.actions.post import appoint
from members.actions.second_factor import reset_second_factor
from members.enums import Role
from members.models import SignInEntry, User
from tests.assistance.api.callers import caller
from tests.members.builders import (
    COUNTY,
    ON,
    PASSWORD,
    person,
    staff,
    staff_user,
    union,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
APP = "/staff/account/factors/app/"


@pytest.fixture(autouse=True)
def _enforced(settings: Settings) -> None:
    settings.STAFF_MFA = True


def code_of(secret: str) -> str:
    """What an app shows now (RFC 6238)."""
    key = base64.b32decode(secret)
    made = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    digest = made.digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def officer(*roles: str) -> User:
    user = staff_user()
    for role in roles or (Role.MAKER,):
        appoint(
            user_id=user.pk, organisation_id=union().pk, role=role, on=ON, by=SYSTEM
        )
    return user


def with_password(user: User) -> Client:
    client = Client()
    entered = {"username": user.username, "password": PASSWORD, "next": "/staff/"}
    assert client.post("/staff/login/", entered).status_code == 302
    return client


def enrolled(user: User) -> tuple[Client, str]:
    """The session that enrolled an app, and the app's secret."""
    client = with_password(user)
    page = client.get(APP).content.decode()
    found = re.search(r"<code>(\w+)</code>", page)
    assert found is not None
    answer = client.post(APP, {"code": code_of(found[1])})
    assert answer["Location"] == "/staff/account/factors/codes/"
    return client, found[1]


def is_in(client: Client) -> bool:
    return client.get("/staff/password_change/done/").status_code == 200


def test_staff_without_a_factor_enrol_one_before_anything_else() -> None:
    client = with_password(officer())
    answer = client.get("/staff/access/sessions/")
    assert answer["Location"] == "/staff/account/factors/"
    assert "绑定应用" in client.get("/staff/account/factors/").content.decode()
    assert "<svg" in client.get(APP).content.decode()
    wrong = client.post(APP, {"code": "000000"})
    assert (wrong.status_code, Authenticator.objects.exists()) == (200, False)


def test_after_enrolment_the_code_is_asked_for_at_each_sign_in() -> None:
    user = officer()
    client, secret = enrolled(user)
    assert is_in(client)
    assert AuditEntry.objects.filter(verb="enrol_second_factor").count() == 1
    cache.clear()  # a code counts once; the next test of it comes sooner than in life
    again = with_password(user)
    assert "_auth_user_id" not in again.session
    assert not is_in(again)
    key = again.session.session_key
    answer = again.post("/staff/account/second-step/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    assert is_in(again)
    assert again.session.session_key != key
    kept = Authenticator.objects.get(type="totp").data
    assert secret not in str(kept), "the secret lies open in the database"


def test_enrolling_ends_the_sessions_that_knew_the_password_alone() -> None:
    user = officer()
    other = with_password(user)
    enrolled(user)
    assert "_auth_user_id" not in (other.get("/staff/") and other.session)


def test_wrong_codes_lock_as_wrong_passwords_do() -> None:
    user = officer()
    _, secret = enrolled(user)
    client = with_password(user)
    for _ in range(5):
        said = client.post("/staff/account/second-step/", {"code": "000000"})
        assert said.status_code == 200
    cache.clear()
    answer = client.post("/staff/account/second-step/", {"code": code_of(secret)})
    assert answer["Location"] == "/staff/login/"
    assert not is_in(client)
    outcomes = SignInEntry.objects.filter(user=user).values_list("outcome", flat=True)
    assert list(outcomes).count("code_wrong") == 5


def test_a_recovery_code_serves_once() -> None:
    user = officer()
    client, _ = enrolled(user)
    page = client.get("/staff/account/factors/codes/").content.decode()
    codes = re.findall(r"<li><code>(\d+)</code></li>", page)
    assert len(codes) == 10
    for expected in (True, False):
        again = with_password(user)
        again.post("/staff/account/second-step/", {"code": codes[0]})
        assert is_in(again) is expected


def test_the_last_factor_cannot_be_dropped_where_one_is_demanded(
    settings: Settings,
) -> None:
    client, _ = enrolled(officer())
    assert "须保留至少一种" in client.get(f"{APP}remove/").content.decode()
    client.post(f"{APP}remove/")
    assert Authenticator.objects.filter(type="totp").count() == 1
    settings.STAFF_MFA = False
    client.post(f"{APP}remove/")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(verb="drop_second_factor").count() == 1
    assert is_in(client)


def test_an_administrator_resets_a_lost_device_with_a_reason() -> None:
    user = officer()
    client, _ = enrolled(user)
    own, neighbour = (staff(Role.ADMINISTRATOR, at=code) for code in (COUNTY, "350430"))
    for actor, reason, said in (
        (neighbour, "手机遗失", "尤溪县总工会或其上级工会的“管理员”岗位"),
        (own, " ", "原因"),
    ):
        with pytest.raises(Refusal, match=said):
            reset_second_factor(user_id=user.pk, reason=reason, on=ON, by=actor)
    assert is_in(client)
    reset_second_factor(user_id=user.pk, reason="手机遗失，已核实", on=ON, by=own)
    assert not is_in(client)
    entry = AuditEntry.objects.get(verb="reset_second_factor")
    assert (entry.reason, entry.changes) == (
        "手机遗失，已核实",
        {"kinds": ["recovery_codes", "totp"]},
    )
    assert with_password(user).get("/staff/")["Location"] == "/staff/account/factors/"
    with pytest.raises(Refusal, match="没有启用"):
        reset_second_factor(user_id=user.pk, reason="再来", on=ON, by=own)


def test_workers_and_county_systems_are_not_asked_for_a_factor() -> None:
    worker = Client()
    someone = person()
    user = User.objects.create_user("p-worker", name="张小三", person=someone)
    worker.force_login(user, backend="members.auth.backends.PhoneCodeBackend")
    assert worker.get("/me/").status_code == 200
    assert caller(COUNTY).get("/api/v1/rounds/").status_code == 200


def test_the_password_is_asked_for_again_when_the_sign_in_is_old() -> None:
    user = officer()
    client, _ = enrolled(user)
    session = client.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 3600
    session.save()
    answer = client.get("/staff/account/factors/codes/new/")
    assert answer["Location"].startswith("/staff/account/confirm/")
    client.post(answer["Location"], {"password": PASSWORD})
    assert client.get("/staff/account/factors/codes/new/").status_code == 200
