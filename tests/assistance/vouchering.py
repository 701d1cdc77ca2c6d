"""Batches with all results in, and the subjects their vouchers name."""

from assistance.actions.vouchers import SubjectWish, set_subject_codes
from assistance.models import Batch
from members.enums import Role
from tests.assistance.builders import COUNTY, PROVINCE, fund_sources, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    Officers,
    answer_to,
    batch_of,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)

BANK = ("10201", "银行存款")
AID = ("50201", "困难职工帮扶支出")


def settled_batch(
    who: Officers | None = None, *, names: int = 3, back: int = 0
) -> Batch:
    """A county's batch of 600 yuan a head, so many of them returned by the bank."""
    fund("100000.00")
    batch = instructed_batch(released_round(names), who or officers())
    returned = {each.reference: "closed" for each in payments_of(batch)[:back]}
    bring_in(answer_to(batch, returned=returned))
    return batch_of(batch.round, COUNTY)


def source() -> int:
    return fund_sources()["county_own"].pk


def set_subjects(at: str = PROVINCE, aid: tuple[str, str] = AID) -> None:
    """The bank deposit and the expense of the county's own money."""
    wishes = [SubjectWish(None, *BANK), SubjectWish(source(), *aid)]
    set_subject_codes(
        organisation_id=union(at).pk,
        wishes=wishes,
        by=staff(Role.CHECKER, at=at, name="省会计"),
        on=AFTER_NOTICE,
    )
