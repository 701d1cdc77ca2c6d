"""Stored replies (幂等记录): the same request is answered, not carried out, twice."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StoredReply(models.Model):
    """The reply to a request that bore a key, kept with the digest of its body."""

    scope = models.CharField(_("范围"), max_length=160)
    key = models.CharField(_("幂等键"), max_length=200)
    body_digest = models.CharField(_("内容摘要"), max_length=64)
    status = models.PositiveSmallIntegerField(_("状态码"), default=200)
    body = models.JSONField(_("答复"), null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(
        _("时间"), db_default=Now(), db_index=True, editable=False
    )

    class Meta:
        verbose_name = _("幂等记录")
        verbose_name_plural = _("幂等记录")
        constraints = (
            models.UniqueConstraint(fields=("scope", "key"), name="core_reply_key"),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
