"""County systems get a token, and nothing without one."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from members.actions.api_client import limit_client, stop_client
from members.auth.limits import count_in_window
from members.auth.throttles import TokenThrottle
from members.enums import Role
from members.models import api_client
from tests.assistance.api.callers import (
    API,
    bearing,
    caller,
    ids,
    post_form,
    refusal,
    registered,
    token_answer,
    token_of,
    written_token,
)
from tests.assistance.builders import ON
from unionportal.core.actor import SYSTEM, Actor, Seat
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
DOSSIERS = f"{API}/dossiers/"


def test_token_by_form_reads() -> None:
    answer = token_answer(registered())

    assert answer.status_code == 200
    body = json.loads(answer.content)
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["scope"] == "read"
    assert ids(bearing(body["access_token"]).get(DOSSIERS)) == []


def test_token_by_basic_reads() -> None:
    made = registered()
    pair = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()

    answer = post_form(
        "token",
        {"grant_type": "client_credentials"},
        Client(headers={"Authorization": f"Basic {pair}"}),
    )

    assert answer.status_code == 200
    assert ids(bearing(json.loads(answer.content)["access_token"]).get(DOSSIERS)) == []


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"scope": "read write"}, 400, "invalid_scope"),
    ],
)
def test_token_is_refused(form: dict[str, str], status: int, error: str) -> None:
    answer = token_answer(registered(), **form)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (status, error)
    assert not Token.objects.exists()


def test_token_address_takes_no_reading_and_no_json() -> None:
    assert refusal(Client().get(f"{API}/token"))[0] == 405
    answer = Client().post(f"{API}/token", {}, content_type="application/json")
    assert refusal(answer) == (415, "client_error", "unsupported_media_type")


def test_token_address_counts_by_address() -> None:
    made = registered()
    for _ in range(TokenThrottle.limit):
        assert token_answer(made, client_secret="guess").status_code == 401

    answer = token_answer(made)

    assert refusal(answer) == (429, "client_error", "throttled")
    assert answer["Retry-After"] == "60"
    assert not Token.objects.exists()


def test_revoked_token_is_refused() -> None:
    made = registered()
    token = token_of(made)
    form = {"token": token, "client_id": made.client_id, "client_secret": made.secret}

    assert post_form("revoke", form).status_code == 200

    assert bearing(token).get(DOSSIERS).status_code == 401


def test_token_of_another_client_is_not_revoked() -> None:
    made, other = registered(), registered()
    token = token_of(made)
    form = {"token": token, "client_id": other.client_id, "client_secret": "guess"}

    assert post_form("revoke", form).status_code == 401

    assert bearing(token).get(DOSSIERS).status_code == 200


def test_without_a_token_401_names_the_scheme() -> None:
    answer = Client().get(DOSSIERS)

    assert refusal(answer) == (401, "client_error", "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert json.loads(answer.content)["errors"][0]["detail"] == "身份认证信息未提供。"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong",
        "bearer wrong",
        "Bearer ",
        "Bearer",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "Bearer 令牌".encode().decode("latin-1"),
    ],
)
def test_with_a_wrong_token_401(header: str) -> None:
    answer = Client(headers={"Authorization": header}).get(DOSSIERS)

    assert refusal(answer) == (401, "client_error", "authentication_failed")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    detail = json.loads(answer.content)["errors"][0]["detail"]
    assert detail == "访问令牌无效或已过期，请重新获取。"


def test_a_token_in_the_address_does_not_count() -> None:
    token = token_of(registered())
    assert Client().get(DOSSIERS, {"access_token": token}).status_code == 401


def test_an_expired_token_401() -> None:
    past = timezone.now() - timedelta(seconds=1)
    token = written_token(registered(), scopes=("read",), expires_at=past)
    assert bearing(token).get(DOSSIERS).status_code == 401


def test_a_token_of_a_stopped_client_401_with_the_reason() -> None:
    made = registered()
    token = token_of(made)
    stop_client(client_pk=made.api_client.pk, reason="系统下线", on=ON, by=SYSTEM)

    answer = bearing(token).get(DOSSIERS)

    assert refusal(answer) == (401, "client_error", "authentication_failed")
    assert "已停用" in json.loads(answer.content)["errors"][0]["detail"]


def test_without_the_scope_403() -> None:
    token = written_token(registered(), scopes=("openid",))

    answer = bearing(token).get(DOSSIERS)

    assert refusal(answer) == (403, "client_error", "permission_denied")
    assert "scope=read" in json.loads(answer.content)["errors"][0]["detail"]


def test_a_session_of_staff_opens_no_door_of_the_api(admin_user: object) -> None:
    staff = Client()
    staff.force_login(admin_user)  # type: ignore[arg-type]
    assert staff.get(DOSSIERS).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(method: str) -> None:
    answer = getattr(caller(), method)(DOSSIERS, {}, content_type="application/json")
    assert refusal(answer) == (405, "client_error", "method_not_allowed")


def test_a_client_is_throttled_and_another_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api_client, "CLIENT_LIMIT", 2)
    first, second = caller(), caller()

    answers = [first.get(DOSSIERS) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one["RateLimit-Limit"] for one in answers] == ["2", "2", "2"]
    assert [one["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert answers[2]["Retry-After"] == answers[2]["RateLimit-Reset"]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    (told,) = json.loads(answers[2].content)["errors"]
    seconds = answers[2]["Retry-After"]
    assert told["detail"] == f"本客户端每分钟最多 2 次请求，请 {seconds} 秒后再试。"
    other = second.get(DOSSIERS)
    assert (other.status_code, other["RateLimit-Remaining"]) == (200, "1")


def test_a_client_has_a_limit_of_its_own_which_its_administrator_sets() -> None:
    made = registered()
    client = bearing(token_of(made))
    at = made.api_client.organisation
    administrator = Actor(
        kind="staff",
        name="管理员",
        seats=(Seat(Role.ADMINISTRATOR, at.pk, at.path),),
    )
    assert client.get(DOSSIERS)["RateLimit-Limit"] == "600"

    def limited(number: int | None, *, reason: str = "夜间对账", by: Actor) -> None:
        limit_client(
            client_pk=made.api_client.pk, per_minute=number, reason=reason, on=ON, by=by
        )

    maker = replace(administrator, seats=(Seat(Role.MAKER, at.pk, at.path),))
    for number, reason, by in (
        (50, "夜间对账", maker),
        (50, " ", administrator),
        (9, "夜间对账", administrator),
        (6_001, "夜间对账", administrator),
        (None, "夜间对账", administrator),
    ):
        with pytest.raises(Refusal):
            limited(number, reason=reason, by=by)
    assert client.get(DOSSIERS)["RateLimit-Limit"] == "600"

    limited(10, by=administrator)

    answers = [client.get(DOSSIERS) for _ in range(9)]
    assert [one.status_code for one in answers] == [200] * 8 + [429]
    assert answers[-1]["RateLimit-Limit"] == "10"
    limited(None, by=administrator)
    assert client.get(DOSSIERS).status_code == 200
    latest, first, _registered = history_of(made.api_client)
    assert (first.verb, first.changes, first.reason) == (
        *("limit_client", {"requests_per_minute": [None, 10]}, "夜间对账"),
    )
    assert latest.changes == {"requests_per_minute": [10, None]}


def test_the_minute_of_a_client_begins_with_its_first_request(
    redis_client: object,
) -> None:
    def count(now: float) -> tuple[int, int]:
        return count_in_window("a", seconds=60, now=now)

    assert [count(1000.0), count(1019.5), count(1060.0)] == [(1, 60), (2, 41), (3, 1)]
    cache.clear()
    assert count(1061.0) == (1, 60)
