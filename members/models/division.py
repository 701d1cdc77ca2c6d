"""Divisions (行政区划): GB/T 2260 codes down to townships, dated, with successors."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import DivisionLevel


class Division(models.Model):
    """A code and the name it bears; never joined by name, never deleted.

    `valid_from` is empty where the code is older than the source; `valid_to` is the
    last day in force.
    """

    code = models.CharField(_("代码"), max_length=9, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=10, choices=DivisionLevel.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("承继区划"),
    )

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{6}([0-9]{3})?$"),
                name="division_code_digits",
            ),
            models.CheckConstraint(
                condition=Q(level=DivisionLevel.PROVINCE, parent=None)
                | (~Q(level=DivisionLevel.PROVINCE) & Q(parent__isnull=False)),
                name="division_parent_unless_province",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_to__gte=F("valid_from")),
                name="division_dates",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | Q(valid_to__isnull=False),
                name="division_successor_after_end",
            ),
        )

    def __str__(self) -> str:
        return self.name
