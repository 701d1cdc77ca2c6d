"""Applications to join (入会申请): by the worker on line, decided by the basic union."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import ApplicationState
from members.workflow import APPLICATION
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

OPEN = (ApplicationState.SUBMITTED, ApplicationState.RETURNED)


class MembershipApplication(models.Model):
    """What a worker asks and says of himself. Who is not registered yet has no person.

    `particulars` holds the real-name columns by name, to be written into the register
    at approval. `answer` is what was asked for, or why it was refused.
    """

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="applications",
        verbose_name=_("申请加入的工会"),
    )
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("已登记的人员"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    id_number = SealedTextField(_("身份证号"))
    id_number_index = models.CharField(max_length=32, editable=False)
    phone = SealedTextField(_("手机号"), null=True, blank=True)
    phone_index = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )
    particulars = models.JSONField(_("会员登记表"), default=dict)
    note = models.CharField(_("补充说明"), max_length=200, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=ApplicationState.choices,
        default=ApplicationState.SUBMITTED,
    )
    applied_on = models.DateField(_("申请日期"))
    submitted_on = models.DateField(_("提交日期"))
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    decided_on = models.DateField(_("办结日期"), null=True, blank=True)
    decided_by_name = models.CharField(_("办理人"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("入会申请")
        verbose_name_plural = _("入会申请")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("organisation", "submitted_on"),
                condition=Q(state=ApplicationState.SUBMITTED),
                name="application_waiting",
            ),
            models.Index(
                fields=("phone_index",),
                condition=~Q(phone_index=""),
                name="application_by_phone",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("id_number_index",),
                condition=Q(state__in=OPEN),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, decided_on=None, decided_by_name="")
                | (~Q(state__in=OPEN) & Q(decided_on__isnull=False)),
                name="application_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=(ApplicationState.RETURNED, ApplicationState.REFUSED),
                    answer="",
                ),
                name="application_answered_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED) | Q(person__isnull=False),
                name="application_approved_of_somebody",
            ),
        )
        triggers = (
            state_guard(APPLICATION),
            frozen_when(
                changed(("organisation", "id_number_index", "applied_on")),
                name="frozen",
                message="入会申请的工会、证件号码和日期不能修改；请撤回后重新申请。",
                spares_owner=True,
            ),
            kept_when(
                pgtrigger.Q(old__name__gte=""),
                name="keep",
                message="入会申请不能删除；不再申请请撤回。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.applied_on}"
