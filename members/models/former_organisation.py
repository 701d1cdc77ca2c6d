"""What a union was before (工会沿革): places, names and states of earlier days."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from members.enums import (
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    OrganisationState,
)
from unionportal.core.guards import append_only


class FormerOrganisation(models.Model):
    """A union as it was from one day to another, both included; never changed.

    `valid_from` is empty where nothing is known of a beginning. The present is the
    row of `Organisation` itself, from its `since` on.
    """

    append_only = True

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="former",
        verbose_name=_("工会"),
    )
    valid_from = models.DateField(_("起"), null=True, blank=True)
    valid_to = models.DateField(_("止"))
    parent = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上级工会"),
    )
    name = models.CharField(_("名称"), max_length=90)
    short_name = models.CharField(_("简称"), max_length=60)
    level = models.CharField(
        _("层级"), max_length=10, choices=OrganisationLevel.choices
    )
    form = models.CharField(
        _("组织形式"), max_length=13, choices=OrganisationForm.choices
    )
    kind = models.CharField(
        _("建会类型"), max_length=8, choices=OrganisationKind.choices, blank=True
    )
    state = models.CharField(_("状态"), max_length=9, choices=OrganisationState.choices)
    dues_to = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经费隶属"),
    )
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在区划"),
    )

    class Meta:
        verbose_name = _("工会沿革")
        verbose_name_plural = _("工会沿革")
        ordering = ("organisation", "-valid_to")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
                name="formerorganisation_dates",
            ),
            ExclusionConstraint(
                name="formerorganisation_one_at_a_time",
                expressions=(
                    ("organisation", RangeOperators.EQUAL),
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
        )
        triggers = (append_only("工会沿革只能随变更登记，不能修改或删除。"),)

    def __str__(self) -> str:
        return f"{self.name} 至 {self.valid_to}"
