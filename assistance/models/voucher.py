"""Accounting vouchers (记账凭证): what a union's own accounts are told of a batch."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import AccountingVoucherState, VoucherSide
from assistance.workflow import ACCOUNTING_VOUCHER
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)


class SubjectCode(models.Model):
    """A subject (会计科目) of a union's accounts; it serves the unions below as well.

    Without a source it is the bank deposit from which is paid, else the expense that
    aid out of that source is.
    """

    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("工会")
    )
    source = models.ForeignKey(
        "assistance.FundSource",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("资金来源"),
    )
    code = models.CharField(_("科目编码"), max_length=20)
    name = models.CharField(_("科目名称"), max_length=60)

    class Meta:
        verbose_name = _("会计科目")
        verbose_name_plural = _("会计科目")
        ordering = ("organisation", "source")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "source"),
                name="subject_code_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountingVoucher(models.Model):
    """What arrived of a batch since its voucher before; below zero it is written in red.

    The number is the one under which the union's own accounts have booked it.
    """

    batch = models.ForeignKey(
        "assistance.Batch",
        models.PROTECT,
        related_name="vouchers",
        verbose_name=_("批次"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("发放工会")
    )
    sequence = models.PositiveSmallIntegerField(_("序号"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=AccountingVoucherState.choices,
        default=AccountingVoucherState.DRAWN,
    )
    total = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    drawn_on = models.DateField(_("开具日期"))
    drawn_by = models.CharField(_("制单人"), max_length=60)
    number = models.CharField(_("凭证字号"), max_length=40, blank=True, default="")
    numbered_on = models.DateField(_("记账日期"), null=True)
    numbered_by = models.CharField(_("登记人"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("记账凭证")
        verbose_name_plural = _("记账凭证")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "sequence"), name="accounting_voucher_once"
            ),
            models.UniqueConstraint(
                models.F("organisation"),
                models.F("numbered_on__year"),
                models.F("number"),
                condition=~Q(number=""),
                name="accounting_voucher_number_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AccountingVoucherState.NUMBERED, numbered_on__isnull=False
                )
                & ~Q(number="")
                | ~Q(state=AccountingVoucherState.NUMBERED)
                & Q(number="", numbered_on=None, numbered_by=""),
                name="accounting_voucher_numbered",
            ),
        )
        triggers = (
            state_guard(ACCOUNTING_VOUCHER),
            frozen_when(
                changed(
                    (
                        *("batch", "organisation", "sequence", "total"),
                        *("drawn_on", "drawn_by"),
                    )
                ),
                name="frozen",
                message="记账凭证开具后不能修改；有误请作废后重新开具。",
            ),
            kept_when(
                pgtrigger.Q(old__sequence__gte=0),
                name="keep",
                message="记账凭证不能删除；有误请作废。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch.number}-P{self.sequence}"


class AccountingVoucherLine(models.Model):
    """A line: one debit for each source, one credit of the bank deposit."""

    append_only = True

    voucher = models.ForeignKey(
        AccountingVoucher,
        models.PROTECT,
        related_name="lines",
        verbose_name=_("记账凭证"),
    )
    side = models.CharField(_("借贷"), max_length=6, choices=VoucherSide.choices)
    source = models.ForeignKey(
        "assistance.FundSource",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("资金来源"),
    )
    subject_code = models.CharField(_("科目编码"), max_length=20)
    subject_name = models.CharField(_("科目名称"), max_length=60)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("凭证分录")
        verbose_name_plural = _("凭证分录")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("voucher", "source"),
                name="voucher_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(side=VoucherSide.DEBIT, source__isnull=False)
                | Q(side=VoucherSide.CREDIT, source=None),
                name="voucher_line_side",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) | Q(side=VoucherSide.CREDIT),
                name="voucher_line_not_zero",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.subject_code} {self.amount}"
