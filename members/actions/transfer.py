"""Verbs of transfers (转会): asked by either side, agreed by both, moved on its day.

工会会员会籍管理办法 (总工办发〔2016〕30号): 一次入会、动态接转, the membership follows
the employment; where the new unit has no union, it is held at the union above.
"""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from members.actions.membership import locked_membership
from members.actions.standings import StandingEntry, next_standing
from members.enums import TransferSide, TransferState
from members.models import Membership, MembershipTransfer, Organisation
from members.permissions.membership import (
    can_accept_transfer,
    can_ask_transfer,
    can_cancel_transfer,
    can_release_transfer,
)
from members.queries.transfer import overdue_transfers, transfers_due
from members.workflow import MEMBERSHIP, TRANSFER
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.calendar import add_working_days
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.core.messages import queue_message
from unionportal.core.models import Job

TRANSFER_JOB = "members.move_transfers"
ANSWER_DAYS = 15  # working days for each union's yes or no
LAPSED = "两家工会在期限内没有办结，转会作罢；请与两家工会联系后重新提出。"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEntry:
    """Where to, from which day, and why; `is_held` where the new unit has no union."""

    new_union_id: int
    moves_on: date
    reason: str
    unit_name: str = ""
    is_held: bool = False


def ask_transfer(
    *, membership_id: int, entry: TransferEntry, side: str, on: date, by: Actor
) -> MembershipTransfer:
    """Ask to move a membership: by the member, or by either union, which so agrees.

    Refuses who is no member any more, the same union, a day already past, a missing
    reason, and a second transfer while one is under way.
    """
    if not entry.reason.strip():
        raise Refusal("请填写转会原因。", field="reason")
    if entry.moves_on < on:
        raise Refusal("生效日期不能早于今天。", field="moves_on")
    with transaction.atomic():
        membership = locked_membership(membership_id)
        new_union = Organisation.objects.get(pk=entry.new_union_id)
        can_ask_transfer(by, membership, new_union, side).require()
        MEMBERSHIP.target_of("transfer", membership.state)
        if membership.organisation_id == new_union.pk:
            raise Refusal("会籍已在这家工会，不用转会。", field="new_union")
        transfer = _asked(membership, entry, side=side, on=on)
        _record(by, "ask", transfer, on)
        if side == TransferSide.OLD_UNION:
            _agree(transfer, "release", on=on, by=by)
        if side == TransferSide.NEW_UNION:
            _agree(transfer, "accept", on=on, by=by)
    return transfer


def release_transfer(*, transfer_id: int, on: date, by: Actor) -> MembershipTransfer:
    """The old union lets the member go; with both unions' yes the standing moves."""
    with transaction.atomic():
        transfer = _locked(transfer_id)
        can_release_transfer(by, transfer).require()
        _agree(transfer, "release", on=on, by=by)
    return transfer


def accept_transfer(*, transfer_id: int, on: date, by: Actor) -> MembershipTransfer:
    """The new union takes the member; with both unions' yes the standing moves."""
    with transaction.atomic():
        transfer = _locked(transfer_id)
        can_accept_transfer(by, transfer).require()
        _agree(transfer, "accept", on=on, by=by)
    return transfer


def refuse_transfer(
    *, transfer_id: int, reason: str, on: date, by: Actor
) -> MembershipTransfer:
    """Either union says no, with its reason; the membership stays where it is."""
    if not reason.strip():
        raise Refusal("请写明不同意的理由，会员会看到。", field="reason")
    with transaction.atomic():
        transfer = _locked(transfer_id)
        released = can_release_transfer(by, transfer)
        (released or can_accept_transfer(by, transfer)).require()
        _close(transfer, "refuse", reason=reason.strip(), on=on, by=by)
    return transfer


def cancel_transfer(
    *, transfer_id: int, reason: str, on: date, by: Actor
) -> MembershipTransfer:
    """Whoever asked takes it back, as long as the standing has not moved."""
    with transaction.atomic():
        transfer = _locked(transfer_id)
        can_cancel_transfer(by, transfer).require()
        _close(transfer, "cancel", reason=reason.strip() or "提出方撤回", on=on, by=by)
    return transfer


def request_transfers(*, on: date, by: Actor) -> Job:
    """Write the day's moves down as a job; one job a day."""
    with transaction.atomic():
        arguments = {"on": on.isoformat()}
        return enqueue(kind=TRANSFER_JOB, key=f"{on}", arguments=arguments, by=by)


def complete_due_transfers(*, on: date) -> int:
    """Move every standing whose day has come; return how many. Repeatable."""
    due = list(transfers_due(on).values_list("pk", flat=True))
    for transfer_id in due:
        with transaction.atomic():
            transfer = _locked(transfer_id)
            if transfer.state == TransferState.AGREED:
                _complete(transfer, on=on, by=SYSTEM)
    return len(due)


def lapse_overdue_transfers(*, on: date) -> int:
    """End what neither union nor the one above decided in twice the time."""
    overdue = [
        transfer.pk
        for transfer in overdue_transfers(on)
        if add_working_days(transfer.answer_by, ANSWER_DAYS).on < on
    ]
    for transfer_id in overdue:
        with transaction.atomic():
            _close(_locked(transfer_id), "lapse", reason=LAPSED, on=on, by=SYSTEM)
    return len(overdue)


def _asked(
    membership: Membership, entry: TransferEntry, *, side: str, on: date
) -> MembershipTransfer:
    try:
        with transaction.atomic():
            return MembershipTransfer.objects.create(
                membership=membership,
                old_union=membership.organisation,
                new_union_id=entry.new_union_id,
                is_held=entry.is_held,
                unit_name=entry.unit_name.strip(),
                reason=entry.reason.strip(),
                asked_by=side,
                asked_on=on,
                moves_on=entry.moves_on,
                answer_by=add_working_days(on, ANSWER_DAYS).on,
            )
    except IntegrityError as error:
        if "transfer_one_open" not in str(error):
            raise
        raise Refusal(
            "已有一次转会在办理，请先查看进度；要改转别处，请先撤回。", code="open"
        ) from None


def _agree(transfer: MembershipTransfer, action: str, *, on: date, by: Actor) -> None:
    """Write one union's yes; the second one settles the day, which may be today."""
    before = transfer.state
    transfer.state = TRANSFER.target_of(action, before)
    if action == "release":
        transfer.released_on, transfer.released_by_name = on, by.name
    else:
        transfer.accepted_on, transfer.accepted_by_name = on, by.name
    transfer.answer_by = add_working_days(on, ANSWER_DAYS).on
    if transfer.state == TransferState.AGREED:
        transfer.moves_on = max(transfer.moves_on, on)
    transfer.save()
    _record(by, action, transfer, on, before=before)
    if transfer.state == TransferState.AGREED and transfer.moves_on <= on:
        _complete(transfer, on=on, by=by)


def _complete(transfer: MembershipTransfer, *, on: date, by: Actor) -> None:
    membership = locked_membership(transfer.membership_id)
    entry = StandingEntry(
        act="transfer",
        on=transfer.moves_on,
        organisation_id=transfer.new_union_id,
        document=f"转会第 {transfer.pk} 号",
        reason=transfer.reason,
    )
    next_standing(membership=membership, entry=entry, by=by)
    person = membership.person
    person.organisation_id = transfer.new_union_id
    fields = ["organisation"]
    if transfer.unit_name:
        person.unit_name = transfer.unit_name
        fields.append("unit_name")
    person.save(update_fields=fields)
    before = transfer.state
    transfer.state = TRANSFER.target_of("complete", before)
    transfer.closed_on = on
    transfer.save(update_fields=["state", "closed_on"])
    _record(by, "complete", transfer, on, before=before)
    _tell(transfer)


def _close(
    transfer: MembershipTransfer, action: str, *, reason: str, on: date, by: Actor
) -> None:
    before = transfer.state
    transfer.state = TRANSFER.target_of(action, before)
    transfer.closed_on, transfer.close_reason = on, reason
    transfer.save(update_fields=["state", "closed_on", "close_reason"])
    _record(by, action, transfer, on, before=before)
    if by.person_id != transfer.membership.person_id or by.kind != "worker":
        _tell(transfer)


def _tell(transfer: MembershipTransfer) -> None:
    queue_message(
        person_id=transfer.membership.person_id,
        template="members/notices/transfer_ended.txt",
        context={"union": transfer.old_union.short_name},
        about=(MembershipTransfer._meta.label_lower, transfer.pk),
        key=f"members.transfer-{transfer.pk}",
        organisation_id=transfer.old_union_id,
    )


def _locked(transfer_id: int) -> MembershipTransfer:
    return (
        MembershipTransfer.objects.select_for_update(of=("self",))
        .select_related("membership", "old_union", "new_union")
        .get(pk=transfer_id)
    )


def _record(
    by: Actor, verb: str, transfer: MembershipTransfer, on: date, *, before: str = ""
) -> None:
    record(
        by=by,
        verb=verb,
        subject=transfer,
        on=on,
        organisation_id=transfer.old_union_id,
        changes={"state": [before, transfer.state]},
        reason=transfer.close_reason,
    )
