"""External ids (外部编号): what a county's own system calls our records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import RecordKind


class ExternalId(models.Model):
    """One client's id for one record: neither has two of the other."""

    client = models.ForeignKey(
        "members.ApiClient",
        models.CASCADE,
        related_name="external_ids",
        verbose_name=_("接口客户端"),
    )
    kind = models.CharField(_("种类"), max_length=12, choices=RecordKind.choices)
    external_id = models.CharField(_("外部编号"), max_length=64)
    record_id = models.BigIntegerField(_("记录"))

    class Meta:
        verbose_name = _("外部编号")
        verbose_name_plural = _("外部编号")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("client", "kind", "external_id"), name="externalid_once"
            ),
            models.UniqueConstraint(
                fields=("client", "kind", "record_id"), name="externalid_of_one_record"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
