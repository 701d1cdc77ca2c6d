"""Verbs of webhooks: a client sets or ends its address; the staff resumes, sends again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from members.models import ApiClient, Webhook, WebhookDelivery
from members.permissions.access import can_manage_client
from members.queries.change import cursor_now
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.core.webhooks import is_allowed, new_secret

PUSH_JOB = "members.push_changes"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """The address and its secret, which is told this once and lies sealed."""

    webhook: Webhook
    secret: str


@transaction.atomic
def set_webhook(*, url: str, on: date, by: Actor) -> NewWebhook:
    """Have the acting client told of changes at an address, under a new secret.

    Refuses (`webhook_host`) a host that the operator's list does not name. What was
    not delivered to an earlier address goes to this one; one that was ended begins now.
    """
    if not is_allowed(url):
        raise Refusal(
            "这个地址不在允许的名单中：请由门户的运行单位加入 WEBHOOK_HOSTS。",
            code="webhook_host",
        )
    api_client = ApiClient.objects.select_for_update(of=("self",)).get(
        client_id=by.client_id
    )
    secret = new_secret()
    webhook = Webhook.objects.filter(api_client=api_client).first()
    webhook = webhook or Webhook(api_client=api_client)
    webhook.url, webhook.secret = url, secret
    webhook.cursor = webhook.cursor or str(cursor_now())
    _turn_on(webhook)
    _trace(webhook, "set_webhook", on=on, by=by, changes={"url": url})
    return NewWebhook(webhook, secret)


@transaction.atomic
def end_webhook(*, on: date, at: datetime, by: Actor) -> None:
    """Tell the acting client nothing more; what waits is dropped with it."""
    webhook = _locked(api_client__client_id=by.client_id)
    webhook.deliveries.filter(delivered_at=None).delete()
    webhook.cursor = ""
    turn_off(webhook, "对方已取消", at=at)
    _trace(webhook, "end_webhook", on=on, by=by)


@transaction.atomic
def resume_webhook(*, webhook_id: int, on: date, at: datetime, by: Actor) -> Webhook:
    """Send again to an address that was turned off for its failures, from where it was."""
    webhook = _locked(pk=webhook_id)
    can_manage_client(by, webhook.api_client).require()
    if webhook.is_active:
        raise Refusal("推送没有停用，不用恢复。")
    if not webhook.cursor:
        raise Refusal("对方已取消推送，请由对方系统重新登记地址。")
    webhook.deliveries.filter(delivered_at=None).update(next_at=at)
    _turn_on(webhook)
    _trace(webhook, "resume_webhook", on=on, by=by)
    request_push(webhook)
    return webhook


@transaction.atomic
def resend_delivery(
    *, delivery_id: int, on: date, at: datetime, by: Actor
) -> WebhookDelivery:
    """Send a body once more, at once and under its number, delivered or not."""
    delivery = WebhookDelivery.objects.get(pk=delivery_id)
    webhook = _locked(pk=delivery.webhook_id)
    can_manage_client(by, webhook.api_client).require()
    if not webhook.is_active:
        raise Refusal("推送已停用，请先恢复推送。")
    delivery.next_at, delivery.delivered_at = at, None
    delivery.save(update_fields=["next_at", "delivered_at"])
    changes = {"number": delivery.number}
    _trace(webhook, "resend_delivery", on=on, by=by, changes=changes)
    request_push(webhook)
    return delivery


def request_push(webhook: Webhook) -> None:
    """Have what waits for an address sent; one job an address at a time."""
    enqueue(
        kind=PUSH_JOB,
        key=str(webhook.pk),
        arguments={"webhook": webhook.pk},
        by=SYSTEM,
        organisation_id=webhook.api_client.organisation_id,
    )


def turn_off(webhook: Webhook, reason: str, *, at: datetime) -> None:
    """Stop sending, and remember since when and why."""
    webhook.is_active, webhook.failing_since = False, None
    webhook.off_since, webhook.off_reason = at, reason
    webhook.save()


def _turn_on(webhook: Webhook) -> None:
    webhook.is_active, webhook.failing_since = True, None
    webhook.off_since, webhook.off_reason = None, ""
    webhook.save()


def _locked(**by: Any) -> Webhook:
    rows = Webhook.objects.select_for_update(of=("self",))
    return rows.select_related("api_client__organisation").get(**by)


def _trace(
    webhook: Webhook,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: dict[str, Any] | None = None,
) -> None:
    record(
        by=by,
        verb=verb,
        subject=webhook,
        on=on,
        organisation_id=webhook.api_client.organisation_id,
        changes=changes or {},
    )
