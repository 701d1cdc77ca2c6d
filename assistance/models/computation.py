"""Computations (测算): how a round's answers were written, in one piece or in chunks."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RoundComputation(models.Model):
    """One computing of a round. The latest one of a round is the one that counts.

    `deviations` are the amounts that somebody had decided against the rule before;
    the last chunk writes them back where the rule still proposes the same.
    """

    round = models.ForeignKey(
        "assistance.Round",
        models.PROTECT,
        related_name="computations",
        verbose_name=_("轮次"),
    )
    job_id = models.BigIntegerField(_("后台任务"), null=True, unique=True)
    deviations = models.JSONField(_("保留的核定金额"), default=list)
    is_finished = models.BooleanField(_("已完成"), default=False)

    class Meta:
        verbose_name = _("测算")
        verbose_name_plural = _("测算")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.round_id}/{self.pk}"


class RoundChunk(models.Model):
    """A range of union paths that one job answers: from (included) to (left out).

    Empty means open. The chunks of a computation follow each other without a gap.
    """

    computation = models.ForeignKey(
        RoundComputation,
        models.PROTECT,
        related_name="chunks",
        db_index=False,
        verbose_name=_("测算"),
    )
    number = models.PositiveIntegerField(_("段号"))
    path_from = models.CharField(_("自"), max_length=255, blank=True, default="")
    path_to = models.CharField(_("至"), max_length=255, blank=True, default="")
    expected_count = models.PositiveIntegerField(_("预计户数"), default=0)
    answered_count = models.PositiveIntegerField(_("已答户数"), default=0)
    is_done = models.BooleanField(_("已完成"), default=False)

    class Meta:
        verbose_name = _("测算段")
        verbose_name_plural = _("测算段")
        ordering = ("computation", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("computation", "number"), name="chunk_number"
            ),
            models.CheckConstraint(
                condition=Q(path_to="") | Q(path_from__lt=models.F("path_to")),
                name="chunk_range",
            ),
        )

    def __str__(self) -> str:
        return f"{self.computation_id}-{self.number}"
