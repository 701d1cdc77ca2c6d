"""Inquiries (咨询): a worker asks about a matter, the union answers once, in writing."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import frozen_when


class Inquiry(models.Model):
    """A question about one determination; the paying union answers it."""

    determination_id = models.BigIntegerField(_("认定"), db_index=True)
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("答复工会")
    )
    person = models.ForeignKey(
        "members.Person", models.PROTECT, verbose_name=_("提问人")
    )
    text = models.CharField(_("问题"), max_length=500)
    asked_on = models.DateField(_("提问日期"))
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_on = models.DateField(_("答复日期"), null=True)
    answered_by_name = models.CharField(_("答复人"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("咨询")
        verbose_name_plural = _("咨询")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(text=""), name="inquiry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="", answered_by_name="")
                | (
                    Q(answered_on__isnull=False)
                    & ~Q(answer="")
                    & ~Q(answered_by_name="")
                ),
                name="inquiry_answered_by_somebody",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation", "asked_on"),
                name="inquiry_waiting",
                condition=Q(answered_on=None),
            ),
        )
        triggers = (
            frozen_when(
                pgtrigger.Q(old__answered_on__isnull=False),
                name="answered_once",
                message="咨询已答复，不能再改；如需更正，请与职工联系。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.determination_id} {self.asked_on}"
