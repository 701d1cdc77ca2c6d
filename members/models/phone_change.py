"""A change of a worker's phone (更换手机号): asked, told to the old phone, in effect."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import PhoneChangeState
from unionportal.core.fields import SealedTextField


class PhoneChange(models.Model):
    """Until its day the old phone stays the worker's, hears of it and may stop it."""

    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="phone_changes",
        verbose_name=_("职工"),
    )
    new_phone = SealedTextField(_("新手机号"))
    evidence = models.CharField(_("核验依据"), max_length=200)
    is_own = models.BooleanField(_("本人网上办理"), default=False)
    asked_on = models.DateField(_("提出日期"))
    asked_by_name = models.CharField(_("提出人"), max_length=80)
    takes_effect_on = models.DateField(_("生效日期"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=PhoneChangeState.choices,
        default=PhoneChangeState.WAITING,
    )
    ended_on = models.DateField(_("办结日期"), null=True, blank=True)
    end_reason = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("更换手机号")
        verbose_name_plural = _("更换手机号")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("person",),
                condition=Q(state="waiting"),
                name="phone_change_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_on=None)
                | (~Q(state="waiting") & Q(ended_on__isnull=False)),
                name="phone_change_ended",
            ),
            models.CheckConstraint(
                condition=Q(takes_effect_on__gte=F("asked_on")),
                name="phone_change_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.takes_effect_on}"
