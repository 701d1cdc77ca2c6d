"""Who leads a union, for how long, and by which paper: certificate, term, officers."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import Office
from unionportal.core.history import keep_versions

LONGEST_DELAY = timedelta(days=184)  # six months, the longest of them


@keep_versions()
class LegalCertificate(models.Model):
    """工会法人资格证书: the union's own code (81, 89, 13…), never its employer's."""

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="certificates",
        verbose_name=_("工会"),
    )
    code = models.CharField(_("工会统一社会信用代码"), max_length=18)
    representative = models.CharField(_("法定代表人"), max_length=60)
    issued_on = models.DateField(_("发证日期"))
    expires_on = models.DateField(_("有效期至"))

    class Meta:
        verbose_name = _("法人资格证书")
        verbose_name_plural = _("法人资格证书")
        ordering = ("organisation", "-issued_on")
        indexes = (models.Index(fields=("expires_on",), name="certificate_by_expiry"),)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "issued_on"), name="certificate_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="certificate_dates"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(81|89|13)[0-9A-Z]{16}$"),
                name="certificate_bears_a_union_code",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code}（至 {self.expires_on}）"


@keep_versions()
class OfficeTerm(models.Model):
    """A committee's term (届): three or five years, delayed at most by six months."""

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="terms",
        verbose_name=_("工会"),
    )
    number = models.PositiveSmallIntegerField(_("届次"))
    years = models.PositiveSmallIntegerField(_("任期（年）"))
    starts_on = models.DateField(_("选举日期"))
    due_on = models.DateField(_("应换届日期"))
    delayed_to = models.DateField(_("延期至"), null=True, blank=True)
    delay_document = models.CharField(_("同意延期文号"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("任期")
        verbose_name_plural = _("任期")
        ordering = ("organisation", "-number")
        indexes = (models.Index(fields=("due_on",), name="officeterm_by_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "number"), name="officeterm_once"
            ),
            models.CheckConstraint(
                condition=Q(years__in=(3, 5)), name="officeterm_three_or_five"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("starts_on")), name="officeterm_dates"
            ),
            models.CheckConstraint(
                condition=Q(delayed_to=None, delay_document="")
                | (
                    Q(
                        delayed_to__gt=F("due_on"),
                        delayed_to__lte=F("due_on") + LONGEST_DELAY,
                    )
                    & ~Q(delay_document="")
                ),
                name="officeterm_delay_within_six_months",
            ),
        )

    def __str__(self) -> str:
        return f"第 {self.number} 届"


@keep_versions()
class Officer(models.Model):
    """Somebody holds an office of a union from one day to another, both included."""

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="officers",
        verbose_name=_("工会"),
    )
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="offices",
        verbose_name=_("人员"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    office = models.CharField(_("职务"), max_length=12, choices=Office.choices)
    is_full_time = models.BooleanField(_("专职"), default=False)
    starts_on = models.DateField(_("任职日期"))
    ends_on = models.DateField(_("卸任日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("工会干部")
        verbose_name_plural = _("工会干部")
        ordering = ("organisation", "office", "-starts_on")
        indexes = (
            models.Index(fields=("office", "starts_on"), name="officer_by_office"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "office"),
                condition=Q(
                    office__in=(Office.CHAIR, Office.AUDIT_CHAIR, Office.WOMEN_CHAIR),
                    ends_on=None,
                ),
                name="officer_one_chair_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="officer_dates",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="officer_named"),
        )

    def __str__(self) -> str:
        return f"{self.get_office_display()} {self.name}"
