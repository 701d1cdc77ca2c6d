"""Reconciliations (对账): an account's month, its open items, and who signed for it."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assistance.enums import OutstandingKind, ReconciliationState
from assistance.workflow import RECONCILIATION
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)

_OPEN = Q(state=ReconciliationState.OPEN)
_CLOSED = Q(state=ReconciliationState.CLOSED)
_SIGNED = Q(prepared_by__isnull=False, prepared_on__isnull=False) & ~Q(digest="")


def _sum(label: StrOrPromise) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(label, max_digits=16, decimal_places=2, default=0)


class Reconciliation(models.Model):
    """A month of a paying account; while it is signed, with the figures signed for."""

    paying_account = models.ForeignKey(
        "assistance.PayingAccount",
        models.PROTECT,
        related_name="reconciliations",
        verbose_name=_("付款账户"),
    )
    month = models.DateField(_("月份"), help_text=_("当月第一天"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=ReconciliationState.choices,
        default=ReconciliationState.OPEN,
    )
    bank_balance = _sum(_("对账单余额"))
    book_balance = _sum(_("账面余额"))
    opening = _sum(_("启用余额"))
    bank_received = _sum(_("银行已收、企业未收"))
    bank_paid = _sum(_("银行已付、企业未付"))
    book_received = _sum(_("企业已收、银行未收"))
    book_paid = _sum(_("企业已付、银行未付"))
    item_count = models.PositiveIntegerField(_("未达账项"), default=0)
    digest = models.CharField(_("调节表摘要"), max_length=64, blank=True)
    prepared_on = models.DateField(_("编制日期"), null=True)
    prepared_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("编制人"),
    )
    prepared_for = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("编制人代理"),
    )
    closed_on = models.DateField(_("关账日期"), null=True)
    closed_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    closed_for = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("审核人代理"),
    )
    reopened_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("重新打开"),
    )
    reopened_for = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("重新打开人代理"),
    )
    reopen_reason = models.CharField(_("重新打开理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("余额调节表")
        verbose_name_plural = _("余额调节表")
        ordering = ("-month", "paying_account")
        constraints = (
            models.UniqueConstraint(
                fields=("paying_account", "month"), name="reconciliation_once"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="reconciliation_first_day"
            ),
            models.CheckConstraint(
                condition=_OPEN | _SIGNED, name="reconciliation_prepared"
            ),
            models.CheckConstraint(
                condition=(
                    _CLOSED & Q(closed_by__isnull=False, closed_on__isnull=False)
                )
                | (~_CLOSED & Q(closed_by=None, closed_on=None, closed_for=None)),
                name="reconciliation_closed",
            ),
            # Who prepares does not review, deputies and principals included.
            models.CheckConstraint(
                condition=~_CLOSED
                | (
                    ~Q(closed_by=F("prepared_by"))
                    & (Q(prepared_for=None) | ~Q(closed_by=F("prepared_for")))
                    & (Q(closed_for=None) | ~Q(closed_for=F("prepared_by")))
                    & (
                        Q(closed_for=None)
                        | Q(prepared_for=None)
                        | ~Q(closed_for=F("prepared_for"))
                    )
                ),
                name="reconciliation_two_persons",
            ),
            models.CheckConstraint(
                condition=_OPEN
                | Q(
                    bank_balance=F("book_balance")
                    + F("opening")
                    + F("bank_received")
                    - F("bank_paid")
                    - F("book_received")
                    + F("book_paid")
                ),
                name="reconciliation_agrees",
            ),
        )
        triggers = (
            state_guard(RECONCILIATION),
            frozen_when(
                changed(("paying_account", "month")),
                name="frozen",
                message="对账月份的账户和月份不能修改。",
            ),
            kept_when(
                pgtrigger.Q(old__id__gte=0),
                name="keep",
                message="对账月份不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y年}{self.month.month}月"


class OutstandingItem(models.Model):
    """What somebody says of an item that only one side knows at the end of a month."""

    reconciliation = models.ForeignKey(
        Reconciliation,
        models.PROTECT,
        related_name="explanations",
        verbose_name=_("对账月份"),
    )
    line = models.ForeignKey(
        "assistance.StatementLine",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name=_("对账单明细"),
    )
    movement_id = models.BigIntegerField(_("日记账行"), null=True)
    kind = models.CharField(_("类别"), max_length=14, choices=OutstandingKind.choices)
    note = models.CharField(_("说明"), max_length=200)
    on = models.DateField(_("日期"))
    made_by = models.CharField(_("说明人"), max_length=60)

    class Meta:
        verbose_name = _("未达账项")
        verbose_name_plural = _("未达账项")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("reconciliation", "line"), name="outstanding_line_once"
            ),
            models.UniqueConstraint(
                fields=("reconciliation", "movement_id"),
                name="outstanding_movement_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    line__isnull=False,
                    movement_id=None,
                    kind__in=(
                        OutstandingKind.BANK_RECEIVED,
                        OutstandingKind.BANK_PAID,
                    ),
                )
                | Q(
                    line=None,
                    movement_id__isnull=False,
                    kind__in=(
                        OutstandingKind.BOOK_RECEIVED,
                        OutstandingKind.BOOK_PAID,
                    ),
                ),
                name="outstanding_of_one_side",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="outstanding_has_note"),
        )

    def __str__(self) -> str:
        return self.note


class OpeningBalance(models.Model):
    """What lay on an account when its statements began and is on no book here.

    The latest row of an account counts.
    """

    append_only = True

    paying_account = models.ForeignKey(
        "assistance.PayingAccount", models.PROTECT, verbose_name=_("付款账户")
    )
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    document = models.CharField(_("依据"), max_length=200)
    on = models.DateField(_("日期"))
    made_by = models.CharField(_("确认人"), max_length=60)

    class Meta:
        verbose_name = _("启用余额")
        verbose_name_plural = _("启用余额")
        ordering = ("id",)
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.paying_account_id} {self.amount}"
