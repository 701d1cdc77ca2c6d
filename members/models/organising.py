"""Guidance towards a union (建会指导): an employer that ought to have one, followed up."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import OrganisingState
from members.models.organisation import Organisation
from members.workflow import ORGANISING
from unionportal.core.guards import append_only, kept_when, state_guard


class OrganisingCase(models.Model):
    """One effort to bring a union to one employer: who answers for it, and until when.

    It ends founded, with the union that came, or without one, with a reason.
    """

    employer = models.ForeignKey(
        "members.Employer",
        models.PROTECT,
        related_name="organising",
        verbose_name=_("用人单位"),
    )
    responsible = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("负责人")
    )
    state = models.CharField(
        _("状态"),
        max_length=8,
        choices=OrganisingState.choices,
        default=OrganisingState.GUIDING,
    )
    started_on = models.DateField(_("开始日期"))
    due_on = models.DateField(_("期限"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("建成的工会"),
    )
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    end_reason = models.CharField(_("未建会的原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("建会指导")
        verbose_name_plural = _("建会指导")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("employer",),
                condition=Q(state=OrganisingState.GUIDING),
                name="organising_one_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=OrganisingState.GUIDING,
                    ended_on=None,
                    organisation=None,
                    end_reason="",
                )
                | Q(
                    state=OrganisingState.FOUNDED,
                    ended_on__isnull=False,
                    organisation__isnull=False,
                )
                | Q(
                    ~Q(end_reason=""),
                    state=OrganisingState.ENDED,
                    ended_on__isnull=False,
                    organisation=None,
                ),
                name="organising_ends_with_union_or_reason",
            ),
        )
        triggers = (
            state_guard(ORGANISING),
            kept_when(
                pgtrigger.Q(old__employer__isnull=False),
                name="keep",
                message="建会指导不能删除；不再继续的请写明原因结束。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.employer}（{self.get_state_display()}）"


class OrganisingStep(models.Model):
    """What was done for it on a day: a call, a visit, a meeting. Never changed."""

    append_only = True

    case = models.ForeignKey(
        OrganisingCase,
        models.PROTECT,
        related_name="steps",
        verbose_name=_("建会指导"),
    )
    happened_on = models.DateField(_("日期"))
    said = models.CharField(_("做了什么"), max_length=300)
    noted_by_name = models.CharField(_("记录人"), max_length=60)

    class Meta:
        verbose_name = _("建会指导记录")
        verbose_name_plural = _("建会指导记录")
        ordering = ("happened_on", "id")
        triggers = (append_only("建会指导记录不能修改或删除；有误的请另记一条。"),)

    def __str__(self) -> str:
        return f"{self.happened_on} {self.said}"
