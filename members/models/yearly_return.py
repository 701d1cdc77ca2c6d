"""Yearly returns (工会年度报表): people, account and money of a union, once a year."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from unionportal.core.history import keep_versions


def _yuan(label: StrOrPromise) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=14, decimal_places=2, default=0)


@keep_versions()
class YearlyReturn(models.Model):
    """What a union says of a year; a later filing corrects it, the earlier stays.

    Amounts in yuan: dues due and paid (应缴、已缴经费), budget, spending, and the part
    of the spending that went to basic unions (拨补基层).
    """

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="returns",
        verbose_name=_("工会"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    staff_count = models.PositiveIntegerField(_("职工人数"))
    member_count = models.PositiveIntegerField(_("会员人数"))
    activity_count = models.PositiveIntegerField(_("活动次数"), default=0)
    has_account = models.BooleanField(_("独立账户"))
    has_books = models.BooleanField(_("单独建账"))
    dues_due = _yuan(_("应缴经费（元）"))
    dues_paid = _yuan(_("已缴经费（元）"))
    budget = _yuan(_("预算（元）"))
    spending = _yuan(_("支出（元）"))
    granted = _yuan(_("其中拨补基层（元）"))
    filed_on = models.DateField(_("填报日期"))
    filed_by_name = models.CharField(_("填报人"), max_length=60)

    class Meta:
        verbose_name = _("年度报表")
        verbose_name_plural = _("年度报表")
        ordering = ("organisation", "-year")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "year"), name="yearlyreturn_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1950, year__lte=2200), name="yearlyreturn_year"
            ),
            models.CheckConstraint(
                condition=Q(
                    dues_due__gte=0,
                    dues_paid__gte=0,
                    budget__gte=0,
                    spending__gte=0,
                    granted__gte=0,
                    granted__lte=models.F("spending"),
                ),
                name="yearlyreturn_amounts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.year} 年"
