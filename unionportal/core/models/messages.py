"""Messages to workers (通知短信): an outbox that is also the list in the portal."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import state_guard
from unionportal.core.workflow import Transition, Workflow


class MessageState(models.TextChoices):
    """Where a message stands; what was in doubt is failed, never sent again."""

    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    CALLED = "called", _("已电话告知")


MESSAGE = Workflow(
    name="通知短信",
    initial=MessageState.QUEUED,
    transitions=(
        Transition("claim", MessageState.QUEUED, MessageState.SENDING, "领取"),
        Transition("send", MessageState.SENDING, MessageState.SENT, "发送"),
        Transition("postpone", MessageState.SENDING, MessageState.QUEUED, "稍后重试"),
        Transition("fail", MessageState.SENDING, MessageState.FAILED, "失败"),
        Transition("call", MessageState.FAILED, MessageState.CALLED, "电话告知"),
    ),
    labels=dict(MessageState.choices),
)


class Message(models.Model):
    """One message to one person about one record.

    ``key`` is unique: the same moment is told once. The telephone number is looked up
    when it is sent and never stored here. ``text`` is empty until then.
    """

    key = models.CharField(_("消息键"), max_length=200, unique=True)
    person_id = models.BigIntegerField(_("职工"))
    template = models.CharField(_("模板"), max_length=120)
    context = models.JSONField(_("内容"), default=dict, encoder=DjangoJSONEncoder)
    about_kind = models.CharField(_("事项类型"), max_length=80)
    about_id = models.BigIntegerField(_("事项编号"))
    organisation_id = models.BigIntegerField(_("工会"), null=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=MessageState.choices,
        default=MessageState.QUEUED,
    )
    text = models.TextField(_("短信内容"), blank=True, default="")
    reason = models.CharField(_("失败原因"), max_length=200, blank=True, default="")
    attempt_count = models.PositiveSmallIntegerField(_("发送次数"), default=0)
    sender_job_id = models.BigIntegerField(_("发送任务"), null=True)
    sender_token = models.BigIntegerField(_("发送令牌"), null=True)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("发送时间"), null=True)

    class Meta:
        verbose_name = _("通知短信")
        verbose_name_plural = _("通知短信")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("id",),
                name="core_message_queued",
                condition=Q(state=MessageState.QUEUED),
            ),
            models.Index(
                fields=("sender_job_id",),
                name="core_message_sending",
                condition=Q(state=MessageState.SENDING),
            ),
            models.Index(
                fields=("organisation_id", "id"),
                name="core_message_call_list",
                condition=Q(state=MessageState.FAILED),
            ),
            models.Index(fields=("person_id", "-id"), name="core_message_by_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=(Q(state=MessageState.SENT) & Q(sent_at__isnull=False))
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="core_message_sent",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=MessageState.SENDING,
                    sender_job_id__isnull=False,
                    sender_token__isnull=False,
                )
                | (
                    ~Q(state=MessageState.SENDING)
                    & Q(sender_job_id__isnull=True, sender_token__isnull=True)
                ),
                name="core_message_sender",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(MessageState.FAILED, MessageState.CALLED))
                | ~Q(reason=""),
                name="core_message_failed_says_why",
            ),
        )
        triggers = (state_guard(MESSAGE),)

    def __str__(self) -> str:
        return self.key
