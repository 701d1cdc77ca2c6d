"""Changes pushed to a county's own address: signed, ids only, sent until they are taken."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from members.actions.webhook import resend_delivery, resume_webhook
from members.actions.webhook_push import request_pushes
from members.enums import DeliveryState, Role
from members.models import Webhook, WebhookDelivery
from members.queries.webhook import webhooks_turned_off
from tests.assistance.api.callers import API, Answer, caller, refusal
from tests.members.api.horizon import settled
from tests.members.api.receiver import Receiver, documented_check, running_receiver
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, staff
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.webhooks import is_allowed, signature_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with running_receiver() as running:
        settings.WEBHOOK_HOSTS = ["hooks.example.org", running.url]
        yield running


def put(client: Client, url: object) -> Answer:
    answer: Answer = client.put(
        f"{API}/webhook/", json.dumps({"url": url}), content_type="application/json"
    )
    return answer


def read(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(client.get(f"{API}/webhook/").content)
    return told


def pushed() -> int:
    """What the scheduler and a worker do within a minute."""
    found = request_pushes(on=ON, at=timezone.now())
    run_due_jobs()
    return found


def waiting(county: Client, receiver: Receiver) -> WebhookDelivery:
    """A body that waits for a county's address."""
    put(county, receiver.url)
    now = timezone.now()
    return Webhook.objects.get().deliveries.create(
        number="msg_1", body="{}", event_count=1, created_at=now, next_at=now
    )


def due_again() -> None:
    WebhookDelivery.objects.filter(delivered_at=None).update(next_at=timezone.now())


def administrator() -> Actor:
    return staff(Role.ADMINISTRATOR)


@pytest.mark.django_db(transaction=True)
def test_changes_reach_a_real_receiver_signed_and_in_order(receiver: Receiver) -> None:
    county, neighbour = caller(COUNTY), caller(NEXT_COUNTY)
    settled()
    secret = json.loads(put(county, f"{receiver.url}/in?a=1").content)["secret"]
    put(neighbour, f"{receiver.url}/neighbour")
    someone = person("欧阳推送")
    settled()

    assert pushed() == 1  # the neighbour has no news
    (notice,) = receiver.came
    assert notice.path == "/in?a=1"
    told = json.loads(notice.body)
    assert told["changes"] == [
        {"kind": "person", "id": someone.pk, "change": "changed", "moved_to": None}
    ]
    assert set(told) == {"type", "timestamp", "changes", "cursor", "cursor_lost"}
    _is_verified_as_documented(secret, notice.headers, notice.body)
    assert pushed() == 0

    # What fails waits, and what comes meanwhile waits behind it.
    receiver.answers = [500, 200]
    second = person("第二个")
    settled()
    pushed()
    third = person("第三个")
    settled()
    assert pushed() == 0
    failed = WebhookDelivery.objects.get(delivered_at=None)
    assert (failed.state, failed.last_status) == (DeliveryState.RETRYING, 500)
    assert read(county)["failing_since"] is not None
    due_again()
    pushed()

    _first, bad, again, last = receiver.came
    assert (again.body, again.headers["webhook-id"]) == (bad.body, failed.number)
    ids = [
        [one["id"] for one in json.loads(each.body)["changes"]] for each in (bad, last)
    ]
    assert ids == [[second.pk], [third.pk]]
    assert read(county) == {
        "url": f"{receiver.url}/in?a=1",
        "is_active": True,
        "failing_since": None,
        "off_reason": "",
    }
    _a_lost_cursor_is_told(receiver)


def _is_verified_as_documented(
    secret: str, headers: dict[str, str], body: bytes
) -> None:
    verified, seen = documented_check(), set[str]()
    number, told = headers["webhook-id"], int(headers["webhook-timestamp"])
    assert not verified(secret, headers, body + b" ", seen)
    assert not verified("whsec_bm90IG91cnM=", headers, body, seen)
    for off in (-301, 302):
        stamp = int(time.time()) + off
        old = headers | {
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature_of(secret, number, stamp, body),
        }
        assert not verified(secret, old, body, seen)
    assert not verified(secret, headers | {"webhook-id": "msg_other"}, body, seen)
    assert verified(secret, headers, body, seen)
    assert not verified(secret, headers, body, seen)  # played again
    assert abs(told - time.time()) < 60


def _a_lost_cursor_is_told(receiver: Receiver) -> None:
    webhook = Webhook.objects.get(url__contains="/in")
    webhook.cursor = "1-00000001.5.5"
    webhook.save(update_fields=["cursor"])
    pushed()
    told = json.loads(receiver.came[-1].body)
    assert (told["cursor_lost"], told["changes"]) == (True, [])


@pytest.mark.django_db
def test_an_address_that_fails_for_days_is_turned_off_and_its_administrator_told(
    receiver: Receiver,
) -> None:
    county = caller(COUNTY)
    delivery = waiting(county, receiver)
    receiver.answers = [503]
    pauses = []
    for _attempt in range(8):
        due_again()
        pushed()
        delivery.refresh_from_db()
        assert delivery.next_at is not None
        pauses.append(round((delivery.next_at - timezone.now()) / MINUTE))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert webhooks_turned_off(administrator(), ON) == []

    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3))
    due_again()
    pushed()

    assert read(county)["off_reason"] == "连续 3 天没有送达"
    assert WebhookDelivery.objects.get().state == DeliveryState.HELD
    (item,) = webhooks_turned_off(administrator(), ON)
    assert (item.title, "连续 3 天" in item.detail) == ("变化推送已停用", True)
    assert webhooks_turned_off(staff(Role.ADMINISTRATOR, at=NEXT_COUNTY), ON) == []
    assert webhooks_turned_off(staff(Role.MAKER), ON) == []
    came = len(receiver.came)
    due_again()
    assert (pushed(), len(receiver.came)) == (0, came)
    _resumed_and_sent_again(delivery, receiver)


def _resumed_and_sent_again(delivery: WebhookDelivery, receiver: Receiver) -> None:
    now, webhook = timezone.now(), delivery.webhook
    with pytest.raises(Refusal):  # it is off
        resend_delivery(delivery_id=delivery.pk, on=ON, at=now, by=administrator())
    with pytest.raises(Refusal, match="管理员"):
        resume_webhook(webhook_id=webhook.pk, on=ON, at=now, by=staff(Role.MAKER))
    receiver.answers, receiver.came = [200], []
    resume_webhook(webhook_id=webhook.pk, on=ON, at=now, by=administrator())
    run_due_jobs()
    resend_delivery(delivery_id=delivery.pk, on=ON, at=now, by=administrator())
    run_due_jobs()
    assert [one.headers["webhook-id"] for one in receiver.came] == ["msg_1", "msg_1"]
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    verbs = [entry.verb for entry in history_of(webhook)]
    assert verbs[:3] == ["resend_delivery", "resume_webhook", "turn_off_webhook"]


@pytest.mark.django_db
def test_no_redirect_is_followed_and_who_does_not_answer_in_time_has_not_taken(
    receiver: Receiver, settings: Settings
) -> None:
    delivery = waiting(caller(COUNTY), receiver)
    receiver.answers, receiver.location = [302], f"{receiver.url}/elsewhere"
    pushed()
    assert [one.path for one in receiver.came] == ["/"]

    with running_receiver() as closed:
        gone = closed.url
    settings.WEBHOOK_HOSTS = [gone]
    for url, error in (
        (receiver.url, "地址不在 WEBHOOK_HOSTS 中"),
        (gone, "连接不上对方"),
    ):
        Webhook.objects.update(url=url)
        due_again()
        pushed()
        delivery.refresh_from_db()
        assert (delivery.last_status, delivery.last_error) == (None, error)
    assert len(receiver.came) == 1


@pytest.mark.django_db
def test_a_client_sets_renews_and_ends_its_address(receiver: Receiver) -> None:
    county, neighbour = caller(COUNTY), caller(NEXT_COUNTY)
    assert refusal(county.get(f"{API}/webhook/"))[0] == 404
    assert refusal(county.delete(f"{API}/webhook/"))[0] == 404

    first, second = (json.loads(put(county, receiver.url).content) for _ in range(2))

    assert first["secret"] != second["secret"]
    assert put(county, receiver.url)["Cache-Control"] == "no-store"
    assert "secret" not in read(county)
    assert refusal(neighbour.get(f"{API}/webhook/"))[0] == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM members_webhook")
        ((sealed,),) = cursor.fetchall()
    assert b"whsec_" not in bytes(sealed)

    strange = put(county, "https://169.254.169.254/latest")
    assert refusal(strange) == (409, "client_error", "webhook_host")
    assert refusal(put(county, "https://a@hooks.example.org/"))[:2] == (
        400,
        "validation_error",
    )
    assert refusal(county.get(f"{API}/webhook/", {"a": "b"}))[0] == 400

    assert county.delete(f"{API}/webhook/").status_code == 204
    assert refusal(county.get(f"{API}/webhook/"))[0] == 404
    trail = history_of(Webhook.objects.get())
    assert [entry.verb for entry in trail][:2] == ["end_webhook", "set_webhook"]
    assert not any("whsec_" in str(entry.changes) for entry in trail)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.example.org/in", True),
        ("https://HOOKS.example.org", True),
        ("https://hooks.example.org:8443/in", False),
        ("http://hooks.example.org/in", False),
        ("http://10.1.2.3:8080/in", True),
        ("http://10.1.2.3/in", False),
        ("https://hooks.example.org.evil.example/in", False),
        ("https://hooks.example.org@evil.example/in", False),
        ("https://evil.example/#hooks.example.org", False),
        ("https://evil.example\\hooks.example.org", False),
        ("https://hooks.example.org/in\n", False),
        ("file:///etc/passwd", False),
        ("https://hooks.example.org/" + "a" * 300, False),
    ],
)
def test_only_hosts_of_the_operators_list_are_told(
    url: str, allowed: bool, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example.org", "http://10.1.2.3:8080"]
    assert is_allowed(url) is allowed
    settings.WEBHOOK_HOSTS = []
    assert not is_allowed(url)


def test_the_worked_example_of_the_readme_is_signed_as_the_portal_signs() -> None:
    text = (Path(settings.BASE_DIR) / "members/README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "members/README.md", "exec"), names)  # noqa: S102 - our own words

    signed = signature_of(
        names["secret"], names["number"], int(names["told"]), names["body"]
    )
    assert names["signature"] == signed
