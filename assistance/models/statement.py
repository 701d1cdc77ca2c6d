"""Bank statements (对账单): what the bank says of a paying account, kept as it was."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import LineKind, Side
from unionportal.core.guards import append_only


class BankStatement(models.Model):
    """One statement of one account: it begins where the one before ended."""

    append_only = True

    paying_account = models.ForeignKey(
        "assistance.PayingAccount",
        models.PROTECT,
        related_name="statements",
        verbose_name=_("付款账户"),
    )
    sequence = models.PositiveIntegerField(_("序号"))
    layout = models.SlugField(_("文件格式"), max_length=40)
    name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64, unique=True)
    period_from = models.DateField(_("开始日期"))
    period_to = models.DateField(_("结束日期"))
    opening = models.DecimalField(_("期初余额"), max_digits=16, decimal_places=2)
    closing = models.DecimalField(_("期末余额"), max_digits=16, decimal_places=2)
    line_count = models.PositiveIntegerField(_("行数"))
    received_total = models.DecimalField(_("收入"), max_digits=16, decimal_places=2)
    paid_total = models.DecimalField(_("付出"), max_digits=16, decimal_places=2)
    on = models.DateField(_("导入日期"))
    made_by = models.CharField(_("导入人"), max_length=60)

    class Meta:
        verbose_name = _("银行对账单")
        verbose_name_plural = _("银行对账单")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("paying_account", "sequence"), name="statement_sequence"
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="statement_period"
            ),
            models.CheckConstraint(
                condition=Q(
                    closing=F("opening") + F("received_total") - F("paid_total")
                ),
                name="statement_adds_up",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return self.name


class StatementLine(models.Model):
    """One line of a statement. A bulk table: written by COPY, proved set-wise."""

    append_only = True

    statement = models.ForeignKey(
        BankStatement,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="lines",
        verbose_name=_("对账单"),
    )
    paying_account = models.ForeignKey(
        "assistance.PayingAccount",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="statement_lines",
        verbose_name=_("付款账户"),
    )
    number = models.PositiveIntegerField(_("行号"))
    on = models.DateField(_("日期"))
    side = models.CharField(_("收付"), max_length=3, choices=Side.choices)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    balance = models.DecimalField(_("余额"), max_digits=16, decimal_places=2)
    counterparty = models.CharField(_("对方户名"), max_length=100, blank=True)
    reference = models.CharField(_("凭证号"), max_length=40, blank=True)
    summary = models.CharField(_("摘要"), max_length=100, blank=True)
    kind = models.CharField(_("性质"), max_length=10, choices=LineKind.choices)

    class Meta:
        verbose_name = _("对账单明细")
        verbose_name_plural = _("对账单明细")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("paying_account", "on"), name="line_by_account"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("statement", "number"), name="statement_line_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="statement_line_amount"
            ),
            models.CheckConstraint(
                condition=Q(side__in=Side.values), name="statement_line_side"
            ),
        )

    def __str__(self) -> str:
        return f"{self.on} {self.summary} {self.amount}"


class StatementRefusal(models.Model):
    """A file that was refused whole, with what was wrong, for those who ask the bank."""

    append_only = True

    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, null=True, verbose_name=_("工会")
    )
    name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    problems = models.JSONField(_("问题"), default=list)
    on = models.DateField(_("日期"))
    made_by = models.CharField(_("导入人"), max_length=60)

    class Meta:
        verbose_name = _("拒收的对账单")
        verbose_name_plural = _("拒收的对账单")
        ordering = ("-id",)
        triggers = (append_only(),)

    def __str__(self) -> str:
        return self.name
