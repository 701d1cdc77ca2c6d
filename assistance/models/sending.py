"""Sendings over the direct link, and what officers decide where a bank cannot say."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import DoubtVerdict, SendingOutcome
from unionportal.core.guards import append_only, changed, frozen_when


class BankSending(models.Model):
    """One sending of a batch's order, committed before its first byte leaves.

    The bank accepts it until its window has passed. A further sending needs that the
    one before is closed and unknown to the bank: a trigger in `sql/sendings.sql` holds
    it, on the database's own clock.
    """

    bank_file = models.ForeignKey(
        "assistance.BankFile",
        models.PROTECT,
        related_name="sendings",
        verbose_name=_("银行指令"),
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    sha256 = models.CharField(_("报文摘要"), max_length=64)
    line_count = models.PositiveIntegerField(_("行数"))
    sent_at = models.DateTimeField(_("发出时刻"))
    closes_at = models.DateTimeField(_("此后银行不再受理"))
    outcome = models.CharField(
        _("结果"),
        max_length=10,
        choices=SendingOutcome.choices,
        default=SendingOutcome.OPEN,
    )
    outcome_at = models.DateTimeField(_("结果时刻"), null=True)
    note = models.CharField(_("所见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("直联发送")
        verbose_name_plural = _("直联发送")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("bank_file", "number"), name="sending_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, closes_at__gt=F("sent_at")),
                name="sending_window",
            ),
            models.CheckConstraint(
                condition=Q(outcome=SendingOutcome.OPEN, outcome_at=None)
                | (~Q(outcome=SendingOutcome.OPEN) & Q(outcome_at__isnull=False)),
                name="sending_outcome_has_its_time",
            ),
        )
        triggers = (
            frozen_when(
                changed(
                    (
                        "bank_file",
                        "number",
                        "sha256",
                        "line_count",
                        "sent_at",
                        "closes_at",
                    )
                ),
                name="frozen",
                message="直联发送登记后不能修改。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bank_file_id} {self.number}"


class DoubtDecision(models.Model):
    """What two officers found out at the bank, for payments it cannot answer for."""

    append_only = True

    batch = models.ForeignKey(
        "assistance.Batch",
        models.PROTECT,
        related_name="doubt_decisions",
        verbose_name=_("批次"),
    )
    number = models.PositiveSmallIntegerField(_("序号"))
    verdict = models.CharField(
        _("核实结果"), max_length=8, choices=DoubtVerdict.choices
    )
    line_count = models.PositiveIntegerField(_("笔数"))
    reason = models.CharField(_("依据"), max_length=200)
    found_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("核实人")
    )
    found_on = models.DateField(_("核实日期"))
    # Of a confirmation: which finding it confirms; the finding itself confirms none.
    confirms = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="confirmed_by"
    )

    class Meta:
        verbose_name = _("存疑核实")
        verbose_name_plural = _("存疑核实")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "number"), name="doubt_decision_numbered"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="doubt_decision_says_why"
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.get_verdict_display()}"
