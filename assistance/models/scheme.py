"""Schemes (方案): a rule as data, in dated versions; a used version never changes."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import SchemeState
from assistance.workflow import SCHEME_VERSION
from unionportal.core.guards import frozen_when, kept_when, state_guard


class Scheme(models.Model):
    """A programme of aid, whatever its amounts were in a given year."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=80)
    season = models.CharField(_("季节"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("帮扶方案")
        verbose_name_plural = _("帮扶方案")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.title


class SchemeVersion(models.Model):
    """The rule in force between two dates; `body` is the checked content of its YAML."""

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="versions", verbose_name=_("方案")
    )
    number = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(
        _("状态"), max_length=10, choices=SchemeState.choices, default=SchemeState.DRAFT
    )
    valid_from = models.DateField(_("施行日期"))
    valid_to = models.DateField(_("终止日期"), null=True, blank=True)
    document = models.CharField(_("依据文件"), max_length=200)
    source = models.TextField(_("方案文本"))
    body = models.JSONField(_("方案内容"))
    digest = models.CharField(_("摘要"), max_length=64)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    published_by = models.CharField(_("发布人"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("方案版本")
        verbose_name_plural = _("方案版本")
        ordering = ("scheme", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "number"), name="scheme_version_number"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="scheme_version_dates",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=SchemeState.DRAFT, published_at=None, published_by="")
                    | (
                        ~Q(state=SchemeState.DRAFT)
                        & Q(published_at__isnull=False)
                        & ~Q(published_by="")
                    )
                ),
                name="scheme_version_published_by_somebody",
            ),
        )
        triggers = (
            state_guard(SCHEME_VERSION),
            frozen_when(
                ~pgtrigger.Q(old__state=SchemeState.DRAFT),
                name="frozen_once_published",
                message="方案版本发布后不能修改；请另存新版本。",
                fields=(
                    "scheme",
                    "number",
                    "valid_from",
                    "document",
                    "source",
                    "body",
                    "digest",
                ),
            ),
            kept_when(
                ~pgtrigger.Q(old__state=SchemeState.DRAFT),
                name="keep_published",
                message="方案版本发布后不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}（第 {self.number} 版）"
