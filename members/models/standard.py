"""Standards (标准): dated amounts with the document they rest on."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from members.enums import Residence, StandardKind
from unionportal.core.history import keep_versions


@keep_versions()
class Standard(models.Model):
    """An amount in yuan for a county from one day to another, both included.

    Two amounts never hold on the same day. A division without counties (东莞, 中山,
    儋州) carries its standard itself.
    """

    kind = models.CharField(_("种类"), max_length=20, choices=StandardKind.choices)
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        related_name="standards",
        verbose_name=_("县级区划"),
    )
    residence = models.CharField(_("户口类型"), max_length=8, choices=Residence.choices)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2)
    valid_from = models.DateField(_("施行日期"))
    valid_to = models.DateField(_("终止日期"), null=True, blank=True)
    document = models.CharField(_("依据文件"), max_length=200)

    class Meta:
        verbose_name = _("标准")
        verbose_name_plural = _("标准")
        ordering = ("kind", "division", "residence", "-valid_from")
        constraints = (
            ExclusionConstraint(
                name="standard_one_at_a_time",
                expressions=(
                    ("kind", RangeOperators.EQUAL),
                    ("division", RangeOperators.EQUAL),
                    ("residence", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="standard_amount"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="standard_dates",
            ),
            models.CheckConstraint(
                condition=~Q(document=""), name="standard_has_document"
            ),
        )

    def __str__(self) -> str:
        return f"{self.division} {self.get_kind_display()} {self.valid_from}"
