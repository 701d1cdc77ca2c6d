"""Disclosures (查阅记录): who saw whose personal data, when, from which union, and why."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import DisclosureKind
from unionportal.core.guards import append_only


class Disclosure(models.Model):
    """One look at one person: a record opened, numbers unmasked, a row of a list taken.

    The person sees every one of them. A record opened again on the same day by the same
    user is one look. `until` ends an unmasking.
    """

    append_only = True

    kind = models.CharField(_("方式"), max_length=8, choices=DisclosureKind.choices)
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="disclosures",
        verbose_name=_("被查阅人"),
    )
    user = models.ForeignKey(
        "members.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("查阅人"),
    )
    by_name = models.CharField(_("查阅人姓名"), max_length=60)
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("查阅人所在工会"),
    )
    what = models.CharField(_("内容"), max_length=60)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    until = models.DateTimeField(_("有效至"), null=True, editable=False)

    class Meta:
        verbose_name = _("查阅记录")
        verbose_name_plural = _("查阅记录")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("person", "-id"), name="disclosure_by_person"),
            models.Index(fields=("organisation", "id"), name="disclosure_by_union"),
            models.Index(
                fields=("user", "on"),
                condition=Q(kind=DisclosureKind.UNMASK),
                name="disclosure_unmasked_by",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("user", "person", "on", "what"),
                condition=Q(kind=DisclosureKind.VIEW),
                name="disclosure_view_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind=DisclosureKind.VIEW) | ~Q(reason=""),
                name="disclosure_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind=DisclosureKind.UNMASK, until__isnull=False)
                | (~Q(kind=DisclosureKind.UNMASK) & Q(until=None)),
                name="disclosure_unmasked_until",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.on} {self.by_name} {self.what}"
