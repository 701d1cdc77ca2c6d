"""Payments (发放): the claim that allows one payment, and its attempts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import PaymentEnd, PaymentState, SubjectKind
from assistance.rules.answers import return_in_words


class PaymentClaim(models.Model):
    """The right to one payment of a scheme for a subject and occurrence.

    Unpartitioned, so that its unique keys hold over all unions, rounds and years.
    `human` is whom it is for: the subject, or the principal of a household, under the
    registration that his others were merged into. The database sees to it
    (`migrations/sql/claims_of_humans.sql`).
    """

    scheme = models.ForeignKey(
        "assistance.Scheme", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField(_("对象"))
    occurrence = models.CharField(_("发生键"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年度"))
    round = models.ForeignKey(
        "assistance.Round", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    determination_id = models.BigIntegerField(_("认定"))
    payee = models.ForeignKey(
        "members.Person", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    human = models.ForeignKey(
        "members.Person",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("受助人"),
    )
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    released = models.BooleanField(_("已撤下"), default=False)
    # The money came back for good; the subject is not granted the same again.
    ended = models.BooleanField(_("已终止"), default=False)

    class Meta:
        verbose_name = _("发放权")
        verbose_name_plural = _("发放权")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("round", "organisation"), name="claim_by_round"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id", "scheme", "occurrence"),
                condition=Q(released=False),
                name="claim_one_live",
            ),
            models.UniqueConstraint(
                fields=("human", "scheme", "occurrence"),
                condition=Q(released=False, ended=False),
                name="claim_one_per_human",
            ),
            models.UniqueConstraint(
                fields=("determination_id",), name="claim_once_per_determination"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_amount"),
        )

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.subject_kind} {self.subject_id}"


class Payment(models.Model):
    """One attempt to pay a claim. Partitioned by year; only its outcome ever changes."""

    year = models.PositiveSmallIntegerField(_("年度"))
    batch = models.ForeignKey(
        "assistance.Batch", models.DO_NOTHING, db_constraint=False, db_index=False
    )
    claim = models.ForeignKey(
        PaymentClaim, models.DO_NOTHING, db_constraint=False, db_index=False
    )
    attempt = models.PositiveSmallIntegerField(_("第几次"))
    source = models.ForeignKey(
        "assistance.FundSource",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        verbose_name=_("资金来源"),
    )
    account = models.ForeignKey(
        "members.BankAccount",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        verbose_name=_("收款账户"),
    )
    reference = models.CharField(_("发放编号"), max_length=32)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=PaymentState.choices,
        default=PaymentState.PLANNED,
    )
    reason_code = models.CharField(_("退回原因"), max_length=24, default="")
    end_reason = models.CharField(
        _("终止原因"), max_length=12, choices=PaymentEnd.choices, default=""
    )
    instructed_on = models.DateField(_("送银行日期"), null=True)
    settled_on = models.DateField(_("结果日期"), null=True)
    # Stays when the money comes back: bank and books both saw it go.
    paid_on = models.DateField(_("付出日期"), null=True)

    class Meta:
        verbose_name = _("发放")
        verbose_name_plural = _("发放")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.reference

    @property
    def reason_label(self) -> str:
        """Why the bank sent it back, in plain words; empty while it did not."""
        return return_in_words(self.reason_code) if self.reason_code else ""
