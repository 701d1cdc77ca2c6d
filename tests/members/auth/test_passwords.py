"""Staff passwords: long, mixed, uncommon, not used before, not kept for ever."""

from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from members.actions.user import (
    change_own_password,
    create_staff_user,
    reset_password,
)
from members.models import PastPassword, User
from members.queries.post import actor_of
from members.rules.password_age import is_too_old
from tests.members.builders import ON, PASSWORD, staff_user
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Ab-1", "10"),
        ("password123", "常见|三种"),
        ("onlysmallletters", "三种"),
        ("82937461923874", "三种"),
        ("liusanjie-2026", "用户名"),
    ],
)
def test_a_weak_password_is_refused_with_the_rule(password: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        create_staff_user(
            username="liusanjie", name="刘三姐", password=password, on=ON, by=SYSTEM
        )
    assert not User.objects.filter(username="liusanjie").exists()


def test_none_of_the_last_five_passwords_comes_back() -> None:
    user = staff_user()
    words = [f"Changed-word-{number}" for number in range(5)]
    for word in words:
        change(user, word)
    for used in words:
        with pytest.raises(Refusal, match="最近 5 次"):
            change(user, used)
    change(user, PASSWORD)
    assert PastPassword.objects.filter(user=user).count() == 7


def change(user: User, password: str) -> None:
    change_own_password(
        user_id=user.pk, password=password, on=ON, by=actor_of(user, on=ON)
    )


def test_nobody_changes_the_password_of_another() -> None:
    with pytest.raises(Refusal, match="只能修改自己"):
        change_own_password(
            user_id=staff_user().pk,
            password="Changed-word-1",
            on=ON,
            by=actor_of(staff_user(), on=ON),
        )


def test_a_reset_password_is_changed_at_the_next_sign_in(client: Client) -> None:
    user = staff_user()
    reset_password(user_id=user.pk, password="Given-word-1", on=ON, by=SYSTEM)
    entered = {"username": user.username, "password": "Given-word-1"}
    client.post("/staff/login/", entered)
    assert client.get("/staff/")["Location"] == "/staff/password_change/"
    weak = {"old_password": "Given-word-1", "new_password1": "x", "new_password2": "x"}
    assert client.post("/staff/password_change/", weak).status_code == 200
    assert client.get("/staff/").status_code == 302


def test_an_old_password_is_changed_before_anything_else(
    client: Client, settings: Settings
) -> None:
    settings.STAFF_PASSWORD_DAYS = 90
    user = staff_user()  # chosen long ago
    client.post("/staff/login/", {"username": user.username, "password": PASSWORD})
    assert client.get("/staff/")["Location"] == "/staff/password_change/"
    new = "Fresh-word-9"
    client.post(
        "/staff/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize(
    ("chosen_on", "days", "expected"),
    [
        (ON, 90, False),
        (ON - timedelta(days=90), 90, False),
        (ON - timedelta(days=91), 90, True),
        (None, 90, True),
        (None, 0, False),
        (date(2000, 1, 1), 0, False),
    ],
)
def test_the_age_of_a_password(
    chosen_on: date | None, days: int, expected: bool
) -> None:
    assert is_too_old(chosen_on, on=ON, days=days) is expected
