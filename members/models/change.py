"""Changes (变更记录): what other systems are to hear of, in an order that never skips.

Triggers of migration 0010 write them in the transaction of their cause; ADR 0017 tells
why the order is that of transactions, and who is older than every open one.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import RecordKind


class Change(models.Model):
    """A record was written: in which transaction, of which life of the database.

    `path` is the place in the tree whose systems are to hear of it; a record that
    moves is told at both places.
    """

    append_only = True

    era = models.CharField(_("数据库"), max_length=40)
    transaction = models.BigIntegerField(_("事务"))
    kind = models.CharField(_("种类"), max_length=12, choices=RecordKind.choices)
    record_id = models.BigIntegerField(_("记录"))
    path = models.CharField(_("位置"), max_length=255, db_collation="C")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("变更记录")
        verbose_name_plural = _("变更记录")
        ordering = ("transaction", "id")
        indexes = (
            models.Index(fields=("era", "transaction", "id"), name="change_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.transaction}.{self.pk} {self.kind} {self.record_id}"
