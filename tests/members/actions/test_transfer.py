"""Transfers: asked by either side, agreed by both, moved on the day, or ended."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from members.actions.membership import change_standing
from members.actions.transfer import (
    TransferEntry,
    accept_transfer,
    ask_transfer,
    cancel_transfer,
    complete_due_transfers,
    lapse_overdue_transfers,
    refuse_transfer,
    release_transfer,
)
from members.enums import Role, TransferSide, TransferState
from members.models import Membership, MembershipTransfer, Organisation
from members.queries.membership import standings_of
from members.queries.membership_waiting import transfers_to_answer
from members.queries.transfer import holding_union, transfer_steps
from members.tasks import move_transfers_nightly
from tests.members.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    person,
    staff,
    union,
    worker,
)
from tests.members.joining import basic_union, member
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import Job, Message

pytestmark = pytest.mark.django_db
SOON = date(2025, 12, 15)


def asked(
    held: Membership,
    to: Organisation,
    *,
    side: str = TransferSide.WORKER,
    by: Actor | None = None,
    moves_on: date = ON,
    is_held: bool = False,
) -> MembershipTransfer:
    entry = TransferEntry(
        new_union_id=to.pk,
        moves_on=moves_on,
        reason="换了单位",
        unit_name="新单位",
        is_held=is_held,
    )
    return ask_transfer(
        membership_id=held.pk,
        entry=entry,
        side=side,
        on=ON,
        by=by or worker(held.person),
    )


def test_a_worker_asks_and_both_unions_agree() -> None:
    old, new = basic_union("B1"), basic_union("B2", under=NEXT_COUNTY)
    held = member(at=old)
    transfer = asked(held, new)
    assert (transfer.state, transfer.answer_by) == ("asked", date(2025, 12, 22))

    there = staff(Role.MAKER, at=NEXT_COUNTY)
    with pytest.raises(Refusal, match="同意转出"):
        release_transfer(transfer_id=transfer.pk, on=ON, by=there)
    accept_transfer(transfer_id=transfer.pk, on=ON, by=there)
    with pytest.raises(Refusal, match="转会现在是“待转出工会同意”"):
        accept_transfer(transfer_id=transfer.pk, on=ON, by=there)
    ended = release_transfer(transfer_id=transfer.pk, on=ON, by=staff(Role.MAKER))

    assert (ended.state, ended.closed_on) == (TransferState.COMPLETED, ON)
    held = Membership.objects.get()
    assert (held.organisation, held.state, held.standing_number) == (new, "member", 2)
    assert (held.person.organisation, held.person.unit_name) == (new, "新单位")
    assert [one.act for one in standings_of(held)] == ["transfer", "join"]
    assert [step.state for step in transfer_steps(ended)] == ["done"] * 4
    assert Message.objects.get().person_id == held.person_id


@pytest.mark.parametrize(
    ("side", "at", "waits_for"),
    [
        (TransferSide.OLD_UNION, COUNTY, "released"),
        (TransferSide.NEW_UNION, NEXT_COUNTY, "accepted"),
    ],
)
def test_a_union_that_asks_has_agreed(side: str, at: str, waits_for: str) -> None:
    held = member(at=basic_union("B1"))
    new = basic_union("B2", under=NEXT_COUNTY)
    transfer = asked(held, new, side=side, by=staff(Role.MAKER, at=at))
    assert transfer.state == waits_for
    other = COUNTY if at == NEXT_COUNTY else NEXT_COUNTY
    waiting = transfers_to_answer(staff(Role.MAKER, at=other), ON)
    assert len(waiting) == 1
    assert transfers_to_answer(staff(Role.MAKER, at=at), ON) == []
    held.refresh_from_db()
    assert held.organisation.code == "B1"


def test_the_standing_moves_on_the_day_by_the_nightly_job() -> None:
    held, new = member(at=basic_union("B1")), basic_union("B2")
    transfer = asked(held, new, moves_on=SOON)
    release_transfer(transfer_id=transfer.pk, on=ON, by=SYSTEM)
    agreed = accept_transfer(transfer_id=transfer.pk, on=ON, by=SYSTEM)
    assert agreed.state == TransferState.AGREED
    assert complete_due_transfers(on=date(2025, 12, 14)) == 0
    assert complete_due_transfers(on=date(2025, 12, 17)) == 1
    assert complete_due_transfers(on=date(2025, 12, 17)) == 0
    held.refresh_from_db()
    assert (held.organisation, held.since) == (new, SOON)

    move_transfers_nightly()
    move_transfers_nightly()
    assert Job.objects.filter(kind="members.move_transfers").count() == 1
    run_due_jobs()
    job = Job.objects.get(kind="members.move_transfers")
    assert (job.state, job.result) == ("done", {"moved": 0, "lapsed": 0})


def test_a_transfer_ends_refused_cancelled_or_lapsed_and_the_standing_stays() -> None:
    held, new = member(at=basic_union("B1")), basic_union("B2")
    first = asked(held, new)
    with pytest.raises(Refusal, match="已有一次转会在办理"):
        asked(held, basic_union("B3"))
    with pytest.raises(Refusal, match="转会正在办理"):
        change_standing(
            membership_id=held.pk, act="keep", reason="失业", on=ON, by=SYSTEM
        )
    with pytest.raises(Refusal, match="请写明不同意的理由"):
        refuse_transfer(transfer_id=first.pk, reason="", on=ON, by=SYSTEM)
    refuse_transfer(transfer_id=first.pk, reason="查无此人", on=ON, by=SYSTEM)
    second = asked(held, new)
    with pytest.raises(Refusal, match="须由本人撤回"):
        cancel_transfer(transfer_id=second.pk, reason="", on=ON, by=staff(Role.MAKER))
    cancel_transfer(transfer_id=second.pk, reason="", on=ON, by=worker(held.person))
    asked(held, new)
    assert lapse_overdue_transfers(on=date(2026, 1, 13)) == 0
    assert lapse_overdue_transfers(on=date(2026, 1, 15)) == 1

    held.refresh_from_db()
    assert (held.organisation.code, held.standing_number) == ("B1", 1)
    ends = MembershipTransfer.objects.order_by("id").values_list("state", flat=True)
    assert list(ends) == ["refused", "cancelled", "lapsed"]


def test_what_cannot_be_asked() -> None:
    held, new = member(at=basic_union("B1")), basic_union("B2")
    with pytest.raises(Refusal, match="会籍已在这家工会"):
        asked(held, held.organisation)
    with pytest.raises(Refusal, match="不能早于今天"):
        asked(held, new, moves_on=date(2025, 11, 30))
    with pytest.raises(Refusal, match="您本人"):
        asked(held, new, by=worker(person("别人")))
    with pytest.raises(Refusal, match="会员登录后提出"):
        asked(held, new, by=staff(Role.MAKER))
    with pytest.raises(Refusal, match="提出转会"):
        asked(
            held,
            new,
            side=TransferSide.OLD_UNION,
            by=staff(Role.MAKER, at=NEXT_COUNTY),
        )
    change_standing(membership_id=held.pk, act="leave", reason="离开", on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="会籍现在是“已退会”"):
        asked(held, new)
    assert MembershipTransfer.objects.count() == 0


def test_without_a_union_at_the_new_unit_the_membership_is_held_above() -> None:
    held = member(at=basic_union("B1"))
    above = holding_union(held)
    assert above == union(COUNTY)
    held.person.division_id = NEXT_COUNTY
    assert holding_union(held) == union(NEXT_COUNTY)
    transfer = asked(held, above, is_held=True)
    release_transfer(transfer_id=transfer.pk, on=ON, by=SYSTEM)
    accept_transfer(transfer_id=transfer.pk, on=ON, by=SYSTEM)
    held.refresh_from_db()
    assert (held.organisation, held.state) == (above, "member")


def test_the_database_refuses_a_move_without_both_unions() -> None:
    transfer = asked(member(at=basic_union("B1")), basic_union("B2"))
    for statement in (
        "UPDATE members_membershiptransfer SET state = 'completed'",
        "UPDATE members_membershiptransfer SET state = 'agreed'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(statement)
    transfer.refresh_from_db()
    assert transfer.state == TransferState.ASKED
