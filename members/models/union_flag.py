"""Flags (普查问题): what a census found wrong with a union, and what became of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import FlagState
from members.workflow import FLAG
from unionportal.core.guards import append_only, bulk_state_guard
from unionportal.core.models import SealedPaper


class UnionFlag(models.Model):
    """One flag on one union, for as long as censuses know of it.

    `condition` and `facts` are what the last census that saw it judged by; what it means
    is read out of them. A flag shows again after it was repaired or had gone: the same
    row is open again and `reopened` counts it. `due_on` is the day by which the union
    has to answer; once explained, the day until which the explanation holds.
    """

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="flags",
        verbose_name=_("工会"),
    )
    rule = models.CharField(_("问题代码"), max_length=40)
    title = models.CharField(_("问题"), max_length=60)
    condition = models.TextField(_("条件"))
    facts = models.JSONField(_("事实"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=FlagState.choices,
        db_default=FlagState.OPEN,
        default=FlagState.OPEN,
    )
    first_seen_on = models.DateField(_("首次发现"))
    last_seen_on = models.DateField(_("最近发现"))
    due_on = models.DateField(_("期限"))
    reopened = models.PositiveSmallIntegerField(_("再次出现"), db_default=0, default=0)
    answer = models.CharField(
        _("整改或说明"), max_length=500, blank=True, db_default="", default=""
    )
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("答复人"),
    )
    accepted_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )

    class Meta:
        verbose_name = _("普查问题")
        verbose_name_plural = _("普查问题")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("state", "rule", "id"), name="unionflag_by_state"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "rule"), name="unionflag_once"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=(
                        FlagState.REPAIRED,
                        FlagState.EXPLAINING,
                        FlagState.EXPLAINED,
                    ),
                    answer="",
                ),
                name="unionflag_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None)
                | Q(answered_by=None)
                | ~Q(accepted_by=models.F("answered_by")),
                name="unionflag_second_person_accepts",
            ),
        )
        triggers = (bulk_state_guard(FLAG),)

    def __str__(self) -> str:
        return self.title


class FlagPaper(SealedPaper):
    """What proves an answer: a certificate, a contract, a photograph; never changed.

    `turn` is how often the flag had come back when the paper was handed in: papers of
    an earlier turn prove nothing about the answer of this one.
    """

    SEALED_FOR = "members.flag.paper"

    flag = models.ForeignKey(
        UnionFlag, models.PROTECT, related_name="papers", verbose_name=_("普查问题")
    )
    turn = models.PositiveSmallIntegerField(_("第几次再现时"))
    added_on = models.DateField(_("交来日期"))

    class Meta:
        verbose_name = _("普查佐证材料")
        verbose_name_plural = _("普查佐证材料")
        ordering = ("flag_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("flag", "number"), name="flag_paper_once"),
        )
        triggers = (
            append_only(
                "普查佐证材料不能修改或删除；有误的请另交一份。", spares_owner=True
            ),
        )
