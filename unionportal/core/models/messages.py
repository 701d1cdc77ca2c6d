"""Messages to workers (通知短信): an outbox that is also the list in the portal."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import append_only, state_guard
from unionportal.core.workflow import Transition, Workflow


class MessageState(models.TextChoices):
    """Where a message stands; what was in doubt is failed, never sent again."""

    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    DELIVERED = "delivered", _("已送达")
    FAILED = "failed", _("发送失败")
    PORTAL = "portal", _("仅站内")
    CALLED = "called", _("已电话告知")
    UNREACHED = "unreached", _("未能告知")


class CallOutcome(models.TextChoices):
    """What came of a call to somebody whom no message reached."""

    TOLD = "told", _("已告知本人")
    NO_ANSWER = "no_answer", _("无人接听")
    WRONG_NUMBER = "wrong_number", _("号码不对")


MESSAGE = Workflow(
    name="通知短信",
    initial=MessageState.QUEUED,
    transitions=(
        Transition("claim", MessageState.QUEUED, MessageState.SENDING, "领取"),
        Transition("send", MessageState.SENDING, MessageState.SENT, "发送"),
        Transition("postpone", MessageState.SENDING, MessageState.QUEUED, "稍后重试"),
        Transition("fail", MessageState.SENDING, MessageState.FAILED, "失败"),
        Transition("withhold", MessageState.SENDING, MessageState.PORTAL, "不发短信"),
        # A report may overtake the sender that still writes down what it sent.
        Transition("deliver", MessageState.SENDING, MessageState.DELIVERED, "送达"),
        Transition("deliver", MessageState.SENT, MessageState.DELIVERED, "送达"),
        Transition("deliver", MessageState.FAILED, MessageState.DELIVERED, "送达"),
        Transition("bounce", MessageState.SENT, MessageState.FAILED, "未送达"),
        Transition("call", MessageState.FAILED, MessageState.CALLED, "电话告知"),
        Transition("resend", MessageState.FAILED, MessageState.QUEUED, "重新发送"),
        Transition("give_up", MessageState.FAILED, MessageState.UNREACHED, "未能告知"),
    ),
    labels=dict(MessageState.choices),
)
_LEFT = (MessageState.SENT, MessageState.DELIVERED)
_WAITS = (MessageState.QUEUED, MessageState.SENDING, MessageState.PORTAL)
_SAYS_WHY = (
    MessageState.FAILED,
    MessageState.PORTAL,
    MessageState.CALLED,
    MessageState.UNREACHED,
)


class Message(models.Model):
    """One message to one person about one record.

    ``key`` is unique: the same moment is told once. The telephone number is looked up
    when it is sent and never stored here, only its keyed hash, by which the day's
    messages to one phone are counted. ``text`` is empty until it was sent.
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
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    attempt_count = models.PositiveSmallIntegerField(_("发送次数"), default=0)
    resend_count = models.PositiveSmallIntegerField(
        _("重新发送次数"), default=0, db_default=0, editable=False
    )
    not_before = models.DateTimeField(_("最早发送时间"), null=True, blank=True)
    phone_index = models.CharField(
        _("手机号索引"), max_length=32, blank=True, default="", db_default=""
    )
    sender_job_id = models.BigIntegerField(_("发送任务"), null=True)
    sender_token = models.BigIntegerField(_("发送令牌"), null=True)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    reported_at = models.DateTimeField(_("回执时间"), null=True)
    read_at = models.DateTimeField(_("站内阅读时间"), null=True)

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
            models.Index(
                fields=("person_id",),
                name="core_message_unread",
                condition=Q(read_at=None),
            ),
            models.Index(
                fields=("organisation_id", "id"), name="core_message_by_union"
            ),
            models.Index(
                fields=("sent_at", "phone_index"),
                name="core_message_by_day",
                condition=Q(sent_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=(Q(state__in=_LEFT) & Q(sent_at__isnull=False))
                | (Q(state__in=_WAITS) & Q(sent_at__isnull=True))
                | ~Q(state__in=(*_LEFT, *_WAITS)),
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
                condition=~Q(state__in=_SAYS_WHY) | ~Q(reason=""),
                name="core_message_failed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.DELIVERED)
                | Q(reported_at__isnull=False),
                name="core_message_delivered_by_report",
            ),
        )
        triggers = (state_guard(MESSAGE),)

    @property
    def reference(self) -> str:
        """By what a gateway knows it again; another one each time a person sends it."""
        again = f"-{self.resend_count}" if self.resend_count else ""
        return f"message-{self.pk}{again}"

    def __str__(self) -> str:
        return self.key


class MessageReport(models.Model):
    """What the gateway said became of a message (状态报告); never changed.

    ``number`` is the gateway's own, rising: the last one known is where the next
    question goes on, and the same report twice is one.
    """

    append_only = True

    number = models.BigIntegerField(_("回执编号"), unique=True)
    message_id = models.BigIntegerField(_("短信"), db_index=True)
    is_delivered = models.BooleanField(_("已送达"))
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    received_at = models.DateTimeField(_("收到时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("短信回执")
        verbose_name_plural = _("短信回执")
        ordering = ("number",)
        triggers = (append_only("短信回执不能修改或删除。"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.message_id}"


class MessageCall(models.Model):
    """One call to a person whom a message did not reach; never changed."""

    append_only = True

    message = models.ForeignKey(
        Message, models.PROTECT, related_name="calls", verbose_name=_("通知短信")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    on = models.DateField(_("日期"))
    outcome = models.CharField(_("结果"), max_length=12, choices=CallOutcome.choices)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    caller_id = models.BigIntegerField(_("拨打人编号"), null=True)
    caller_name = models.CharField(_("拨打人"), max_length=60)

    class Meta:
        verbose_name = _("电话记录")
        verbose_name_plural = _("电话记录")
        ordering = ("message_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("message", "number"), name="core_messagecall_once"
            ),
        )
        triggers = (append_only("电话记录不能修改；有误请再记一条。"),)

    def __str__(self) -> str:
        return f"{self.message_id} #{self.number}"


class MessageWording(models.Model):
    """A union's own words for a template; the latest row holds, an empty one ends it."""

    append_only = True

    template = models.CharField(_("模板"), max_length=120)
    organisation_id = models.BigIntegerField(_("工会"))
    text = models.CharField(_("内容"), max_length=200, blank=True)
    set_on = models.DateField(_("启用日期"))
    set_by_name = models.CharField(_("修改人"), max_length=60)

    class Meta:
        verbose_name = _("短信模板")
        verbose_name_plural = _("短信模板")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("template", "organisation_id", "-id"),
                name="core_wording_latest",
            ),
        )
        triggers = (append_only("短信模板的旧版本不能修改；请另存新版本。"),)

    def __str__(self) -> str:
        return f"{self.template} @{self.organisation_id}"
