"""Bank files (银行文件): what went out and what came back, kept as it was."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import BankFileState, FileDirection
from assistance.rules.banks.direct import DIRECT, DIRECT_TITLE
from assistance.rules.banks.layout import layout_title
from unionportal.core.guards import changed, frozen_when, kept_when

CONTENT = ("direction", "layout", "name", "sha256", "line_count", "total", "on")


class BankFile(models.Model):
    """A file exchanged with a bank. An incoming file is applied once, or refused whole."""

    direction = models.CharField(_("方向"), max_length=4, choices=FileDirection.choices)
    batch = models.ForeignKey(
        "assistance.Batch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_files",
        verbose_name=_("批次"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, null=True, verbose_name=_("工会")
    )
    layout = models.SlugField(_("文件格式"), max_length=40)
    name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    path = models.CharField(_("存放位置"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=BankFileState.choices)
    line_count = models.PositiveIntegerField(_("行数"), default=0)
    total = models.DecimalField(_("金额"), max_digits=16, decimal_places=2, default=0)
    problems = models.JSONField(_("问题"), default=list)
    on = models.DateField(_("业务日期"))

    class Meta:
        verbose_name = _("银行文件")
        verbose_name_plural = _("银行文件")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("sha256",),
                condition=Q(direction=FileDirection.IN, state=BankFileState.APPLIED),
                name="bank_file_applied_once",
            ),
            models.UniqueConstraint(
                fields=("batch",),
                condition=Q(direction=FileDirection.OUT),
                name="bank_file_one_instruction_per_batch",
            ),
        )
        triggers = (
            frozen_when(
                changed(CONTENT),
                name="frozen",
                message="银行文件登记后不能修改。",
            ),
            kept_when(
                pgtrigger.Q(old__line_count__gte=0),
                name="keep",
                message="银行文件的登记不能删除。",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> list[object]:
        """What the trail keeps of a file, for the proof to compare (`evidence`)."""
        count_and_total = (self.line_count, f"{self.total:.2f}")
        whose = (self.batch_id, self.organisation_id, self.on.isoformat())
        return [self.layout, self.name, *count_and_total, *whose]

    @property
    def layout_title(self) -> str:
        """The layout as people call it; a file that fits none names none."""
        return DIRECT_TITLE if self.layout == DIRECT else layout_title(self.layout)
