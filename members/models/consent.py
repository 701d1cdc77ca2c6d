"""Consents (个人信息同意): each giving and each withdrawal is a row that stays."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import ConsentAct, ConsentChannel
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import append_only, changed, frozen_when


class Consent(models.Model):
    """What somebody said about one purpose; the latest row of a purpose counts.

    The subject is a person, a family member of a dossier, or an applicant whom the
    register does not know yet. `digest` is that of the text he was shown. No name and
    no number stands here, so that nothing has to be taken out when he is forgotten.
    """

    append_only = True

    subject_kind = models.CharField(_("对象类型"), max_length=80)
    subject_id = models.BigIntegerField(_("对象编号"))
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, related_name="+", verbose_name=_("工会")
    )
    purpose = models.CharField(_("目的"), max_length=30)
    version = models.PositiveSmallIntegerField(_("文本版本"))
    digest = models.CharField(_("文本摘要"), max_length=64)
    act = models.CharField(_("表示"), max_length=10, choices=ConsentAct.choices)
    channel = models.CharField(_("方式"), max_length=10, choices=ConsentChannel.choices)
    is_guardian = models.BooleanField(_("由监护人作出"), default=False)
    evidence = models.CharField(_("凭证"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("个人信息同意")
        verbose_name_plural = _("个人信息同意")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("subject_kind", "subject_id", "purpose", "-id"),
                name="consent_by_subject",
            ),
            models.Index(fields=("organisation", "id"), name="consent_by_union"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(channel=ConsentChannel.PAPER, evidence=""),
                name="consent_on_paper_with_evidence",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.subject_kind}#{self.subject_id} {self.purpose} {self.act}"


class ConsentInvitation(models.Model):
    """A link by which a family member speaks for himself, opened by a code to his phone.

    It stays good for a withdrawal until a later one takes its place.
    """

    token = models.CharField(_("链接"), max_length=32, unique=True)
    subject_kind = models.CharField(_("对象类型"), max_length=80)
    subject_id = models.BigIntegerField(_("对象编号"))
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, related_name="+", verbose_name=_("工会")
    )
    phone = SealedTextField(_("手机号"))
    phone_index = models.CharField(_("手机号索引"), max_length=32, editable=False)
    invited_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发出人"),
    )
    invited_on = models.DateField(_("发出日期"))
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("授权链接")
        verbose_name_plural = _("授权链接")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id"),
                condition=Q(ended_on=None),
                name="invitation_one_open",
            ),
        )
        triggers = (
            frozen_when(
                changed(("token", "subject_kind", "subject_id", "invited_on"))
                | pgtrigger.Q(old__ended_on__isnull=False),
                name="frozen",
                message="授权链接发出后不能修改；请另发一个。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_kind}#{self.subject_id}"
