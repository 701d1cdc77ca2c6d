"""A household is told that its file is to be closed, and is heard before it is."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import ExitReason, LeavingState
from assistance.models.dossier import HouseholdDossier
from assistance.workflow import LEAVING
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard


class Leaving(models.Model):
    """What the household was told, until when it may speak, what it said, how it ended."""

    dossier = models.ForeignKey(
        HouseholdDossier,
        models.PROTECT,
        related_name="leavings",
        verbose_name=_("档案"),
    )
    exit_reason = models.CharField(
        _("退出原因"), max_length=12, choices=ExitReason.choices
    )
    reason = models.CharField(_("事实和理由"), max_length=200)
    state = models.CharField(
        _("状态"),
        max_length=8,
        choices=LeavingState.choices,
        default=LeavingState.TOLD,
    )
    told_on = models.DateField(_("告知日期"))
    told_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("告知人"),
    )
    told_by_name = models.CharField(_("告知人姓名"), max_length=60)
    hear_until = models.DateField(_("陈述截止"))
    statement = models.CharField(_("本人陈述"), max_length=500, blank=True)
    heard_on = models.DateField(_("陈述日期"), null=True)
    decided_on = models.DateField(_("决定日期"), null=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("决定人"),
    )
    decision = models.CharField(_("决定说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("退出告知")
        verbose_name_plural = _("退出告知")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",),
                condition=Q(state=LeavingState.TOLD),
                name="leaving_one_open_per_dossier",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(told_by=None)
                | ~Q(decided_by=F("told_by")),
                name="leaving_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=LeavingState.TOLD, decided_on=None, decision="")
                | (
                    ~Q(state=LeavingState.TOLD)
                    & Q(decided_on__isnull=False)
                    & ~Q(decision="")
                ),
                name="leaving_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(heard_on=None, statement="")
                | (Q(heard_on__isnull=False) & ~Q(statement="")),
                name="leaving_heard_with_words",
            ),
        )
        indexes = (
            models.Index(
                fields=("hear_until",),
                name="leaving_waiting",
                condition=Q(state=LeavingState.TOLD),
            ),
        )
        triggers = (
            state_guard(LEAVING),
            frozen_when(
                changed(
                    (
                        *("dossier", "exit_reason", "reason", "told_on"),
                        *("told_by", "told_by_name", "hear_until"),
                    )
                ),
                name="frozen",
                message="告知发出后不能修改；有变化的，保留在档后重新告知。",
                spares_owner=True,
            ),
            kept_when(
                pgtrigger.Condition("TRUE"),
                name="keep",
                message="退出告知不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dossier} {self.told_on}"
