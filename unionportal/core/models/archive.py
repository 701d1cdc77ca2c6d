"""Years that were taken out of the running tables (归档年度), with what they held."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ArchivedYear(models.Model):
    """A year of determinations, payments and audit entries in the schema `archive`.

    `tables` holds for each table its name, rows, and the SHA-256 over its rows in the
    order of their numbers, as they were exported.
    """

    year = models.PositiveSmallIntegerField(_("年度"), primary_key=True)
    archived_on = models.DateField(_("归档日期"))
    tables = models.JSONField(_("内容"))

    class Meta:
        verbose_name = _("归档年度")
        verbose_name_plural = _("归档年度")
        ordering = ("year",)

    def __str__(self) -> str:
        return str(self.year)
