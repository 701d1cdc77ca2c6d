"""Membership (会籍): where a member stands today, every standing before, the card."""

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from members.enums import CardState, MembershipState
from members.workflow import CARD, MEMBERSHIP
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)

STANDING = ("organisation", "state", "since")


class Membership(models.Model):
    """A person's membership, once a life: joined once, carried along ever after.

    The row is the current standing; its history is `Standing`. A deferred foreign key
    ties it to the standing `standing_number` (migration 0004), and a change of state,
    union or day without a further standing is refused.
    """

    person = models.OneToOneField(
        "members.Person",
        models.PROTECT,
        related_name="membership",
        verbose_name=_("会员"),
    )
    number = models.CharField(
        _("会员编号"),
        max_length=12,
        unique=True,
        db_default=Func(
            template="lpad(nextval('members_member_number')::text, 10, '0')",
            output_field=models.CharField(),
        ),
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("会籍所在工会"),
    )
    state = models.CharField(
        _("会籍状态"),
        max_length=10,
        choices=MembershipState.choices,
        default=MembershipState.MEMBER,
    )
    joined_on = models.DateField(_("入会日期"))
    since = models.DateField(_("现状自"))
    standing_number = models.PositiveSmallIntegerField(_("第几次变动"), default=1)

    class Meta:
        verbose_name = _("会籍")
        verbose_name_plural = _("会籍")
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("organisation", "state", "id"), name="membership_by_union"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(since__gte=F("joined_on"), standing_number__gte=1),
                name="membership_since_joining",
            ),
        )
        triggers = (
            state_guard(MEMBERSHIP),
            frozen_when(
                changed(("person", "number", "joined_on")),
                name="frozen",
                message="会员、会员编号和入会日期不能修改。",
            ),
            frozen_when(
                changed((*STANDING, "standing_number"))
                & ~pgtrigger.Q(
                    new__standing_number=pgtrigger.F("old__standing_number") + 1
                ),
                name="step",
                message="会籍变动须逐次登记，不能跳过或改写。",
            ),
            kept_when(
                pgtrigger.Q(old__standing_number__gte=0),
                name="keep",
                message="会籍不能删除；退会请办理退会。",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Standing(models.Model):
    """One act on a membership: since when, by which act, at which union. For ever."""

    append_only = True

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="standings", verbose_name=_("会籍")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    act = models.CharField(_("变动"), max_length=10)
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("工会"),
    )
    state = models.CharField(
        _("会籍状态"), max_length=10, choices=MembershipState.choices
    )
    since = models.DateField(_("日期"))
    document = models.CharField(_("依据"), max_length=120, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    by_name = models.CharField(_("经办人"), max_length=60)

    class Meta:
        verbose_name = _("会籍变动")
        verbose_name_plural = _("会籍变动")
        ordering = ("membership", "number")
        indexes = (
            models.Index(fields=("organisation", "since"), name="standing_by_union"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("membership", "number"), name="standing_once"
            ),
            models.UniqueConstraint(
                fields=("membership", "number", *STANDING), name="standing_current"
            ),
            models.CheckConstraint(
                condition=Q(number=1, act="join", state=MembershipState.MEMBER)
                | (Q(number__gt=1) & ~Q(act="join")),
                name="standing_begins_by_joining",
            ),
        )
        triggers = (append_only("会籍变动登记后不能修改；有误请另行登记一次变动。"),)

    def __str__(self) -> str:
        return f"{self.membership_id}-{self.number}"


class MemberCard(models.Model):
    """The card a member shows; its token opens the public check page and nothing else."""

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="cards", verbose_name=_("会籍")
    )
    token = models.CharField(_("查验码"), max_length=32, unique=True, editable=False)
    state = models.CharField(
        _("状态"), max_length=8, choices=CardState.choices, default=CardState.VALID
    )
    issued_on = models.DateField(_("发证日期"))
    expires_on = models.DateField(_("有效期至"))
    revoked_on = models.DateField(_("注销日期"), null=True, blank=True)
    revoke_reason = models.CharField(_("注销原因"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("会员证")
        verbose_name_plural = _("会员证")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("membership",),
                condition=Q(state=CardState.VALID),
                name="card_one_valid",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="card_lasts"
            ),
            models.CheckConstraint(
                condition=Q(state=CardState.VALID, revoked_on=None, revoke_reason="")
                | (
                    Q(state=CardState.REVOKED, revoked_on__isnull=False)
                    & ~Q(revoke_reason="")
                ),
                name="card_revoked_with_reason",
            ),
        )
        triggers = (
            state_guard(CARD),
            frozen_when(
                changed(("membership", "token", "issued_on", "expires_on")),
                name="frozen",
                message="会员证不能修改；遗失或到期请换发。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} {self.issued_on}"
