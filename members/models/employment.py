"""Where people work, and who stands too near an employer to lead its workers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import TieKind
from unionportal.core.history import keep_versions


@keep_versions()
class Employment(models.Model):
    """A person works for an employer from one day to another, both included.

    Several at a time may be true (平台 and 工厂); what is over stays.
    """

    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="employments",
        verbose_name=_("人员"),
    )
    employer = models.ForeignKey(
        "members.Employer",
        models.PROTECT,
        related_name="employments",
        verbose_name=_("用人单位"),
    )
    starts_on = models.DateField(_("入职日期"))
    ends_on = models.DateField(_("离职日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("就业")
        verbose_name_plural = _("就业")
        ordering = ("person", "-starts_on")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "employer"),
                condition=Q(ends_on=None),
                name="employment_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="employment_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_on}"


@keep_versions()
class EmployerTie(models.Model):
    """Somebody who owns an employer, is a partner in it or next of kin of one.

    Such a person may not stand for the committee of its union (《工会法》第十条：企业主要
    负责人的近亲属不得作为本企业基层工会委员会成员的人选；《企业工会工作条例》第二十四条 names
    owners and partners as well). `person` where the register knows him.
    """

    employer = models.ForeignKey(
        "members.Employer",
        models.PROTECT,
        related_name="ties",
        verbose_name=_("用人单位"),
    )
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ties",
        verbose_name=_("人员"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    kind = models.CharField(_("关系"), max_length=8, choices=TieKind.choices)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("单位关系人")
        verbose_name_plural = _("单位关系人")
        ordering = ("employer", "kind", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("employer", "name", "kind"),
                condition=Q(ends_on=None),
                name="employertie_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="employertie_named"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="employertie_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
