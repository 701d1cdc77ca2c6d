"""Funds (资金): double-entry accounts per union and source; the database refuses an overspend."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import AccountKind, EntryKind
from unionportal.core.guards import append_only


class FundSource(models.Model):
    """Where money comes from, with its strings: which file levels it may serve."""

    code = models.SlugField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    file_levels = models.JSONField(_("限用档案级别"), default=list)
    basis = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("资金来源")
        verbose_name_plural = _("资金来源")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """One bucket of one source at one union; balances are kept by the database alone.

    `funding` mirrors what came in and is never positive; the other three never go
    below zero, whoever writes.
    """

    append_only = True

    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("工会")
    )
    source = models.ForeignKey(FundSource, models.PROTECT, verbose_name=_("来源"))
    kind = models.CharField(_("科目"), max_length=10, choices=AccountKind.choices)
    balance = models.DecimalField(
        _("余额"), max_digits=16, decimal_places=2, default=0, editable=False
    )

    class Meta:
        verbose_name = _("资金账户")
        verbose_name_plural = _("资金账户")
        ordering = ("organisation", "source", "kind")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "source", "kind"), name="account_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.FUNDING, balance__lte=0)
                | (~Q(kind=AccountKind.FUNDING) & Q(balance__gte=0)),
                name="account_never_overspent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.source} {self.get_kind_display()}"


class Entry(models.Model):
    """One event on the books: its postings add up to zero at commit."""

    append_only = True

    kind = models.CharField(_("事项"), max_length=10, choices=EntryKind.choices)
    on = models.DateField(_("业务日期"))
    key = models.CharField(
        _("凭据键"),
        max_length=80,
        unique=True,
        help_text=_("同一事项只能入账一次"),
    )
    document = models.CharField(_("依据"), max_length=200)
    batch = models.ForeignKey(
        "assistance.Batch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("批次"),
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("冲销")
    )
    made_by = models.CharField(_("记账人"), max_length=60)

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        ordering = ("-id",)
        triggers = (append_only(),)

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """An amount on an account: one per batch, source and account."""

    append_only = True

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", verbose_name=_("分录")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", verbose_name=_("账户")
    )
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("记账")
        verbose_name_plural = _("记账")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("entry", "account"), name="posting_once_per_account"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero"),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
