"""Visits at home (入户走访): who went, what was found, the signed form."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistance.enums import VisitPurpose
from assistance.models.dossier import HouseholdDossier
from unionportal.core.guards import append_only
from unionportal.core.models import SealedPaper


class Visit(models.Model):
    """One visit to a household on file, or to one that has left. Never changed."""

    append_only = True

    dossier = models.ForeignKey(
        HouseholdDossier, models.PROTECT, related_name="visits", verbose_name=_("档案")
    )
    purpose = models.CharField(
        _("走访事由"), max_length=8, choices=VisitPurpose.choices
    )
    visited_on = models.DateField(_("走访日期"))
    visitors = models.CharField(_("走访人"), max_length=60)
    found = models.CharField(_("走访情况"), max_length=500)

    class Meta:
        verbose_name = _("走访记录")
        verbose_name_plural = _("走访记录")
        ordering = ("-visited_on", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "purpose", "visited_on"), name="visit_once_a_day"
            ),
        )
        triggers = (
            append_only(
                "走访记录不能修改或删除；有误的请另登一条说明。", spares_owner=True
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.visited_on}"


class VisitPaper(SealedPaper):
    """The signed form or a photograph of a visit; sealed, never changed."""

    SEALED_FOR = "assistance.visit.paper"

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="papers", verbose_name=_("走访")
    )

    class Meta:
        verbose_name = _("走访材料")
        verbose_name_plural = _("走访材料")
        ordering = ("visit_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("visit", "number"), name="paper_once"),
        )
        triggers = (append_only("走访材料不能修改或删除。", spares_owner=True),)
