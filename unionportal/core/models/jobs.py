"""Background work (后台任务): one row is the truth about one piece of work."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import state_guard
from unionportal.core.workflow import Transition, Workflow


class JobState(models.TextChoices):
    """Where a job stands; a running one is held by a lease."""

    QUEUED = "queued", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")


LIVE_STATES = (JobState.QUEUED, JobState.RUNNING)

JOB = Workflow(
    name="后台任务",
    initial=JobState.QUEUED,
    transitions=(
        Transition("claim", JobState.QUEUED, JobState.RUNNING, "领取"),
        Transition("claim", JobState.RUNNING, JobState.RUNNING, "接手"),
        Transition("finish", JobState.RUNNING, JobState.DONE, "完成"),
        Transition("postpone", JobState.RUNNING, JobState.QUEUED, "稍后重试"),
        Transition("fail", JobState.RUNNING, JobState.FAILED, "失败"),
    ),
    labels=dict(JobState.choices),
)


class Job(models.Model):
    """One piece of work, written in the transaction of its cause.

    ``token`` grows at every claim and fences off a runner that lost its lease. Leases
    and due times are on the database's clock. ``due_at`` is when it may first be run.
    """

    kind = models.CharField(_("任务类型"), max_length=80)
    key = models.CharField(_("任务键"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    arguments = models.JSONField(_("参数"), default=dict, encoder=DjangoJSONEncoder)
    actor = models.JSONField(_("发起人"), default=dict)
    organisation_id = models.BigIntegerField(_("工会"), null=True)

    created_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    due_at = models.DateTimeField(_("可执行时间"), db_default=Now())
    rung_at = models.DateTimeField(_("最近通知时间"), db_default=Now())
    lease_until = models.DateTimeField(_("占用至"), null=True)
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)

    token = models.BigIntegerField(_("令牌"), default=0)
    attempt_count = models.PositiveIntegerField(_("领取次数"), default=0)
    failure_count = models.PositiveIntegerField(_("出错次数"), default=0)

    done_count = models.PositiveBigIntegerField(_("已完成"), default=0)
    total_count = models.PositiveBigIntegerField(_("总数"), null=True)
    note = models.CharField(_("进展"), max_length=200, blank=True, default="")
    error = models.TextField(_("错误"), blank=True, default="")
    result = models.JSONField(_("结果"), null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("due_at",),
                name="core_job_queued",
                condition=Q(state=JobState.QUEUED),
            ),
            models.Index(
                fields=("lease_until",),
                name="core_job_running",
                condition=Q(state=JobState.RUNNING),
            ),
            models.Index(fields=("organisation_id", "-id"), name="core_job_by_org"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key"),
                condition=Q(state__in=LIVE_STATES),
                name="core_job_one_live",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
                name="core_job_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE_STATES, finished_at__isnull=True)
                | (~Q(state__in=LIVE_STATES) & Q(finished_at__isnull=False)),
                name="core_job_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(error=""),
                name="core_job_failed_says_why",
            ),
        )
        triggers = (state_guard(JOB),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_live(self) -> bool:
        """Tell whether the work is still to come or under way."""
        return self.state in LIVE_STATES

    @property
    def percent(self) -> int | None:
        """Return the progress in whole percent; None while the total is unknown."""
        if self.state == JobState.DONE:
            return 100
        if not self.total_count:
            return None
        return min(100, self.done_count * 100 // self.total_count)
