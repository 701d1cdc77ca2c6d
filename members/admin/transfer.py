"""Transfers on the staff site: let go, take, refuse, take back; ask for a member."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.transfer import (
    TransferEntry,
    accept_transfer,
    ask_transfer,
    cancel_transfer,
    refuse_transfer,
    release_transfer,
)
from members.admin.base import RecordAdmin, Step, UncountedPages
from members.admin.forms import ReasonForm
from members.admin.membership_forms import TransferInForm
from members.auth.actor import business_date
from members.enums import TransferSide
from members.models import MembershipTransfer
from members.permissions.membership import (
    TRANSFER_ROLES,
    can_accept_transfer,
    can_cancel_transfer,
    can_release_transfer,
)
from members.queries.membership import membership_by_number
from members.queries.transfer import transfers_visible_to
from members.workflow import TRANSFER
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal


@admin.register(MembershipTransfer)
class MembershipTransferAdmin(RecordAdmin):
    paginator = UncountedPages
    list_display = (
        "person",
        "old_union",
        "new_union",
        "state",
        "asked_by",
        "asked_on",
        "answer_by",
    )
    list_filter = ("state",)
    list_select_related = ("membership__person", "old_union", "new_union")
    search_fields = ("membership__number", "membership__person__name__startswith")
    search_help_text = _("会员编号或姓名")
    fields = (
        "membership",
        "person",
        "old_union",
        "new_union",
        "is_held",
        "unit_name",
        "reason",
        "state",
        "asked_by",
        "asked_on",
        "moves_on",
        "answer_by",
        "released_on",
        "released_by_name",
        "accepted_on",
        "accepted_by_name",
        "closed_on",
        "close_reason",
    )
    readonly_fields = ("person",)
    add_form = TransferInForm

    def visible(self, actor: Actor) -> QuerySet[MembershipTransfer]:
        return transfers_visible_to(actor).select_related(
            "membership__person", "old_union", "new_union"
        )

    def get_ordering(self, request: object) -> tuple[str, ...]:
        return ("-id",)

    def may_add(self, actor: Actor) -> bool:
        return any(seat.role in TRANSFER_ROLES for seat in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> MembershipTransfer:
        membership = membership_by_number(entered.pop("number"))
        if membership is None:
            raise Refusal("没有这个会员编号，请请会员核对会员证。", field="number")
        union = entered.pop("new_union")
        return ask_transfer(
            membership_id=membership.pk,
            entry=TransferEntry(new_union_id=union.pk, **entered),
            side=TransferSide.NEW_UNION,
            on=business_date(),
            by=actor,
        )

    def steps(self, actor: Actor, record: MembershipTransfer) -> Sequence[Step]:
        common: dict[str, Any] = {
            "transfer_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        release = can_release_transfer(actor, record)
        accept = can_accept_transfer(actor, record)
        steps = (
            Step(
                name="release",
                label="同意转出",
                verdict=release,
                act=lambda _entered: release_transfer(**common),
                done="已同意转出。",
                tone="next",
            ),
            Step(
                name="accept",
                label="同意接收",
                verdict=accept,
                act=lambda _entered: accept_transfer(**common),
                done="已同意接收。",
                tone="next",
            ),
            Step(
                name="refuse",
                label="不同意",
                verdict=release or accept,
                act=lambda entered: refuse_transfer(**common, **entered),
                form=ReasonForm,
                done="已答复，会籍不变。",
                tone="danger",
                effect="会籍留在原工会，会员会看到理由。",
            ),
            Step(
                name="cancel",
                label="撤回",
                verdict=can_cancel_transfer(actor, record),
                act=lambda entered: cancel_transfer(**common, **entered),
                form=ReasonForm,
                done="已撤回。",
            ),
        )
        offered = TRANSFER.actions_from(record.state)
        return [step for step in steps if step.name in offered]

    @admin.display(description=_("会员"))
    def person(self, transfer: MembershipTransfer) -> str:
        return transfer.membership.person.name
