"""Reads of webhooks: addresses and bodies in reach, and those turned off."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.enums import Role
from members.models import Webhook, WebhookDelivery
from members.queries.api_client import clients_visible_to
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem, WorkQueue


def webhook_of(actor: Actor) -> Webhook | None:
    """The acting client's own, unless it ended it."""
    return Webhook.objects.filter(
        api_client__client_id=actor.client_id, cursor__gt=""
    ).first()


def webhooks_visible_to(actor: Actor) -> QuerySet[Webhook]:
    """Those of the clients that the actor looks after."""
    clients = clients_visible_to(actor).order_by().values("pk")
    return Webhook.objects.filter(api_client__in=clients)


def deliveries_visible_to(actor: Actor) -> QuerySet[WebhookDelivery]:
    """The bodies for them, newest first."""
    webhooks = webhooks_visible_to(actor).order_by().values("pk")
    return WebhookDelivery.objects.filter(webhook__in=webhooks)


def webhooks_turned_off(actor: Actor, on: date) -> list[QueueItem]:
    """Addresses turned off for their failures, for the administrators of their unions."""
    del on
    if not any(seat.role == Role.ADMINISTRATOR for seat in actor.seats):
        return []
    off = webhooks_visible_to(actor).filter(
        is_active=False, cursor__gt="", api_client__is_active=True
    )
    return [
        QueueItem(
            title=_("变化推送已停用"),
            detail=f"{webhook.api_client.name}：{webhook.off_reason}",
            url=reverse("admin:members_webhook_change", args=[webhook.pk]),
            organisation_name=webhook.api_client.organisation.name,
            waiting_since=localtime(webhook.off_since).date(),
            due_on=None,
            role=Role.ADMINISTRATOR,
        )
        for webhook in off.select_related("api_client__organisation")
    ]


WEBHOOK_QUEUE = WorkQueue("members.webhooks", "停用的变化推送", webhooks_turned_off)
