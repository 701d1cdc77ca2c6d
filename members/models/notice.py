"""Notices (公示): masked lists shown for a number of working days, and objections."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import NoticeState, ObjectionChannel, ObjectionState
from members.workflow import NOTICE, OBJECTION
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)
from unionportal.core.models import SealedPaper
from unionportal.core.notice_kinds import NoticeKind, notice_kind

NOTICE_FROZEN = (
    "organisation",
    "title",
    "about_kind",
    "about_id",
    "starts_on",
    "working_days",
    "published_by_name",
    "published_at",
)
OBJECTION_FROZEN = (
    "notice",
    "line",
    "person",
    "channel",
    "text",
    "filed_on",
    "filed_by_name",
    "receipt",
)
LIVE = (NoticeState.PLANNED, NoticeState.OPEN)


class Notice(models.Model):
    """A list under public notice. `about` names what it is about, in another app's words.

    `starts_on` is the day it opens or opened, `ends_on` its last day, which is only ever
    put off; `is_provisional` says that the holidays of that year were not yet published
    when it was counted. `replaces` is the notice this one repeats after a change.
    """

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="notices",
        verbose_name=_("公示工会"),
    )
    title = models.CharField(_("标题"), max_length=120)
    about_kind = models.CharField(_("事项类型"), max_length=40)
    about_id = models.BigIntegerField(_("事项编号"))
    state = models.CharField(
        _("状态"), max_length=10, choices=NoticeState.choices, default=NoticeState.OPEN
    )
    starts_on = models.DateField(_("公示开始"))
    working_days = models.PositiveSmallIntegerField(_("工作日"))
    ends_on = models.DateField(_("公示结束"))
    is_provisional = models.BooleanField(_("结束日期暂定"), default=False)
    counted = models.JSONField(_("期限计算"), default=list)
    line_count = models.PositiveIntegerField(_("人数"), default=0)
    published_by_name = models.CharField(_("发布人"), max_length=60)
    published_at = models.DateTimeField(_("发布时间"), db_default=Now())
    closed_on = models.DateField(_("实际结束日期"), null=True, blank=True)
    closed_by_name = models.CharField(_("结束人"), max_length=60, blank=True)
    cancel_reason = models.CharField(_("撤销原因"), max_length=200, blank=True)
    extended_days = models.PositiveSmallIntegerField(
        _("延长工作日"), default=0, db_default=0
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("重新公示自"),
    )

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        ordering = ("-starts_on", "-id")
        indexes = (
            models.Index(fields=("about_kind", "about_id"), name="notice_by_about"),
            models.Index(fields=("state", "ends_on"), name="notice_by_end"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "about_kind", "about_id"),
                condition=Q(state__in=LIVE),
                name="notice_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), working_days__gte=1),
                name="notice_dates",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, closed_on=None, closed_by_name="")
                | (
                    ~Q(state__in=LIVE)
                    & Q(closed_on__isnull=False)
                    & ~Q(closed_by_name="")
                ),
                name="notice_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state=NoticeState.CANCELLED) & ~Q(cancel_reason=""))
                | (~Q(state=NoticeState.CANCELLED) & Q(cancel_reason="")),
                name="notice_cancelled_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.ENDED) | Q(closed_on__gt=F("ends_on")),
                name="notice_ended_after_its_last_day",
            ),
        )
        triggers = (
            state_guard(NOTICE, starts=LIVE),
            frozen_when(
                changed(NOTICE_FROZEN) & ~pgtrigger.Q(old__state=NoticeState.PLANNED),
                name="frozen",
                message="公示发布后内容不能修改；有误请撤销后重新发布。",
            ),
            frozen_when(
                pgtrigger.Q(old__state=NoticeState.OPEN)
                & pgtrigger.Q(new__ends_on__lt=pgtrigger.F("old__ends_on")),
                name="never_shorter",
                message="公示期只能延长，不能缩短。",
            ),
            kept_when(
                pgtrigger.Q(old__working_days__gte=0),
                name="keep",
                message="公示不能删除；有误请撤销。",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> NoticeKind:
        """What kind of list it is: its columns, and in what its lines are counted."""
        return notice_kind(self.about_kind)


class NoticeLine(models.Model):
    """What the public saw: a masked name, a unit and a kind. Never changed.

    The foreign key has no per-row check, lines being written by one statement.
    """

    append_only = True

    notice = models.ForeignKey(
        Notice,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="lines",
        verbose_name=_("公示"),
    )
    about_kind = models.CharField(_("对象类型"), max_length=40)
    about_id = models.BigIntegerField(_("对象编号"))
    name_masked = models.CharField(_("姓名"), max_length=60)
    unit_name = models.CharField(_("单位"), max_length=90)
    note = models.CharField(_("类别"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("公示名单")
        verbose_name_plural = _("公示名单")
        ordering = ("id",)
        indexes = (models.Index(fields=("notice", "id"), name="line_by_notice"),)
        constraints = (
            models.UniqueConstraint(
                fields=("about_kind", "about_id", "notice"), name="line_once"
            ),
        )
        triggers = (append_only("公示名单发布后不能修改；有误请撤销公示后重新发布。"),)

    def __str__(self) -> str:
        return f"{self.name_masked} {self.unit_name}"


class Objection(models.Model):
    """A doubt about one line, which it holds, or about the list, which it does not.

    `person` is who objected; nobody when anonymous. Whoever knows the `receipt` reads
    the result and the `answer`; the `verdict` is the union's own finding.
    """

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="objections", verbose_name=_("公示")
    )
    line = models.ForeignKey(
        NoticeLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        verbose_name=_("涉及的人"),
    )
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        verbose_name=_("提出人"),
    )
    channel = models.CharField(
        _("来源"), max_length=10, choices=ObjectionChannel.choices
    )
    text = models.TextField(_("异议内容"), max_length=1000)
    filed_on = models.DateField(_("提出日期"))
    filed_by_name = models.CharField(_("登记人"), max_length=60)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=ObjectionState.choices,
        default=ObjectionState.OPEN,
    )
    verdict = models.CharField(_("核查结论"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核查人"),
    )
    decided_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    receipt = models.CharField(  # noqa: DJ001 - unknown to those of before
        _("受理编号"), max_length=12, null=True, unique=True, editable=False
    )
    answer = models.CharField(
        _("给异议人的答复"), max_length=500, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="objection_has_text"),
            models.CheckConstraint(
                condition=Q(channel=ObjectionChannel.ANONYMOUS, person=None)
                | Q(channel=ObjectionChannel.WORKER, person__isnull=False)
                | Q(channel=ObjectionChannel.STAFF),
                name="objection_person_by_channel",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ObjectionState.OPEN,
                    decided_by=None,
                    decided_at=None,
                    verdict="",
                )
                | (
                    ~Q(state=ObjectionState.OPEN)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(verdict="")
                ),
                name="objection_decided_by_somebody",
            ),
        )
        triggers = (
            state_guard(OBJECTION),
            frozen_when(
                changed(OBJECTION_FROZEN),
                name="frozen",
                message="异议登记后内容不能修改；请在核查结论中说明。",
                spares_owner=True,  # whoever is forgotten: `members_forget_objections`
            ),
            kept_when(
                pgtrigger.Q(old__notice__isnull=False),
                name="keep",
                message="异议不能删除；请作出核查结论。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.notice} #{self.pk}"


class ObjectionEvidence(SealedPaper):
    """A photo or paper handed in with an objection; sealed, never changed."""

    SEALED_FOR = "members.objection.evidence"

    objection = models.ForeignKey(
        Objection, models.PROTECT, related_name="evidence", verbose_name=_("异议")
    )

    class Meta:
        verbose_name = _("异议证据")
        verbose_name_plural = _("异议证据")
        ordering = ("objection_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("objection", "number"), name="evidence_once"
            ),
        )
        triggers = (append_only("异议证据不能修改或删除。", spares_owner=True),)
