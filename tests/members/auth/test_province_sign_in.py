"""A province's own login: against a real server on a socket of this machine."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from members.models import SignInEntry, User
from tests.members.auth.province import (
    CLIENT_ID,
    CODE,
    SECRET,
    ProvinceServer,
    province_server,
)
from tests.members.builders import person, staff_user

pytestmark = pytest.mark.django_db
HERE = "/staff/account/province/"


def offer(settings: Settings, server: ProvinceServer) -> None:
    settings.PROVINCE_OIDC_URL = server.url
    settings.PROVINCE_OIDC_NAME = "省总统一认证"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "province",
                    "name": "省总统一认证",
                    "client_id": CLIENT_ID,
                    "secret": SECRET,
                    "settings": {"server_url": server.url},
                }
            ]
        }
    }


def come(client: Client, code: str = CODE) -> str:
    """Go to the province's server and back; returns where one is led."""
    answer = client.post(HERE)
    asked = parse_qs(urlsplit(answer["Location"]).query)
    back = {"code": code, "state": asked["state"][0]}
    return str(client.get(f"{HERE}callback/", back)["Location"])


def is_in(client: Client) -> bool:
    return client.get("/staff/password_change/").status_code == 200


def test_a_known_member_of_staff_comes_in_and_is_known_by_subject(
    settings: Settings,
) -> None:
    user, count = staff_user(), User.objects.count()
    with province_server(sub="s-1", preferred_username=user.username) as server:
        offer(settings, server)
        client = Client()
        assert "省总统一认证" in client.get("/staff/login/").content.decode()
        assert (come(client), is_in(client)) == ("/staff/", True)
        account = SocialAccount.objects.get()
        assert (account.user, account.uid, account.extra_data) == (user, "s-1", {})
        # The name may change at the province; the subject is what counts.
        server.person["preferred_username"] = "somebody-else"
        again = Client()
        assert (come(again), is_in(again)) == ("/staff/", True)
    assert User.objects.count() == count
    entries = SignInEntry.objects.filter(user=user).values_list("method", "outcome")
    assert list(entries) == [("province", "succeeded")] * 2


@pytest.mark.parametrize("who", ["unknown", "worker", "closed", "nameless"])
def test_nobody_is_made_and_nobody_else_comes_in(settings: Settings, who: str) -> None:
    staff_user()
    names = {"unknown": "nobody", "nameless": ""}
    if who == "worker":
        someone = person()
        names[who] = User.objects.create_user("p9", name="x", person=someone).username
    elif who == "closed":
        closed = staff_user()
        User.objects.filter(pk=closed.pk).update(is_active=False)
        names[who] = closed.username
    count = User.objects.count()
    with province_server(sub="s-2", preferred_username=names[who]) as server:
        offer(settings, server)
        client = Client()
        assert (come(client), is_in(client)) == ("/staff/login/", False)
        assert "没有与之对应" in client.get("/staff/login/").content.decode()
    assert (User.objects.count(), SocialAccount.objects.count()) == (count, 0)


def test_a_user_closed_since_does_not_come_in_by_his_subject(
    settings: Settings,
) -> None:
    user = staff_user()
    with province_server(sub="s-3", preferred_username=user.username) as server:
        offer(settings, server)
        come(Client())
        User.objects.filter(pk=user.pk).update(is_active=False)
        client = Client()
        assert (come(client), is_in(client)) == ("/staff/login/", False)


def test_a_forged_answer_is_refused(settings: Settings) -> None:
    user = staff_user()
    with province_server(sub="s-4", preferred_username=user.username) as server:
        offer(settings, server)
        client = Client()
        assert (come(client, "forged"), is_in(client)) == ("/staff/login/", False)
        client.get(f"{HERE}callback/", {"code": CODE, "state": "forged"})
        assert not is_in(client)
        assert "统一认证没有完成" in client.get("/staff/login/").content.decode()


def test_without_a_province_s_server_there_is_no_such_door() -> None:
    staff_user()
    client = Client()
    assert client.post(HERE)["Location"] == "/staff/login/"
    assert "统一认证" not in client.get("/staff/login/").content.decode()
