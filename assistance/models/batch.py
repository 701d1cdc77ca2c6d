"""Batches (发放批次): what one union pays in one round, its signatures and its funds."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import BatchKind, BatchState, LinkKind, SignatureStep
from assistance.rules.banks.layout import layout_title
from assistance.workflow import BATCH
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)

LIST = ("number", "round", "organisation", "kind", "sequence", "line_count", "total")


class PayingAccount(models.Model):
    """The bank account a union pays from, and the file layout its bank wants."""

    organisation = models.OneToOneField(
        "members.Organisation", models.PROTECT, verbose_name=_("工会")
    )
    bank_name = models.CharField(_("开户行"), max_length=60)
    number = models.CharField(_("账号"), max_length=32)
    layout = models.SlugField(_("文件格式"), max_length=40)
    link = models.CharField(
        _("银行连接"), max_length=8, choices=LinkKind.choices, default=LinkKind.FILE
    )
    endpoint = models.URLField(_("直联地址"), blank=True, default="")
    secret = SealedTextField(_("直联密钥"), null=True, blank=True)
    is_idempotent = models.BooleanField(
        _("重复的指令只付一次"),
        default=True,
        help_text=_("银行按发放编号去重；否则查无此笔的不自动再发，由两人核实"),
    )
    window_seconds = models.PositiveIntegerField(
        _("银行受理时限（秒）"),
        default=300,
        help_text=_("报文发出超过这个时间，银行不再受理"),
    )

    class Meta:
        verbose_name = _("付款账户")
        verbose_name_plural = _("付款账户")
        ordering = ("organisation",)
        constraints = (
            models.CheckConstraint(
                condition=Q(link=LinkKind.FILE)
                | (~Q(endpoint="") & Q(secret__isnull=False)),
                name="paying_account_direct_has_its_settings",
            ),
            models.CheckConstraint(
                condition=Q(window_seconds__gte=1), name="paying_account_window"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.bank_name}"

    @property
    def layout_title(self) -> str:
        """The layout as people call it."""
        return layout_title(self.layout)


class Batch(models.Model):
    """A frozen list with its digest; signatures are bound to the digest."""

    number = models.CharField(_("批次号"), max_length=24, unique=True)
    round = models.ForeignKey(
        "assistance.Round",
        models.PROTECT,
        related_name="batches",
        verbose_name=_("轮次"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("发放工会")
    )
    kind = models.CharField(_("类型"), max_length=10, choices=BatchKind.choices)
    sequence = models.PositiveSmallIntegerField(_("序号"))
    state = models.CharField(
        _("状态"), max_length=10, choices=BatchState.choices, default=BatchState.DRAFTED
    )
    cycle = models.PositiveSmallIntegerField(_("签批次数"), default=1)
    digest = models.CharField(_("清单摘要"), max_length=64)
    line_count = models.PositiveIntegerField(_("人数"))
    total = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    paid_count = models.PositiveIntegerField(_("到账人数"), default=0)
    paid_total = models.DecimalField(
        _("到账金额"), max_digits=16, decimal_places=2, default=0
    )
    returned_count = models.PositiveIntegerField(_("退回人数"), default=0)
    returned_total = models.DecimalField(
        _("退回金额"), max_digits=16, decimal_places=2, default=0
    )
    drafted_on = models.DateField(_("生成日期"))
    approved_on = models.DateField(_("审批日期"), null=True)
    instructed_on = models.DateField(_("送银行日期"), null=True)
    settled_on = models.DateField(_("对账日期"), null=True)

    class Meta:
        verbose_name = _("发放批次")
        verbose_name_plural = _("发放批次")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("round", "organisation", "kind", "sequence"), name="batch_once"
            ),
            models.CheckConstraint(
                condition=Q(line_count__gte=1), name="batch_not_empty"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="batch_total"),
        )
        triggers = (
            state_guard(BATCH),
            frozen_when(
                changed((*LIST, "drafted_on")),
                name="frozen",
                message="批次的名单生成后不能修改；有误请撤下个人或退回经办。",
            ),
            kept_when(
                pgtrigger.Q(old__sequence__gte=0),
                name="keep",
                message="批次不能删除；不再发放的请作废。",
            ),
        )

    def __str__(self) -> str:
        return self.number


class BatchFunding(models.Model):
    """How much of a batch each source bears.

    The withdrawn part is kept here as a running total, so that an approval needs
    no look at the list.
    """

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="fundings", verbose_name=_("批次")
    )
    source = models.ForeignKey(
        "assistance.FundSource", models.PROTECT, verbose_name=_("来源")
    )
    line_count = models.PositiveIntegerField(_("人数"))
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    withdrawn_count = models.PositiveIntegerField(_("撤下人数"), default=0)
    withdrawn_amount = models.DecimalField(
        _("撤下金额"), max_digits=16, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = _("批次资金")
        verbose_name_plural = _("批次资金")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "source"), name="batch_funding_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_count__lte=models.F("line_count"),
                    withdrawn_amount__gte=0,
                    withdrawn_amount__lte=models.F("amount"),
                ),
                name="batch_funding_withdrawn",
            ),
        )
        triggers = (
            frozen_when(
                changed(("batch", "source", "line_count", "amount")),
                name="frozen",
                message="批次的资金来源生成后不能修改；有误请退回经办。",
            ),
            kept_when(
                pgtrigger.Q(old__line_count__gte=0),
                name="keep",
                message="批次的资金来源不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id} {self.source_id} {self.amount}"


class Signature(models.Model):
    """A step signed by a person, bound to the digest of the list as it stood."""

    append_only = True

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="signatures", verbose_name=_("批次")
    )
    cycle = models.PositiveSmallIntegerField(_("签批次数"))
    step = models.CharField(_("环节"), max_length=10, choices=SignatureStep.choices)
    user = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("签批人")
    )
    principal = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("被代理人"),
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        verbose_name=_("签批工会"),
        help_text=_("与发放工会不同即为代审"),
    )
    digest = models.CharField(_("清单摘要"), max_length=64)
    on = models.DateField(_("日期"))
    comment = models.CharField(_("意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("签批")
        verbose_name_plural = _("签批")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "cycle", "step"), name="signature_once_per_step"
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.get_step_display()}"


class SignaturePerson(models.Model):
    """Who stands behind the signatures of a cycle, deputies and principals alike.

    Written by a database trigger on `Signature`. The unique key is the separation of
    duties: maker, checker, approver and payer are different persons (design section 5).
    """

    append_only = True

    batch = models.ForeignKey(Batch, models.PROTECT)
    cycle = models.PositiveSmallIntegerField()
    user = models.ForeignKey("members.User", models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="persons")

    class Meta:
        verbose_name = _("签批责任人")
        verbose_name_plural = _("签批责任人")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "cycle", "user"), name="signature_person_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}-{self.cycle}-{self.user_id}"
