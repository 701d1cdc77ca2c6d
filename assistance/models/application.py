"""Applications for aid (帮扶申请): windows in which they are taken, papers handed in."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import AidApplicationState, ApplicationChannel, Beneficiary
from assistance.workflow import AID_APPLICATION
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)
from unionportal.core.models import SealedPaper

WAITING = (AidApplicationState.SUBMITTED, AidApplicationState.ASKED)
ON_THE_WAY = (AidApplicationState.VISITED, AidApplicationState.NOTICED)
HANDED_IN = (*WAITING, AidApplicationState.ACCEPTED, *ON_THE_WAY)
LIVE = (AidApplicationState.DRAFT, *HANDED_IN)
# What an application is about stays; what is said in it changes while it is a draft.
KEYS = ("window", "scheme", "occurrence", "applicant", "payee", "union")


class AidWindow(models.Model):
    """From when to when a union takes applications for a scheme and a period.

    `phone` and `hours` are a human's, shown on every application. The days follow from
    the scheme's text; the last one may be put off, never brought forward.
    """

    scheme = models.ForeignKey(
        "assistance.Scheme", models.PROTECT, verbose_name=_("方案")
    )
    version = models.ForeignKey(
        "assistance.SchemeVersion", models.PROTECT, verbose_name=_("方案版本")
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("组织工会")
    )
    period = models.ForeignKey(
        "assistance.Period", models.PROTECT, verbose_name=_("期次")
    )
    occurrence = models.CharField(_("发生键"), max_length=40)
    opens_on = models.DateField(_("开始受理"))
    closes_on = models.DateField(_("截止提交"))
    phone = models.CharField(_("咨询电话"), max_length=20)
    hours = models.CharField(_("接听时间"), max_length=60)
    opened_by_name = models.CharField(_("开放人"), max_length=60)

    class Meta:
        verbose_name = _("申请窗口")
        verbose_name_plural = _("申请窗口")
        ordering = ("-opens_on", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "occurrence", "organisation"),
                name="window_once_per_occurrence",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="window_dates"
            ),
            models.CheckConstraint(
                condition=~Q(phone="") & ~Q(hours=""), name="window_names_a_human"
            ),
        )
        triggers = (
            frozen_when(
                changed(
                    (
                        *("scheme", "version", "organisation", "period"),
                        *("occurrence", "opens_on"),
                    )
                ),
                name="frozen",
                message="申请窗口开放后，方案、期次和范围不能修改。",
            ),
            frozen_when(
                pgtrigger.Q(new__closes_on__lt=pgtrigger.F("old__closes_on")),
                name="never_shorter",
                message="截止日期只能延后，不能提前：有人还在准备材料。",
            ),
            kept_when(
                pgtrigger.Q(old__opened_by_name__gte=""),
                name="keep",
                message="申请窗口不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.period} {self.scheme}"


class AidApplication(models.Model):
    """What somebody asks for, for himself or for his child, in one window.

    The subject is the person the aid is for: known by name and ID number from the
    form, by `subject` once the union has accepted. `answers` holds the form's fields by
    code, as text; `answer` is what was asked for or why it was refused. The decision
    is not here: it is the round's determination of the subject.
    """

    window = models.ForeignKey(
        AidWindow,
        models.PROTECT,
        related_name="applications",
        verbose_name=_("申请窗口"),
    )
    scheme = models.ForeignKey(
        "assistance.Scheme", models.PROTECT, verbose_name=_("方案")
    )
    occurrence = models.CharField(_("发生键"), max_length=40)
    union = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("所在工会"),
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="aid_applications",
        verbose_name=_("受理工会"),
        help_text=_("受理并发放的工会"),
    )
    applicant = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="aid_applications",
        verbose_name=_("申请人"),
    )
    payee = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="+",
        verbose_name=_("收款人"),
    )
    subject = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("受助人"),
    )
    relation = models.CharField(
        _("受助人是"), max_length=8, choices=Beneficiary.choices
    )
    subject_name = models.CharField(_("受助人姓名"), max_length=60, blank=True)
    id_number = SealedTextField(_("受助人身份证号"), null=True, blank=True)
    id_number_index = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )
    answers = models.JSONField(_("申请表"), default=dict, blank=True)
    # What may be used once in a scheme, whatever the period: a ticket, an invoice.
    used_once = models.CharField(
        _("只能用一次的凭证"), max_length=200, blank=True, default="", editable=False
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=AidApplicationState.choices,
        default=AidApplicationState.DRAFT,
    )
    channel = models.CharField(
        _("来源"),
        max_length=8,
        choices=ApplicationChannel.choices,
        default=ApplicationChannel.WORKER,
    )
    drafted_on = models.DateField(_("填写日期"))
    # The order of applications: the first hand-in, whatever was added afterwards.
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    waiting_since = models.DateField(_("等待受理自"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    answer_by = models.DateField(_("补充截止"), null=True, blank=True)
    decided_on = models.DateField(_("办结日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    decided_by_name = models.CharField(_("办理人姓名"), max_length=60, blank=True)
    objection = models.CharField(_("复核请求"), max_length=500, blank=True)
    objected_on = models.DateField(_("请求复核日期"), null=True, blank=True)
    refused_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("原不予受理人"),
    )

    class Meta:
        verbose_name = _("帮扶申请")
        verbose_name_plural = _("帮扶申请")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("organisation", "waiting_since"),
                condition=Q(state=AidApplicationState.SUBMITTED),
                name="aid_application_waiting",
            ),
            models.Index(
                fields=("scheme", "occurrence", "organisation", "submitted_at"),
                condition=Q(state=AidApplicationState.ACCEPTED),
                name="aid_application_for_round",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "occurrence", "id_number_index"),
                condition=Q(state__in=HANDED_IN),
                name="aid_application_once_per_subject",
            ),
            models.UniqueConstraint(
                fields=("scheme", "used_once"),
                condition=Q(state__in=HANDED_IN) & ~Q(used_once=""),
                name="aid_application_paper_used_once",
            ),
            models.UniqueConstraint(
                fields=("scheme", "occurrence", "subject"),
                condition=Q(state=AidApplicationState.ACCEPTED),
                name="aid_application_accepted_once",
            ),
            models.UniqueConstraint(
                fields=("applicant", "scheme", "occurrence"),
                condition=Q(state=AidApplicationState.DRAFT),
                name="aid_application_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state=AidApplicationState.DRAFT)
                | Q(state=AidApplicationState.WITHDRAWN)
                | (
                    Q(submitted_at__isnull=False, submitted_on__isnull=False)
                    & ~Q(id_number_index="")
                    & ~Q(subject_name="")
                ),
                name="aid_application_of_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=AidApplicationState.ACCEPTED)
                | Q(subject__isnull=False),
                name="aid_application_accepted_for_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=(AidApplicationState.ASKED, AidApplicationState.REFUSED),
                    answer="",
                ),
                name="aid_application_answered_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=AidApplicationState.ASKED, answer_by__isnull=False)
                | (~Q(state=AidApplicationState.ASKED) & Q(answer_by=None)),
                name="aid_application_asked_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(AidApplicationState.DRAFT, *WAITING))
                | (Q(decided_on__isnull=False) & ~Q(decided_by_name="")),
                name="aid_application_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(objected_on=None, objection="")
                | (Q(objected_on__isnull=False) & ~Q(objection="")),
                name="aid_application_objected_with_words",
            ),
            # A second look is another person's.
            models.CheckConstraint(
                condition=Q(refused_by=None)
                | Q(decided_by=None)
                | Q(objected_on=None)
                | ~Q(decided_by=F("refused_by")),
                name="aid_application_reviewed_by_another",
            ),
        )
        triggers = (
            state_guard(AID_APPLICATION),
            frozen_when(
                changed(KEYS),
                name="frozen",
                message="申请的方案、申请人和收款人不能修改；请撤回后重新申请。",
                spares_owner=True,
            ),
            frozen_when(
                ~pgtrigger.Q(
                    old__state__in=(
                        AidApplicationState.DRAFT,
                        AidApplicationState.ASKED,
                    )
                ),
                name="said_once",
                message="申请提交后内容不能修改；需要改的请联系工会退回补充。",
                fields=("answers", "subject_name", "id_number_index", "relation"),
                spares_owner=True,
            ),
            kept_when(
                pgtrigger.Q(old__occurrence__gte=""),
                name="keep",
                message="申请不能删除；不再申请请撤回。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_name or self.applicant} {self.scheme}"


class AidEvidence(SealedPaper):
    """A photo or paper handed in for one item of the form's list of evidence."""

    SEALED_FOR = "assistance.application.evidence"

    application = models.ForeignKey(
        AidApplication,
        models.PROTECT,
        related_name="evidence",
        verbose_name=_("帮扶申请"),
    )
    item = models.SlugField(_("材料"), max_length=40)
    given_on = models.DateField(_("提供日期"))

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")
        ordering = ("application_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("application", "number"), name="aid_evidence_once"
            ),
        )
        triggers = (append_only("申请材料不能修改或删除。", spares_owner=True),)
