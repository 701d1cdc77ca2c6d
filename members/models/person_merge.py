"""Merges (人员合并): two registrations found to be one human, decided by two people."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import MergeState
from members.workflow import MERGE
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

STANDING = (MergeState.PROPOSED, MergeState.MERGED)


class PersonMerge(models.Model):
    """`duplicate` leads to `kept` from now on. Nothing is moved, so all can be undone."""

    kept = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="merges_kept",
        verbose_name=_("保留的登记"),
    )
    duplicate = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="merges",
        verbose_name=_("重复的登记"),
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=MergeState.choices,
        default=MergeState.PROPOSED,
    )
    reason = models.CharField(_("认定为同一人的依据"), max_length=200)
    proposed_on = models.DateField(_("提出日期"))
    proposed_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    decided_on = models.DateField(_("复核日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    answer = models.CharField(_("不予合并、还原的原因"), max_length=200, blank=True)
    undone_on = models.DateField(_("还原日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("人员合并")
        verbose_name_plural = _("人员合并")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("duplicate",),
                condition=Q(state__in=STANDING),
                name="merge_one_standing",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("duplicate")), name="merge_of_two"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="merge_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=MergeState.PROPOSED, decided_by=None, decided_on=None)
                | Q(
                    ~Q(state=MergeState.PROPOSED),
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                ),
                name="merge_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=(MergeState.REFUSED, MergeState.UNDONE), answer=""
                ),
                name="merge_ended_with_reason",
            ),
        )
        triggers = (
            state_guard(MERGE),
            frozen_when(
                changed(("kept", "duplicate", "proposed_by", "proposed_on", "reason")),
                name="frozen",
                message="人员合并提出后不能修改；有误请不予合并后重新提出。",
            ),
            kept_when(
                pgtrigger.Q(old__reason__gte=""),
                name="keep",
                message="人员合并记录不能删除；有误请还原。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.kept_id}"
