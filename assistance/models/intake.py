"""What becomes of an application for a dossier once it is taken (建档办理)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistance.enums import HardshipClass
from assistance.models.application import AidApplication
from assistance.models.dossier import HouseholdDossier
from unionportal.core.guards import kept_when


class DossierIntake(models.Model):
    """The visit before a dossier, the class decided, who announced it, and the file.

    The state is the application's; the signed form of the visit lies with its papers.
    """

    application = models.OneToOneField(
        AidApplication,
        models.PROTECT,
        related_name="intake",
        verbose_name=_("建档申请"),
    )
    visited_on = models.DateField(_("入户日期"))
    visitors = models.CharField(_("走访人"), max_length=60)
    hardship_class = models.CharField(
        _("拟核定类别"), max_length=12, choices=HardshipClass.choices, blank=True
    )
    class_reason = models.CharField(
        _("核定类别的理由"), max_length=200, blank=True, default=""
    )
    announced_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("公示人"),
    )
    dossier = models.OneToOneField(
        HouseholdDossier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="intake",
        verbose_name=_("档案"),
    )

    class Meta:
        verbose_name = _("建档办理")
        verbose_name_plural = _("建档办理")
        triggers = (
            kept_when(
                pgtrigger.Q(old__visitors__gte=""),
                name="keep",
                message="建档办理记录不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{_('建档办理')} {self.application_id}"
