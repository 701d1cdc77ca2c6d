"""Transfers of membership (转会): asked by either side, agreed by both unions."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import TransferSide, TransferState
from members.workflow import TRANSFER
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

OPEN = (
    TransferState.ASKED,
    TransferState.RELEASED,
    TransferState.ACCEPTED,
    TransferState.AGREED,
)
_CLOSED_WITH_REASON = (
    TransferState.REFUSED,
    TransferState.CANCELLED,
    TransferState.LAPSED,
)


class MembershipTransfer(models.Model):
    """A member on the way from one union to another; at most one at a time.

    `is_held`: the new unit has no union, and the membership is held where he lives or
    at the union above. `answer_by` is the last day for what is to be said next.
    `moves_on` is the day on which the standing moves, once both agreed.
    """

    membership = models.ForeignKey(
        "members.Membership",
        models.PROTECT,
        related_name="transfers",
        verbose_name=_("会籍"),
    )
    old_union = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="transfers_out",
        verbose_name=_("转出工会"),
    )
    new_union = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="transfers_in",
        verbose_name=_("转入工会"),
    )
    is_held = models.BooleanField(_("新单位没有工会，由其代管"), default=False)
    unit_name = models.CharField(_("新单位"), max_length=90, blank=True)
    reason = models.CharField(_("转会原因"), max_length=200)
    asked_by = models.CharField(
        _("提出方"), max_length=10, choices=TransferSide.choices
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=TransferState.choices,
        default=TransferState.ASKED,
    )
    asked_on = models.DateField(_("提出日期"))
    moves_on = models.DateField(_("生效日期"))
    answer_by = models.DateField(_("答复期限"))
    released_on = models.DateField(_("转出同意日期"), null=True, blank=True)
    released_by_name = models.CharField(_("转出经办人"), max_length=60, blank=True)
    accepted_on = models.DateField(_("接收日期"), null=True, blank=True)
    accepted_by_name = models.CharField(_("接收经办人"), max_length=60, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    close_reason = models.CharField(_("未办成的原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("转会")
        verbose_name_plural = _("转会")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("state", "answer_by"),
                condition=Q(state__in=OPEN),
                name="transfer_by_limit",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("membership",),
                condition=Q(state__in=OPEN),
                name="transfer_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(new_union=F("old_union")), name="transfer_to_another"
            ),
            models.CheckConstraint(
                condition=Q(released_on=None, released_by_name="")
                | (Q(released_on__isnull=False) & ~Q(released_by_name="")),
                name="transfer_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None, accepted_by_name="")
                | (Q(accepted_on__isnull=False) & ~Q(accepted_by_name="")),
                name="transfer_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(TransferState.AGREED, TransferState.COMPLETED))
                | Q(released_on__isnull=False, accepted_on__isnull=False),
                name="transfer_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_on=None, close_reason="")
                | Q(state=TransferState.COMPLETED, closed_on__gte=F("moves_on"))
                | (
                    Q(state__in=_CLOSED_WITH_REASON, closed_on__isnull=False)
                    & ~Q(close_reason="")
                ),
                name="transfer_closed_with_reason",
            ),
        )
        triggers = (
            state_guard(TRANSFER),
            frozen_when(
                changed(
                    ("membership", "old_union", "new_union", "asked_by", "asked_on")
                ),
                name="frozen",
                message="转会提出后不能改换会员或工会；请撤回后重新提出。",
            ),
            kept_when(
                pgtrigger.Q(old__reason__gte=""),
                name="keep",
                message="转会记录不能删除；不再办理请撤回。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} {self.asked_on}"
