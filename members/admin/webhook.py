"""Webhooks on the staff site: whom the portal tells of changes, and what came of it."""

import json
from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.actions.webhook import resend_delivery, resume_webhook
from members.admin.base import RecordAdmin, Step
from members.auth.actor import business_date
from members.enums import RecordKind
from members.models import Webhook, WebhookDelivery
from members.permissions.access import can_manage_client
from members.queries.webhook import deliveries_visible_to, webhooks_visible_to
from unionportal.core.actor import Actor

SHOWN = 50


@admin.register(Webhook)
class WebhookAdmin(RecordAdmin):
    list_display = ("api_client", "organisation", "url", "standing", "failing_since")
    list_filter = ("is_active",)
    list_select_related = ("api_client__organisation",)
    fields = (*list_display, "off_since", "off_reason")
    readonly_fields = ("organisation", "standing")

    def visible(self, actor: Actor) -> QuerySet[Webhook]:
        return webhooks_visible_to(actor)

    def steps(self, actor: Actor, record: Webhook) -> Sequence[Step]:
        if record.is_active or not record.cursor:
            return ()
        return (
            Step(
                name="resume",
                label="恢复推送",
                verdict=can_manage_client(actor, record.api_client),
                act=lambda _entered: resume_webhook(
                    webhook_id=record.pk,
                    on=business_date(),
                    at=timezone.now(),
                    by=actor,
                ),
                done="已恢复推送，从上次送到的地方接着发。",
                tone="primary",
            ),
        )

    @admin.display(description=_("工会"))
    def organisation(self, webhook: Webhook) -> str:
        return webhook.api_client.organisation.name

    @admin.display(description=_("状态"))
    def standing(self, webhook: Webhook) -> str:
        if not webhook.is_active:
            return f"已停用（{webhook.off_reason}）"
        return "发送失败，自动重试" if webhook.failing_since else "正常"


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(RecordAdmin):
    list_display = (
        "number",
        "to",
        "created_at",
        "event_count",
        "standing",
        "attempt_count",
        "last_error",
    )
    list_select_related = ("webhook__api_client__organisation",)
    fields = (*list_display, "last_status", "next_at", "delivered_at", "content")
    readonly_fields = ("to", "standing", "content")

    def visible(self, actor: Actor) -> QuerySet[WebhookDelivery]:
        return deliveries_visible_to(actor)

    def steps(self, actor: Actor, record: WebhookDelivery) -> Sequence[Step]:
        return (
            Step(
                name="resend",
                label="重新发送",
                verdict=can_manage_client(actor, record.webhook.api_client),
                act=lambda _entered: resend_delivery(
                    delivery_id=record.pk,
                    on=business_date(),
                    at=timezone.now(),
                    by=actor,
                ),
                done="已安排重新发送，编号和内容不变。",
                tone="primary",
            ),
        )

    @admin.display(description=_("内容（只有编号）"))
    def content(self, delivery: WebhookDelivery) -> str:
        """Which records were told of, by kind; the first of them."""
        told = json.loads(delivery.body).get("changes", ())
        shown = [f"{RecordKind(one['kind']).label} {one['id']}" for one in told[:SHOWN]]
        return "、".join(shown) + ("……" if len(told) > SHOWN else "")

    @admin.display(description=_("客户端"))
    def to(self, delivery: WebhookDelivery) -> str:
        return delivery.webhook.api_client.name

    @admin.display(description=_("状态"))
    def standing(self, delivery: WebhookDelivery) -> str:
        return str(delivery.state.label)
