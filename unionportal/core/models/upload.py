"""Uploads (导入文件): tables that people hand in, from the check to the deed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import state_guard
from unionportal.core.workflow import Transition, Workflow


class UploadState(models.TextChoices):
    """Where an upload stands; what was checked is applied by a second word."""

    CHECKING = "checking", _("核对中")
    CHECKED = "checked", _("待确认")
    REFUSED = "refused", _("无法读取")
    CONFIRMED = "confirmed", _("导入中")
    APPLIED = "applied", _("已导入")
    CANCELLED = "cancelled", _("已取消")


UPLOAD = Workflow(
    name="导入文件",
    initial=UploadState.CHECKING,
    transitions=(
        Transition("check", UploadState.CHECKING, UploadState.CHECKED, "核对"),
        Transition("refuse", UploadState.CHECKING, UploadState.REFUSED, "拒收"),
        Transition("confirm", UploadState.CHECKED, UploadState.CONFIRMED, "确认导入"),
        Transition("apply", UploadState.CONFIRMED, UploadState.APPLIED, "导入"),
        Transition("return", UploadState.CONFIRMED, UploadState.CHECKED, "退回核对"),
        Transition("cancel", UploadState.CHECKED, UploadState.CANCELLED, "取消"),
    ),
    labels=dict(UploadState.choices),
)


class Upload(models.Model):
    """One file, who handed it in, and what its check found.

    `content` is the file itself, sealed; it and the staged rows go when the upload
    ends. The digest stays, so that the same file is known again.
    """

    kind = models.CharField(_("导入内容"), max_length=40)
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("摘要"), max_length=64)
    content = models.BinaryField(_("内容"), null=True, editable=False)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=UploadState.choices,
        default=UploadState.CHECKING,
    )
    organisation_id = models.BigIntegerField(_("工会"), null=True)
    user_id = models.BigIntegerField(_("上传人编号"), null=True)
    user_name = models.CharField(_("上传人"), max_length=60)
    created_at = models.DateTimeField(_("上传时间"), db_default=Now(), editable=False)
    note = models.CharField(_("读取方式"), max_length=300, blank=True, default="")
    problem = models.CharField(_("问题"), max_length=500, blank=True, default="")
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    new_count = models.PositiveIntegerField(_("新增"), default=0)
    changed_count = models.PositiveIntegerField(_("变更"), default=0)
    same_count = models.PositiveIntegerField(_("无变化"), default=0)
    wrong_count = models.PositiveIntegerField(_("有误"), default=0)

    class Meta:
        verbose_name = _("导入文件")
        verbose_name_plural = _("导入文件")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user_id", "-id"), name="core_upload_by_user"),
            models.Index(fields=("sha256",), name="core_upload_by_digest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=(UploadState.REFUSED, UploadState.CANCELLED),
                    content=None,
                )
                | Q(state=UploadState.APPLIED)
                | Q(
                    state__in=(
                        UploadState.CHECKING,
                        UploadState.CHECKED,
                        UploadState.CONFIRMED,
                    ),
                    content__isnull=False,
                ),
                name="core_upload_content_while_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=UploadState.REFUSED) | ~Q(problem=""),
                name="core_upload_refused_says_why",
            ),
        )
        triggers = (state_guard(UPLOAD),)

    def __str__(self) -> str:
        return self.name


class RowVerdict(models.TextChoices):
    """What a row would do."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("变更")
    SAME = "same", _("无变化")
    WRONG = "wrong", _("有误")


class UploadRow(models.Model):
    """A checked row between the file and the tables; sealed values stay sealed.

    `number` is the row in the uploader's own sheet; `errors` are [column, sentence].
    """

    upload_id = models.BigIntegerField(_("导入文件"))
    number = models.PositiveIntegerField(_("行号"))
    key = models.CharField(_("识别键"), max_length=64, blank=True, default="")
    record = models.JSONField(_("内容"), default=dict)
    errors = models.JSONField(_("错误"), default=list)
    verdict = models.CharField(
        _("结论"), max_length=8, choices=RowVerdict.choices, default=RowVerdict.NEW
    )

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        ordering = ("upload_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("upload_id", "number"), name="core_uploadrow_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"
