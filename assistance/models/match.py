"""Matches (核对): which lines of the bank are which movements of the books."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import MatchMethod, Side
from unionportal.core.guards import changed, frozen_when, kept_when

CONTENT = (
    *("paying_account", "group", "line", "movement_id", "line_amount"),
    *("movement_amount", "on", "method", "made_by", "made_on"),
)


class CashMovement(models.Model):
    """A line of the deposit journal (银行存款日记账): money that reached or left an account.

    A view: payments when they were paid, their money when it came back after that,
    and every receipt, transfer, fee and interest that is on the books.
    """

    organisation = models.ForeignKey(
        "members.Organisation", models.DO_NOTHING, verbose_name=_("工会")
    )
    on = models.DateField(_("日期"))
    side = models.CharField(_("收付"), max_length=3, choices=Side.choices)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    reference = models.CharField(_("发放编号"), max_length=32)
    title = models.CharField(_("依据"), max_length=200)
    batch_id = models.BigIntegerField(null=True)
    payment_id = models.BigIntegerField(null=True)
    posting_id = models.BigIntegerField(null=True)
    void_on = models.DateField(_("冲销日期"), null=True)

    class Meta:
        managed = False
        db_table = "assistance_cashmovement"
        verbose_name = _("日记账行")
        verbose_name_plural = _("日记账行")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.on} {self.title} {self.amount}"


class Match(models.Model):
    """A line, a movement, or both; the rows of a group add up to the same on both sides.

    `on` is the later of all days in the group: from then on bank and books agree on
    it. What was matched wrongly is undone, with a reason, and the row stays.
    """

    paying_account = models.ForeignKey(
        "assistance.PayingAccount",
        models.DO_NOTHING,
        db_constraint=False,
        verbose_name=_("付款账户"),
    )
    group = models.BigIntegerField(_("核对号"))
    line = models.ForeignKey(
        "assistance.StatementLine",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="matches",
        verbose_name=_("对账单明细"),
    )
    movement_id = models.BigIntegerField(_("日记账行"), null=True)
    line_amount = models.DecimalField(
        _("银行金额"), max_digits=16, decimal_places=2, default=0
    )
    movement_amount = models.DecimalField(
        _("账面金额"), max_digits=16, decimal_places=2, default=0
    )
    on = models.DateField(_("两清日期"))
    method = models.CharField(_("方式"), max_length=10, choices=MatchMethod.choices)
    made_by = models.CharField(_("核对人"), max_length=60)
    made_on = models.DateField(_("核对日期"))
    undone_on = models.DateField(_("取消日期"), null=True)
    undone_by = models.CharField(_("取消人"), max_length=60, blank=True)
    undone_reason = models.CharField(_("取消理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("核对")
        verbose_name_plural = _("核对")
        ordering = ("id",)
        indexes = (models.Index(fields=("group",), name="match_by_group"),)
        constraints = (
            models.UniqueConstraint(
                fields=("line",),
                condition=Q(undone_on=None),
                name="match_one_of_a_line",
            ),
            models.UniqueConstraint(
                fields=("movement_id",),
                condition=Q(undone_on=None),
                name="match_one_of_a_movement",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False) | Q(movement_id__isnull=False),
                name="match_of_something",
            ),
            models.CheckConstraint(
                condition=Q(undone_on=None, undone_by="", undone_reason="")
                | (
                    Q(undone_on__isnull=False) & ~Q(undone_by="") & ~Q(undone_reason="")
                ),
                name="match_undone_with_reason",
            ),
        )
        triggers = (
            frozen_when(
                changed(CONTENT) | pgtrigger.Q(old__undone_on__isnull=False),
                name="frozen",
                message="核对记录不能修改；有误请取消后重新核对。",
            ),
            kept_when(
                pgtrigger.Q(old__group__gte=0),
                name="keep",
                message="核对记录不能删除；有误请取消。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.line_amount}"
