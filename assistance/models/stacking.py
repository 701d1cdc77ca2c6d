"""Stacking (叠加规则): the terms of groups of schemes, and what each human has of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import Excess, StackedPer, StackingKind
from unionportal.core.guards import append_only


class StackingGroup(models.Model):
    """The terms of a group from a year on, as the first scheme that names them gave them."""

    code = models.SlugField(_("代码"), max_length=40)
    since = models.PositiveSmallIntegerField(_("自年度"))
    covers = models.CharField(_("适用的资金"), max_length=30)
    rule = models.CharField(_("规则"), max_length=10, choices=StackingKind.choices)
    per = models.CharField(_("按谁计算"), max_length=8, choices=StackedPer.choices)
    per_time = models.DecimalField(
        _("每次上限"), max_digits=14, decimal_places=2, null=True
    )
    per_year = models.DecimalField(
        _("每年上限"), max_digits=14, decimal_places=2, null=True
    )
    excess = models.CharField(_("超出时"), max_length=6, choices=Excess.choices)
    document = models.CharField(_("依据文件"), max_length=60)

    class Meta:
        verbose_name = _("叠加规则")
        verbose_name_plural = _("叠加规则")
        ordering = ("code", "since")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "since"), name="stacking_group_terms"
            ),
            models.CheckConstraint(
                condition=(
                    Q(rule=StackingKind.EXCLUSIVE, per_time=None, per_year=None)
                    | (
                        Q(rule=StackingKind.CAP)
                        & (Q(per_time__gt=0) | Q(per_year__gt=0))
                    )
                ),
                name="stacking_group_sums",
            ),
        )
        triggers = (append_only("叠加规则生效后不能修改；另定新的年度起点。"),)

    def __str__(self) -> str:
        return f"{self.code} {self.since}"


class StackedScheme(models.Model):
    """A published version belongs to a group: its claims draw on the group's room."""

    append_only = True

    version = models.ForeignKey(
        "assistance.SchemeVersion",
        models.PROTECT,
        related_name="stacked",
        verbose_name=_("方案版本"),
    )
    code = models.SlugField(_("叠加规则"), max_length=40)

    class Meta:
        verbose_name = _("方案所属叠加规则")
        verbose_name_plural = _("方案所属叠加规则")
        ordering = ("version", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("version", "code"), name="stacked_scheme_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {self.code}"


class StackingBalance(models.Model):
    """What one human was granted under a group in a year.

    Written by the database alone, beside the claim that draws on it
    (`migrations/sql/stacking.sql`); the CHECKs are the refusal, the row's lock is the
    queue in which two releases wait for each other.
    """

    append_only = True

    code = models.SlugField(_("叠加规则"), max_length=40, db_index=False)
    human = models.ForeignKey(
        "members.Person",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("受助人或收款人"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    count = models.PositiveIntegerField(_("次数"))
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    count_limit = models.PositiveIntegerField(_("次数上限"), null=True)
    amount_limit = models.DecimalField(
        _("金额上限"), max_digits=14, decimal_places=2, null=True
    )

    class Meta:
        verbose_name = _("叠加占用")
        verbose_name_plural = _("叠加占用")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("human", "code", "year"), name="stacking_one_balance"
            ),
            models.CheckConstraint(
                condition=Q(count_limit=None) | Q(count__lte=F("count_limit")),
                name="stacking_within_count",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0)
                & (Q(amount_limit=None) | Q(amount__lte=F("amount_limit"))),
                name="stacking_within_amount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.human_id} {self.year}"
