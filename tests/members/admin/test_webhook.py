"""The staff's lists of addresses and of what was sent to them."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Webhook, WebhookDelivery
from members.queries.change import cursor_now
from tests.assistance.admin.browsers import browser_of
from tests.assistance.api.callers import registered
from tests.members.builders import COUNTY, NEXT_COUNTY, staff
from unionportal.core.webhooks import new_secret

pytestmark = pytest.mark.django_db
DELIVERY = "admin:members_webhookdelivery"


def delivered() -> WebhookDelivery:
    webhook = Webhook.objects.create(
        api_client=registered(COUNTY).api_client,
        url="https://hooks.example.org/in",
        secret=new_secret(),
        cursor=str(cursor_now()),
    )
    lines = [{"kind": "person", "id": 90017, "change": "gone", "moved_to": None}]
    now = timezone.now()
    return webhook.deliveries.create(
        number="msg_5",
        body=json.dumps({"changes": lines}),
        event_count=1,
        created_at=now,
        delivered_at=now,
    )


def test_the_administrator_sees_what_was_sent_and_sends_it_again() -> None:
    delivery = delivered()
    desk = browser_of(staff("administrator"))
    page = reverse(f"{DELIVERY}_change", args=[delivery.pk])

    assert "已送达" in desk.get(reverse(f"{DELIVERY}_changelist")).content.decode()
    shown = desk.get(page).content.decode()
    assert ("人员 90017" in shown, "重新发送" in shown) == (True, True)
    answer = desk.post(reverse(f"{DELIVERY}_verb", args=[delivery.pk, "resend"]))

    assert answer.status_code == 302
    delivery.refresh_from_db()
    assert (delivery.delivered_at, delivery.next_at is not None) == (None, True)
    hooks = desk.get(reverse("admin:members_webhook_changelist")).content.decode()
    assert ("hooks.example.org" in hooks, "whsec_" in hooks) == (True, False)


def test_the_next_county_and_other_posts_see_none_of_it() -> None:
    page = reverse(f"{DELIVERY}_change", args=[delivered().pk])
    for actor in (staff("administrator", at=NEXT_COUNTY), staff("maker", "payer")):
        stranger = browser_of(actor)
        assert stranger.get(page).status_code == 302
        listed = stranger.get(reverse(f"{DELIVERY}_changelist")).content.decode()
        assert "msg_5" not in listed
