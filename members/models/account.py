"""Bank accounts (收款账户): append-only versions, one in use per person at most."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import AccountState
from members.workflow import ACCOUNT
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard
from unionportal.core.history import keep_versions

FROZEN = (
    "person",
    "version",
    "bank_name",
    "number_index",
    "number_last4",
    "holder_name",
    "created_by",
    "created_by_name",
    "created_at",
)


@keep_versions(exclude=("number", "number_index"))
class BankAccount(models.Model):
    """A card of a person. A new card is a new version; a payment points to one version.

    The sealed number may only be sealed anew, under a later key; its index is frozen
    for the role that runs the portal, and changes with the index key alone.
    A second person verifies: another user than the one who entered it. `created_by` is
    empty when no user did (an API client or the system); the name always stands.
    """

    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="accounts",
        verbose_name=_("持有人"),
    )
    version = models.PositiveSmallIntegerField(_("版本"))
    bank_name = models.CharField(_("开户行"), max_length=60)
    number = SealedTextField(_("账号"))
    number_index = models.CharField(_("账号索引"), max_length=32, editable=False)
    number_last4 = models.CharField(_("账号后四位"), max_length=4)
    holder_name = models.CharField(_("户名"), max_length=60)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=AccountState.choices,
        default=AccountState.PENDING,
    )
    created_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记用户"),
    )
    created_by_name = models.CharField(_("登记人"), max_length=60)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    verified_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核验人"),
    )
    verified_at = models.DateTimeField(_("核验时间"), null=True, blank=True)
    stopped_by_name = models.CharField(_("停用人"), max_length=60, blank=True)
    stopped_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    stop_reason = models.CharField(_("停用原因"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("收款账户")
        verbose_name_plural = _("收款账户")
        ordering = ("person", "-version")
        indexes = (models.Index(fields=("number_index",), name="account_by_number"),)
        constraints = (
            models.UniqueConstraint(
                fields=("person", "version"), name="account_version_once"
            ),
            models.UniqueConstraint(
                fields=("person",),
                condition=Q(state=AccountState.VERIFIED),
                name="account_one_in_use",
            ),
            models.CheckConstraint(
                condition=Q(number_last4__regex=r"^[0-9]{4}$"),
                name="account_last4_digits",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="account_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=AccountState.PENDING, verified_at=None)
                | Q(state=AccountState.VERIFIED, verified_at__isnull=False)
                | Q(state=AccountState.STOPPED),
                name="account_verified_with_time",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=AccountState.STOPPED, stopped_at__isnull=False)
                    & ~Q(stopped_by_name="")
                    & ~Q(stop_reason="")
                )
                | (
                    ~Q(state=AccountState.STOPPED)
                    & Q(stopped_at=None, stopped_by_name="", stop_reason="")
                ),
                name="account_stopped_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(created_by=None)
                | Q(verified_by=None)
                | ~Q(verified_by=F("created_by")),
                name="account_second_person_verifies",
            ),
        )
        triggers = (
            state_guard(ACCOUNT),
            frozen_when(
                changed(FROZEN),
                name="frozen",
                message="收款账户登记后不能修改；换卡请另行登记新账户。",
                spares_owner=True,
            ),
            kept_when(
                pgtrigger.Q(old__version__gte=0),
                name="keep",
                message="收款账户不能删除；不再使用请停用。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bank_name} ****{self.number_last4}"
