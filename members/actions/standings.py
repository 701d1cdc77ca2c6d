"""How a standing is written: one act on a membership, inside its caller's transaction."""

from dataclasses import dataclass
from datetime import date

from members.models import Membership, Standing
from members.workflow import MEMBERSHIP
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

BACKWARDS = "日期不能早于上一次变动（{since}），请核对。"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingEntry:
    """An act, its day, and what it rests on; the union where it is not the same."""

    act: str
    on: date
    organisation_id: int | None = None
    document: str = ""
    reason: str = ""


def first_standing(
    *, person_id: int, organisation_id: int, entry: StandingEntry, by: Actor
) -> Membership:
    """Begin a membership by joining. The caller has locked the person."""
    membership = Membership.objects.create(
        person_id=person_id,
        organisation_id=organisation_id,
        joined_on=entry.on,
        since=entry.on,
    )
    _write(membership, entry, by)
    membership.refresh_from_db(fields=["number"])
    return membership


def next_standing(
    *, membership: Membership, entry: StandingEntry, by: Actor
) -> Membership:
    """Move a locked membership on by one act.

    Refuses what the state table does not allow, and a day before the last act's.
    """
    target = MEMBERSHIP.target_of(entry.act, membership.state)
    if entry.on < membership.since:
        raise Refusal(BACKWARDS.format(since=membership.since), field="on")
    before = membership.state
    membership.state = target
    membership.since = entry.on
    membership.standing_number += 1
    if entry.organisation_id is not None:
        membership.organisation_id = entry.organisation_id
    membership.save(update_fields=["state", "since", "standing_number", "organisation"])
    _write(membership, entry, by, before=before)
    return membership


def _write(
    membership: Membership, entry: StandingEntry, by: Actor, *, before: str = ""
) -> None:
    Standing.objects.create(
        membership=membership,
        number=membership.standing_number,
        act=entry.act,
        organisation_id=membership.organisation_id,
        state=membership.state,
        since=entry.on,
        document=entry.document,
        reason=entry.reason,
        by_name=by.name,
    )
    record(
        by=by,
        verb=entry.act,
        subject=membership,
        on=entry.on,
        organisation_id=membership.organisation_id,
        changes={"state": [before, membership.state]},
        reason=entry.reason,
    )
