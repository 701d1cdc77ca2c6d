"""R16: fixation, stale sessions, idle ones, cookies, redirects, host header, CSRF."""

import importlib
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from members.actions.post import appoint, end_post
from members.actions.user import deactivate_user, reset_password
from members.enums import Role
from members.models import Post, SignInEntry, User
from tests.members.builders import ON, PASSWORD, staff_user, union
from unionportal import settings as shipped
from unionportal.core.actor import SYSTEM
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def officer(*roles: str) -> User:
    user = staff_user()
    for role in roles or (Role.MAKER,):
        appoint(
            user_id=user.pk,
            organisation_id=union().pk,
            role=role,
            on=ON,
            by=SYSTEM,
        )
    user.refresh_from_db()
    return user


def signed_in(user: User, *, address: str = "127.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    entered = {"username": user.username, "password": PASSWORD, "next": "/staff/"}
    answer = client.post("/staff/login/", entered)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    return client


def is_in(client: Client) -> bool:
    return client.get("/staff/password_change/").status_code == 200


def test_r16_a_session_gets_a_new_id_at_sign_in() -> None:
    client = Client()
    client.get("/staff/login/")
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    user = officer()
    entered = {"username": user.username, "password": PASSWORD, "next": "/staff/"}
    client.post("/staff/login/", entered)

    assert client.session.session_key != session.session_key
    planted = Client()
    planted.cookies["sessionid"] = str(session.session_key)
    assert not is_in(planted)
    assert is_in(client)


@pytest.mark.parametrize("change", ["appoint", "end", "password", "deactivate"])
def test_r16_all_sessions_end_with_the_next_request_after_a_change(change: str) -> None:
    user = officer()
    clients = [signed_in(user), signed_in(user, address="10.0.0.9")]
    assert all(is_in(client) for client in clients)
    if change == "appoint":
        appoint(
            user_id=user.pk,
            organisation_id=union().pk,
            role=Role.PAYER,
            on=ON,
            by=SYSTEM,
        )
    elif change == "end":
        end_post(post_id=Post.objects.get(user=user).pk, on=ON, by=SYSTEM)
    elif change == "password":
        reset_password(user_id=user.pk, password="Another-9-word", on=ON, by=SYSTEM)
    else:
        deactivate_user(user_id=user.pk, reason="离职", on=ON, by=SYSTEM)

    assert [is_in(client) for client in clients] == [False, False]
    assert not UserSession.objects.filter(user=user).exists()


def test_r16_sessions_end_though_the_cache_still_knows_them() -> None:
    user = officer()
    client = signed_in(user)
    key = client.session.session_key
    kept = caches["sessions"].get(f"django.contrib.sessions.cached_db{key}")
    assert kept is not None
    reset_password(user_id=user.pk, password="Another-9-word", on=ON, by=SYSTEM)
    caches["sessions"].set(f"django.contrib.sessions.cached_db{key}", kept)

    assert not is_in(client)


def test_r16_ones_own_new_password_ends_the_others_and_keeps_this_one() -> None:
    user = officer()
    here, elsewhere = signed_in(user), signed_in(user, address="10.0.0.9")
    new = "Quite-another-9"
    here.post(
        "/staff/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_an_idle_session_of_staff_ends_after_thirty_minutes() -> None:
    client = signed_in(officer())
    with time_machine.travel(timezone.now() + timedelta(minutes=29), tick=False):
        assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=58), tick=False):
        caches["sessions"].delete(f"seen:{client.session.session_key}")
        assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=89), tick=False):
        caches["sessions"].clear()
        answer = client.get("/staff/")
        assert (answer.status_code, "/staff/login/" in answer["Location"]) == (
            302,
            True,
        )
        assert "30 分钟没有操作" in client.get("/staff/login/").content.decode()


def test_a_page_that_asks_by_itself_does_not_keep_a_session_alive() -> None:
    client = signed_in(officer())
    before = UserSession.objects.get().last_seen_at
    caches["sessions"].clear()
    client.get("/staff/assistance/rounds/1/progress/")

    assert UserSession.objects.get().last_seen_at == before


def test_own_sessions_are_listed_and_ended_one_by_one_or_all_others() -> None:
    user = officer()
    here = signed_in(user)
    there, third = (signed_in(user, address=f"10.0.0.{n}") for n in (7, 8))
    text = here.get("/staff/access/sessions/").content.decode()
    assert ("10.0.0.7" in text, "10.0.0.8" in text) == (True, True)
    one = UserSession.objects.get(ip="10.0.0.7")
    here.post(f"/staff/access/sessions/{one.pk}/end/")
    assert [is_in(client) for client in (here, there, third)] == [True, False, True]
    here.post("/staff/access/sessions/others/end/")
    assert [is_in(client) for client in (here, third)] == [True, False]


def test_nobody_ends_a_session_of_somebody_else_by_its_number() -> None:
    victim, other = officer(), officer()
    client = signed_in(victim)
    session = UserSession.objects.get(user=victim)
    answer = signed_in(other).post(f"/staff/access/sessions/{session.pk}/end/")

    assert (answer.status_code, is_in(client)) == (404, True)


def test_administrator_ends_the_session_of_a_user_of_his_unions_alone() -> None:
    client = signed_in(officer())
    session = UserSession.objects.get()
    neighbour = staff_user()
    appoint(
        user_id=neighbour.pk,
        organisation_id=union("350430").pk,
        role=Role.ADMINISTRATOR,
        on=ON,
        by=SYSTEM,
    )
    path = f"/staff/access/online/{session.pk}/end/"
    assert signed_in(neighbour).post(path).status_code == 404
    assert is_in(client)
    boss = signed_in(officer(Role.ADMINISTRATOR))
    assert "127.0.0.1" in boss.get("/staff/access/online/").content.decode()
    boss.post(path)
    assert not is_in(client)


def test_who_is_on_line_is_found_by_union_and_address_and_leaves_as_a_file() -> None:
    user = officer()
    signed_in(user, address="10.0.0.7")
    boss = signed_in(officer(Role.ADMINISTRATOR))
    page = "/staff/access/online/"
    asked = {
        "": True,
        f"?search={user.username}&union={union().name[:4]}&address=10.0.0.7": True,
        "?union=建宁": False,
        "?address=10.0.0.8": False,
        "?search=nobody": False,
    }
    for query, is_there in asked.items():
        shown = boss.get(f"{page}{query}").content.decode()
        assert (f"<td>{user.username}</td>" in shown, query) == (is_there, query)
        file = boss.post(f"{page}export/{query}", {"format": "csv"})
        text = b"".join(file).decode()
        assert (user.username in text, query) == (is_there, query)
        assert (union().short_name in text, query) == (is_there, query)
    assert AuditEntry.objects.filter(verb="export_list").count() == len(asked)


def test_the_log_shows_an_auditor_his_unions_and_a_maker_nothing() -> None:
    user = officer()
    signed_in(user)
    assert signed_in(user).get("/staff/access/sign-ins/").status_code == 403
    auditor = signed_in(officer(Role.AUDITOR))
    text = auditor.get("/staff/access/sign-ins/?outcome=succeeded").content.decode()
    assert user.username in text
    elsewhere = staff_user()
    appoint(
        user_id=elsewhere.pk,
        organisation_id=union("350430").pk,
        role=Role.AUDITOR,
        on=ON,
        by=SYSTEM,
    )
    page = signed_in(elsewhere).get("/staff/access/sign-ins/")
    assert user.username not in page.content.decode()
    assert SignInEntry.objects.filter(user=user, outcome="succeeded").count() == 2


def test_r16_cookie_flags_in_the_shipped_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DEBUG", "DEMONSTRATION", "HTTPS"):
        monkeypatch.delenv(name, raising=False)
    fresh = importlib.reload(shipped)
    try:
        flags = (
            fresh.SESSION_COOKIE_SECURE,
            fresh.CSRF_COOKIE_SECURE,
            fresh.SESSION_COOKIE_HTTPONLY,
            fresh.SESSION_COOKIE_SAMESITE,
            fresh.SECURE_SSL_REDIRECT,
            fresh.SECURE_HSTS_SECONDS,
        )
    finally:
        monkeypatch.undo()
        importlib.reload(shipped)
    assert flags == (True, True, True, "Lax", True, 365 * 24 * 60 * 60)


def test_r16_the_session_cookie_is_hidden_from_scripts() -> None:
    cookie = signed_in(officer()).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_r16_sign_in_leads_to_our_own_pages_only(target: str) -> None:
    user = officer()
    entered = {"username": user.username, "password": PASSWORD, "next": target}
    answer = Client().post("/staff/login/", entered)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")


def test_r16_a_foreign_host_header_is_refused(settings: Settings) -> None:
    client = Client(HTTP_HOST="evil.example")
    assert client.get("/staff/login/").status_code == 400


def test_r16_a_form_without_its_token_is_refused() -> None:
    user = officer()
    client = Client(enforce_csrf_checks=True)
    entered = {"username": user.username, "password": PASSWORD, "next": "/staff/"}
    assert client.post("/staff/login/", entered).status_code == 403
    client.get("/staff/login/")
    token = client.cookies["csrftoken"].value
    entered["csrfmiddlewaretoken"] = token
    assert client.post("/staff/login/", entered).status_code == 302
    assert client.post("/staff/access/sessions/others/end/").status_code == 403
