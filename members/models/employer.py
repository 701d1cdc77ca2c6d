"""Employers (用人单位): the firms and bodies whose staff the unions organise."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import EmployerSize, Ownership, Trade
from unionportal.core.history import keep_versions

# 工会法 11: an employer of so many has to have a committee.
MUST_HAVE_A_UNION = 25


@keep_versions()
class Employer(models.Model):
    """A legal person that employs; its code is its own, never its union's.

    `organisation` is the union that covers its staff: its own, or a joint one. Without
    one the employer belongs to the list of its division.
    """

    code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    name = models.CharField(_("单位名称"), max_length=120)
    ownership = models.CharField(
        _("经济类型"), max_length=11, choices=Ownership.choices, blank=True
    )
    size = models.CharField(
        _("规模"), max_length=6, choices=EmployerSize.choices, blank=True
    )
    is_above_scale = models.BooleanField(_("规模以上"), default=False)
    trade = models.CharField(
        _("行业门类"), max_length=1, choices=Trade.choices, blank=True
    )
    headcount = models.PositiveIntegerField(_("职工人数"), null=True, blank=True)
    counted_on = models.DateField(_("人数截至"), null=True, blank=True)
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        related_name="employers",
        verbose_name=_("所在区划"),
    )
    keeper = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="employers_kept",
        verbose_name=_("建会责任工会"),
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="employers",
        verbose_name=_("覆盖工会"),
    )
    covered_on = models.DateField(_("建会日期"), null=True, blank=True)
    closed_on = models.DateField(_("停业日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("用人单位")
        verbose_name_plural = _("用人单位")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("keeper", "id"), name="employer_by_keeper"),
            models.Index(fields=("name",), name="employer_by_name"),
            models.Index(
                fields=("keeper", "id"),
                condition=Q(
                    organisation=None,
                    closed_on=None,
                    headcount__gte=MUST_HAVE_A_UNION,
                ),
                name="employer_without_union",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & Q(code__regex=r"^[0-9A-Z]{18}$"),
                name="employer_named",
            ),
            models.CheckConstraint(
                condition=~Q(code__regex=r"^8[19]"), name="employer_code_is_no_union_s"
            ),
            models.CheckConstraint(
                condition=Q(headcount=None, counted_on=None)
                | Q(headcount__isnull=False, counted_on__isnull=False),
                name="employer_headcount_with_date",
            ),
            models.CheckConstraint(
                condition=Q(organisation=None, covered_on=None)
                | Q(organisation__isnull=False),
                name="employer_covered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.name
