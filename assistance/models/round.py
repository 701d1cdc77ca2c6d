"""Rounds (轮次): one run of a scheme for an organisation and a period."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import RoundKind, RoundState
from assistance.rules.naming import occasion
from assistance.workflow import ROUND
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

KEYS = (
    *("year", "period", "occurrence", "version", "organisation"),
    *("kind", "parent", "as_of", "opened_on"),
)


class Period(models.Model):
    """A code row that names when: 元旦春节 of a year, a school year, a summer."""

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    title = models.CharField(_("名称"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年度"))
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))

    class Meta:
        verbose_name = _("期次")
        verbose_name_plural = _("期次")
        ordering = ("-starts_on", "code")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="period_dates"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Round(models.Model):
    """Every candidate in the organisation's reach gets one determination in a round."""

    year = models.PositiveSmallIntegerField(_("年度"))
    period = models.ForeignKey(Period, models.PROTECT, verbose_name=_("期次"))
    occurrence = models.CharField(_("发生键"), max_length=40)
    version = models.ForeignKey(
        "assistance.SchemeVersion", models.PROTECT, verbose_name=_("方案版本")
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("组织工会")
    )
    kind = models.CharField(
        _("类型"), max_length=14, choices=RoundKind.choices, default=RoundKind.MAIN
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplements",
        verbose_name=_("主轮次"),
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=RoundState.choices, default=RoundState.OPENED
    )
    as_of = models.DateField(_("基准日"))
    opened_on = models.DateField(_("开启日期"))
    computed_on = models.DateField(_("测算日期"), null=True)
    released_on = models.DateField(_("批次生成日期"), null=True)
    closed_on = models.DateField(_("办结日期"), null=True)
    population = models.PositiveIntegerField(_("应纳入"), default=0)
    eligible_count = models.PositiveIntegerField(_("符合"), default=0)
    ineligible_count = models.PositiveIntegerField(_("不符合"), default=0)
    unknown_count = models.PositiveIntegerField(_("待补材料"), default=0)
    eligible_amount = models.DecimalField(
        _("符合金额"), max_digits=16, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = _("发放轮次")
        verbose_name_plural = _("发放轮次")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("version", "organisation", "occurrence"),
                condition=Q(kind=RoundKind.MAIN) & ~Q(state=RoundState.CANCELLED),
                name="round_one_main_per_occurrence",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind=RoundKind.MAIN, parent=None)
                    | Q(kind=RoundKind.SUPPLEMENTARY, parent__isnull=False)
                ),
                name="round_supplement_has_parent",
            ),
            models.CheckConstraint(
                condition=Q(
                    population=models.F("eligible_count")
                    + models.F("ineligible_count")
                    + models.F("unknown_count")
                ),
                name="round_nobody_left_out",
            ),
            models.CheckConstraint(
                condition=(Q(closed_on=None) & ~Q(state=RoundState.CLOSED))
                | Q(closed_on__isnull=False, state=RoundState.CLOSED),
                name="round_closed_with_date",
            ),
        )
        triggers = (
            state_guard(ROUND),
            frozen_when(
                changed(KEYS),
                name="frozen",
                message="轮次开启后，方案、范围、期次和基准日不能修改；有误请取消后重开。",
            ),
            kept_when(
                pgtrigger.Q(old__year__gte=0),
                name="keep",
                message="轮次不能删除；不再办理的请取消。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.occasion} {self.organisation}"

    @property
    def occasion(self) -> str:
        """What the round is called among people: 2027年元旦春节送温暖慰问."""
        return occasion(self.period.title, self.version.scheme.title)


class CoverageCertificate(models.Model):
    """Signed totals of a closed round: everybody in scope has an end (全覆盖证明)."""

    append_only = True

    round = models.OneToOneField(
        Round, models.PROTECT, related_name="certificate", verbose_name=_("轮次")
    )
    number = models.CharField(_("证明编号"), max_length=40, unique=True)
    issued_on = models.DateField(_("出具日期"))
    totals = models.JSONField(_("合计"))
    counties = models.JSONField(_("分县"))
    # How everybody ended, and what the sample said; empty on the oldest ones.
    ends = models.JSONField(_("去向"), default=dict)
    verification = models.JSONField(_("抽样核查"), default=dict)
    audit_head = models.CharField(_("审计链头"), max_length=64)

    class Meta:
        verbose_name = _("覆盖证明")
        verbose_name_plural = _("覆盖证明")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.number
