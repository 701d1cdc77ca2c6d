"""Requests about one's own data (个人信息请求): put right, or deleted (PIPL 46, 47)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import CorrectedField, PrivacyRequestKind, PrivacyRequestState
from members.workflow import PRIVACY_REQUEST
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

OPEN = (PrivacyRequestState.SUBMITTED, PrivacyRequestState.ENDORSED)


class PrivacyRequest(models.Model):
    """What a person asks of his own data, and the answer within the days of the setting.

    What he states lies sealed and is emptied with the answer. A deletion takes two
    people: one gives an opinion, another decides. `kept` names each duty to keep.
    """

    kind = models.CharField(_("请求"), max_length=8, choices=PrivacyRequestKind.choices)
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="privacy_requests",
        verbose_name=_("本人"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, related_name="+", verbose_name=_("工会")
    )
    field = models.CharField(
        _("更正项"), max_length=10, choices=CorrectedField.choices, blank=True
    )
    value = SealedTextField(_("应为"), null=True, blank=True)
    said = SealedTextField(_("说明和证明材料"), null=True, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=PrivacyRequestState.choices,
        default=PrivacyRequestState.SUBMITTED,
    )
    asked_on = models.DateField(_("提出日期"))
    due_on = models.DateField(_("答复期限"))
    endorsed_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经办人"),
    )
    opinion = models.CharField(_("处理意见"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("决定人"),
    )
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    kept = models.JSONField(_("依法保留"), default=list, blank=True)

    class Meta:
        verbose_name = _("个人信息请求")
        verbose_name_plural = _("个人信息请求")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("organisation", "due_on"),
                condition=Q(state__in=OPEN),
                name="privacy_request_due",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind", "field"),
                condition=Q(state__in=OPEN),
                name="privacy_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(kind=PrivacyRequestKind.CORRECT) & ~Q(field="")
                | Q(kind=PrivacyRequestKind.DELETE, field=""),
                name="privacy_request_of_a_field",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_on=None)
                | (~Q(state__in=OPEN) & Q(closed_on__isnull=False, value__isnull=True)),
                name="privacy_request_closed_and_emptied",
            ),
            models.CheckConstraint(
                condition=~Q(
                    kind=PrivacyRequestKind.DELETE, state=PrivacyRequestState.GRANTED
                )
                | (
                    Q(endorsed_by__isnull=False, decided_by__isnull=False)
                    & ~Q(endorsed_by=F("decided_by"))
                ),
                name="privacy_request_deleted_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=PrivacyRequestState.REFUSED, answer=""),
                name="privacy_request_refused_with_reason",
            ),
        )
        triggers = (
            state_guard(PRIVACY_REQUEST),
            frozen_when(
                changed(("kind", "person", "organisation", "field", "asked_on")),
                name="frozen",
                message="请求提出后不能改换内容；请撤回后重新提出。",
            ),
            kept_when(
                pgtrigger.Q(old__kind__gte=""),
                name="keep",
                message="个人信息请求不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.asked_on}"
