"""The sandbox: a county's system practises, and no row of the register ever hears of it."""

import json
import threading
from typing import Any

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connection
from django.test import Client

from members.actions.api_client import stop_client
from members.actions.sandbox import COUNTY as PRACTICE
from members.actions.sandbox import NEIGHBOUR, reset_sandbox, start_items
from members.enums import ClientKind, Role
from members.models import ApiClient, Person
from members.queries.post import actor_of_client
from members.rules.uscc import whole_code
from tests.assistance.api.callers import API, bearing, refusal, registered, token_of
from tests.members.api.horizon import settled
from tests.members.api.test_breaking import somebody_waits
from tests.members.api.test_bulk import results, sent
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, staff
from unionportal.core import sandbox
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandboxes")]


def practising() -> Client:
    return bearing(token_of(registered(kind=ClientKind.SANDBOX, may_write=True)))


def read(client: Client, address: str) -> Any:  # noqa: ANN401 - any JSON
    answer = client.get(f"{API}/{address}")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def names(client: Client) -> list[str]:
    return [row["name"] for row in read(client, "people/")["results"]]


def counts() -> dict[str, int]:
    """Rows of every table of the real database."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed
    }


def newcomer() -> dict[str, str]:
    known = start_items()["people"][0]
    return known | {
        "external_id": "p-99",
        "name": "新来沙箱",
        "id_number": "11010519491231002X",
    }


@pytest.mark.django_db(transaction=True)
def test_a_sandbox_is_read_written_and_reset_and_the_register_has_no_row_of_it() -> (
    None
):
    person("真实的人")
    one, other = practising(), practising()
    before = counts()

    start = names(one)
    assert len(start) == 12
    assert all(name.endswith("沙箱") for name in start)
    answer = one.get(f"{API}/organisations/")
    assert answer["Portal-Sandbox"] == "1"
    assert json.loads(answer.content)["results"][0]["code"] == PRACTICE
    cursor = read(one, "changes/")["cursor"]
    outside = start_items()["people"][1] | {"organisation": NEIGHBOUR}
    outside |= {"external_id": "p-98", "id_number": "440524188001010014"}
    assert results(sent(one, "people", [newcomer(), outside], "k-1")) == [
        ("created", []),
        ("refused", ["organisation:outside"]),
    ]
    assert results(sent(one, "people", [newcomer(), outside], "k-1"))[0][0] == "created"
    assert sent(one, "people", [newcomer()], "k-1")[0] == 409
    settled()
    (line,) = read(one, f"changes/?cursor={cursor}")["changes"]
    assert (line["kind"], line["external_id"]) == ("person", "p-99")
    assert read(one, "rounds/")["results"] == []

    assert names(one) == [*start, "新来沙箱"]
    assert names(other) == start  # each has its own
    assert counts() == before  # and nothing of it is in any table of the register

    assert one.post(f"{API}/sandbox/reset/").status_code == 204
    assert names(one) == start
    lost = one.get(f"{API}/changes/?cursor={cursor}")
    assert refusal(lost) == (409, "client_error", "cursor_lost")
    changed = {label: n for label, n in counts().items() if n != before[label]}
    assert set(changed) <= {"core.AuditEntry", "core.AuditLink"}


def test_a_sandbox_client_reaches_nothing_of_the_register() -> None:
    made = registered(kind=ClientKind.SANDBOX, may_write=True)
    someone = person("真实的人")
    client = bearing(token_of(made))

    assert actor_of_client(made.client_id, on=ON).seats == ()
    assert "真实的人" not in names(client)
    assert client.get(f"{API}/people/{10**9 + someone.pk}/").status_code == 404
    item = newcomer() | {"organisation": COUNTY}
    assert results(sent(client, "people", [item])) == [
        ("refused", ["organisation:unknown"])
    ]
    answer = client.put(
        f"{API}/webhook/",
        json.dumps({"url": "https://hooks.example.org/x"}),
        content_type="application/json",
    )
    assert refusal(answer) == (409, "client_error", "sandbox")


def test_only_a_sandbox_is_reset_by_itself_or_by_its_administrator() -> None:
    real = registered(COUNTY, may_write=True)
    made = registered(COUNTY, kind=ClientKind.SANDBOX)
    answer = bearing(token_of(real)).post(f"{API}/sandbox/reset/")
    assert refusal(answer) == (409, "client_error", "sandbox")
    reading = bearing(token_of(made)).post(f"{API}/sandbox/reset/")
    assert refusal(reading)[0] == 403
    for by in (
        staff(Role.MAKER),
        staff(Role.ADMINISTRATOR, at=NEXT_COUNTY),
        actor_of_client(real.client_id, on=ON),
    ):
        with pytest.raises(Refusal):
            reset_sandbox(client_pk=made.api_client.pk, on=ON, by=by)
    with pytest.raises(Refusal, match="正式客户端"):
        reset_sandbox(client_pk=real.api_client.pk, on=ON, by=SYSTEM)
    assert not sandbox.exists(sandbox.name_of(made.api_client.pk))

    administrator = staff(Role.ADMINISTRATOR)
    reset_sandbox(client_pk=made.api_client.pk, on=ON, by=administrator)

    assert sandbox.exists(sandbox.name_of(made.api_client.pk))
    (entry, _registered) = history_of(made.api_client)
    assert (entry.verb, entry.actor_name) == ("reset_sandbox", administrator.name)


@pytest.mark.django_db(transaction=True)
def test_a_reset_waits_for_the_requests_under_way() -> None:
    made = registered(kind=ClientKind.SANDBOX)
    number, started, go_on = made.api_client.pk, threading.Event(), threading.Event()
    ended: list[str] = []

    def answering() -> None:
        with sandbox.inside(number):
            started.set()
            go_on.wait(30)
            ended.append(f"answered {Person.objects.count()}")
        connection.close()

    def resetting() -> None:
        reset_sandbox(client_pk=number, on=ON, by=SYSTEM)
        ended.append("reset")
        connection.close()

    first = threading.Thread(target=answering)
    first.start()
    assert started.wait(30)
    second = threading.Thread(target=resetting)
    second.start()
    somebody_waits()
    assert ended == []
    go_on.set()
    first.join(30)
    second.join(30)

    assert ended == ["answered 12", "reset"]


def test_a_stopped_sandbox_answers_no_more() -> None:
    made = registered(kind=ClientKind.SANDBOX)
    client = bearing(token_of(made))
    assert names(client)

    stop_client(client_pk=made.api_client.pk, reason="试完了", on=ON, by=SYSTEM)

    assert client.get(f"{API}/people/").status_code == 401
    assert not sandbox.exists(sandbox.name_of(made.api_client.pk))


def test_the_role_of_the_sandboxes_has_no_right_in_the_register() -> None:
    here = connection.settings_dict["NAME"]
    role = connection.settings_dict["USER"]
    with (
        sandbox.standing_in(DEFAULT_DB_ALIAS, {"USER": "unionportal_sandbox"}),
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        Person.objects.exists()
    assert (connection.settings_dict["NAME"], connection.settings_dict["USER"]) == (
        here,
        role,
    )


def test_nothing_but_a_sandbox_is_thrown_away() -> None:
    with pytest.raises(ValueError, match="not a sandbox"):
        sandbox.throw_away(str(connection.settings_dict["NAME"]))


def test_the_start_state_is_marked_as_a_sandbox() -> None:
    for items in start_items().values():
        assert all("沙箱" in one["name"] for one in items)
    assert (
        whole_code(f"81{PRACTICE}", "MC000001")
        == start_items()["organisations"][0]["code"]
    )
    assert ApiClient.objects.count() == 0
