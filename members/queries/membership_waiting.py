"""What waits about memberships: applications, transfers, and cards of the home page."""

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from members.enums import ApplicationState, Role, TransferState
from members.models import MembershipApplication, MembershipTransfer, PersonMerge
from members.permissions.membership import TRANSFER_ROLES
from members.queries.membership import application_under_way, applications_waiting
from members.queries.person_merge import merges_waiting
from members.queries.transfer import transfers_visible_to
from unionportal.core.actor import Actor
from unionportal.core.calendar import add_working_days
from unionportal.core.cards import Card
from unionportal.core.queues import QueueItem, WorkQueue
from unionportal.core.scope import within

SHOWN = 50
APPLICATION_DAYS = 15
OLD_SIDE = (TransferState.ASKED, TransferState.ACCEPTED)
NEW_SIDE = (TransferState.ASKED, TransferState.RELEASED)


def applications_to_decide(actor: Actor, on: date) -> list[QueueItem]:
    """Applications to the actor's own union, or to one beneath it without staff."""
    if not any(seat.role in {Role.CHECKER, Role.APPROVER} for seat in actor.seats):
        return []
    found = applications_waiting(actor, on).select_related("organisation")
    return [_application_item(one) for one in found[:SHOWN]]


def _application_item(application: MembershipApplication) -> QueueItem:
    return QueueItem(
        title=_("审核入会申请"),
        detail=application.name,
        url=reverse(
            "admin:members_membershipapplication_change", args=[application.pk]
        ),
        organisation_name=application.organisation.name,
        waiting_since=application.submitted_on,
        due_on=add_working_days(application.submitted_on, APPLICATION_DAYS).on,
        role=Role.CHECKER,
    )


def transfers_to_answer(actor: Actor, on: date) -> list[QueueItem]:
    """Transfers that wait for a yes or no from the actor's unions, or beneath them."""
    if not any(seat.role in TRANSFER_ROLES for seat in actor.seats):
        return []
    ours = within(actor, "old_union__path") & Q(state__in=OLD_SIDE)
    ours |= within(actor, "new_union__path") & Q(state__in=NEW_SIDE)
    found = transfers_visible_to(actor).filter(ours).order_by("answer_by", "id")
    found = found.select_related("membership__person", "old_union", "new_union")
    return [_transfer_item(one) for one in found[:SHOWN]]


def _transfer_item(transfer: MembershipTransfer) -> QueueItem:
    person = transfer.membership.person
    there = transfer.new_union.short_name
    return QueueItem(
        title=_("答复转会"),
        detail=f"{person.name} → {there}（{transfer.get_state_display()}）",
        url=reverse("admin:members_membershiptransfer_change", args=[transfer.pk]),
        organisation_name=transfer.old_union.name,
        waiting_since=transfer.asked_on,
        due_on=transfer.answer_by,
        role=Role.MAKER,
    )


def merges_to_decide(actor: Actor, on: date) -> list[QueueItem]:
    """Merges that somebody else proposed."""
    found = merges_waiting(actor).select_related("kept__organisation", "duplicate")
    return [_merge_item(one) for one in found.order_by("id")[:SHOWN]]


def _merge_item(merge: PersonMerge) -> QueueItem:
    return QueueItem(
        title=_("复核人员合并"),
        detail=merge.kept.name,
        url=reverse("admin:members_personmerge_change", args=[merge.pk]),
        organisation_name=merge.kept.organisation.name,
        waiting_since=merge.proposed_on,
        due_on=add_working_days(merge.proposed_on, APPLICATION_DAYS).on,
        role=Role.CHECKER,
    )


MEMBERSHIP_QUEUES = (
    WorkQueue("members.applications", "待审核入会申请", applications_to_decide),
    WorkQueue("members.transfers", "待答复转会", transfers_to_answer),
    WorkQueue("members.merges", "待复核人员合并", merges_to_decide),
)


def membership_cards(actor: Actor, on: date) -> list[Card]:
    """An application that is under way; it needs the worker where paper is missing."""
    if actor.kind != "worker" or actor.person_id is None:
        return []
    application = application_under_way(actor)
    if application is None:
        return []
    returned = application.state == ApplicationState.RETURNED
    return [
        Card(
            title=_("入会申请"),
            state=application.get_state_display(),
            next_step=application.answer if returned else _("工会审核后告诉您结果。"),
            url=reverse("members:join"),
            action_label=_("去补充") if returned else "",
            needs_action=returned,
        )
    ]
