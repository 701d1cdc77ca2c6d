"""Webhooks (变化推送): where a county's system hears of changes, and what was sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import DeliveryState
from unionportal.core.fields import SealedTextField


class Webhook(models.Model):
    """The one address of a client. `cursor` is how far its news were gathered."""

    api_client = models.OneToOneField(
        "members.ApiClient",
        models.PROTECT,
        related_name="webhook",
        verbose_name=_("接口客户端"),
    )
    url = models.CharField(_("地址"), max_length=300)
    secret = SealedTextField(_("签名密钥"))
    is_active = models.BooleanField(_("启用"), default=True)
    cursor = models.CharField(_("读到的游标"), max_length=80, blank=True)
    failing_since = models.DateTimeField(_("一直失败自"), null=True, blank=True)
    off_since = models.DateTimeField(_("停用时间"), null=True, blank=True)
    off_reason = models.CharField(_("停用原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("变化推送")
        verbose_name_plural = _("变化推送")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(is_active=True, off_since=None)
                | Q(is_active=False, off_since__isnull=False),
                name="webhook_off_since",
            ),
        )

    def __str__(self) -> str:
        return f"推送到 {self.url}"


class WebhookDelivery(models.Model):
    """One body for one address, sent until it is taken; ids only, nobody's particulars."""

    webhook = models.ForeignKey(
        Webhook,
        models.PROTECT,
        related_name="deliveries",
        verbose_name=_("变化推送"),
    )
    number = models.CharField(_("推送编号"), max_length=40, unique=True)
    body = models.TextField(_("内容"))
    event_count = models.IntegerField(_("变化条数"))
    created_at = models.DateTimeField(_("产生时间"))
    attempt_count = models.IntegerField(_("已试次数"), default=0)
    next_at = models.DateTimeField(_("下次发送"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    last_status = models.IntegerField(_("对方状态码"), null=True, blank=True)
    last_error = models.CharField(_("最近一次结果"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("webhook", "id"),
                name="webhook_delivery_waits",
                condition=Q(next_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(next_at=None, delivered_at__isnull=False)
                | Q(next_at__isnull=False, delivered_at=None),
                name="webhook_delivery_waits_or_is_delivered",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> DeliveryState:
        """Where it stands; what waits at an address that is off does not go out."""
        if self.delivered_at is not None:
            return DeliveryState.DELIVERED
        if not self.webhook.is_active:
            return DeliveryState.HELD
        return DeliveryState.RETRYING if self.attempt_count else DeliveryState.WAITING
