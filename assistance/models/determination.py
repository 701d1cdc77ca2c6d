"""Determinations (认定): one per candidate and round, with the values it rests on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistance.enums import Outcome, SubjectKind


class Determination(models.Model):
    """A bulk row: partitioned by year, written by one statement, frozen by the notice.

    References carry no per-row trigger (ADR 0003); the freeze checks them set-wise.
    `facts` holds the seen values by fact name; the explanation is made from them.
    """

    year = models.PositiveSmallIntegerField(_("年度"))
    round = models.ForeignKey(
        "assistance.Round", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        verbose_name=_("发放工会"),
    )
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField(_("对象"))
    occurrence = models.CharField(_("发生键"), max_length=40)
    payee = models.ForeignKey(
        "members.Person",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name=_("收款人"),
    )
    outcome = models.CharField(_("结论"), max_length=10, choices=Outcome.choices)
    clause = models.CharField(_("未满足条款"), max_length=40, default="")
    missing_fact = models.CharField(_("缺少事实"), max_length=40, default="")
    proposed_amount = models.DecimalField(
        _("测算金额"), max_digits=14, decimal_places=2, null=True
    )
    decided_amount = models.DecimalField(
        _("核定金额"), max_digits=14, decimal_places=2, null=True
    )
    deviation_reason = models.CharField(_("调整理由"), max_length=200, default="")
    deviation_by = models.BigIntegerField(_("调整人"), null=True)
    facts = models.JSONField(_("所见事实"))
    supersedes = models.BigIntegerField(_("取代的认定"), null=True)
    superseded_by = models.BigIntegerField(_("被取代于"), null=True)

    class Meta:
        verbose_name = _("认定")
        verbose_name_plural = _("认定")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.round_id}-{self.subject_kind}-{self.subject_id}"
