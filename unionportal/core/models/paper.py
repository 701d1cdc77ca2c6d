"""Photos and papers kept with a matter: sealed, never changed."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from unionportal.core.uploads.evidence import EvidenceKind


class SealedPaper(models.Model):
    """One file of somebody's; a model adds what it belongs to.

    `SEALED_FOR` binds the content to its table: a content moved to another table
    cannot be opened there.
    """

    append_only = True
    SEALED_FOR: ClassVar[str]

    number = models.PositiveSmallIntegerField(_("序号"))
    name = models.CharField(_("文件名"), max_length=100)
    kind = models.CharField(_("种类"), max_length=8, choices=EvidenceKind.choices)
    size = models.PositiveIntegerField(_("字节"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    content = models.BinaryField(_("内容"), editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
