"""Work queues: each step waits for the post whose turn it is, and for nobody else."""

from datetime import date

import pytest

from assistance.actions.batches import check_batch, submit_batch
from assistance.actions.computations import compute_round
from assistance.actions.notices import publish_round_notice
from assistance.models import Batch, Payment
from assistance.queries.queues import (
    batches_waiting,
    returns_waiting,
    rounds_waiting,
    standing_lists_waiting,
    unknowns_waiting,
)
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, batch_of, released_round
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.queues import waiting_for

pytestmark = pytest.mark.django_db


def titles(actor: Actor) -> list[str]:
    return [item.detail for item in batches_waiting(actor, AFTER_NOTICE)]


def test_a_round_waits_for_its_maker_step_by_step() -> None:
    make.standard()
    make.dossier()
    by, other = make.maker(), make.maker(at=make.COUNTY)
    round_ = make.opened_round(by=by)
    (item,) = rounds_waiting(by, make.ON)
    assert (item.detail, item.waiting_since) == ("测算名单", make.ON)
    assert item.url == f"/staff/assistance/rounds/{round_.pk}/"
    assert rounds_waiting(other, make.ON) == []

    compute_round(round_id=round_.pk, on=make.ON, by=by)
    publish_round_notice(round_id=round_.pk, on=make.ON, by=by)

    (item,) = rounds_waiting(by, make.ON)
    assert item.detail == "公示期满后生成发放批次"
    assert (item.waiting_since, item.due_on) == (date(2025, 12, 8), date(2025, 12, 9))


def test_a_released_round_waits_once_its_batches_are_settled() -> None:
    released_round(1)
    by = make.maker()
    assert rounds_waiting(by, AFTER_NOTICE) == []
    for state in ("submitted", "checked", "approved", "instructed", "settled"):
        Batch.objects.update(state=state)
    (item,) = rounds_waiting(by, AFTER_NOTICE)
    assert item.detail == "各县办完后办结"


def test_a_batch_waits_for_the_role_whose_turn_it_is() -> None:
    round_ = released_round(1)
    maker, checker = make.staff(Role.MAKER), make.staff(Role.CHECKER)
    next_county = make.staff(Role.MAKER, at=make.NEXT_COUNTY)
    batch = batch_of(round_)
    assert titles(maker) == [f"提交复核：批次 {batch.number}，1 人 600.00 元"]
    assert titles(checker) == titles(next_county) == []

    submit_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=maker, on=AFTER_NOTICE
    )

    assert titles(maker) == []
    (item,) = batches_waiting(checker, AFTER_NOTICE)
    assert (item.role, item.waiting_since) == (Role.CHECKER, AFTER_NOTICE)


def test_a_batch_passes_to_the_union_above_where_nobody_holds_the_role() -> None:
    batch = batch_of(released_round(1))
    maker = make.staff(Role.MAKER)
    submit_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=maker, on=AFTER_NOTICE
    )
    above = make.staff(Role.CHECKER, at=make.CITY)
    far_above = make.staff(Role.CHECKER, at=make.PROVINCE)
    assert len(titles(above)) == 1
    assert titles(far_above) == []
    make.staff(Role.CHECKER)
    assert titles(above) == []


def test_a_batch_no_longer_waits_for_whom_has_signed_it() -> None:
    batch = batch_of(released_round(1))
    both = make.staff(Role.MAKER, Role.CHECKER)
    other = make.staff(Role.CHECKER)
    submit_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=both, on=AFTER_NOTICE
    )
    assert titles(both) == []
    assert len(titles(other)) == 1
    check_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=other, on=AFTER_NOTICE
    )
    assert titles(other) == []


def test_unknowns_wait_for_the_paying_unions_maker() -> None:
    make.standard()
    make.dossier("甲")
    make.dossier("乙", with_account=False)
    by = make.staff(Role.MAKER)
    round_ = make.computed_round()
    assert unknowns_waiting(by, make.ON) == []
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    (item,) = unknowns_waiting(by, make.ON)
    assert item.title == "2026年元旦春节 待补材料 1 人"
    assert unknowns_waiting(make.maker(), make.ON) == []


def test_returns_wait_until_they_are_tried_again_or_ended() -> None:
    released_round(2)
    by = make.staff(Role.MAKER, on=AFTER_NOTICE)
    Payment.objects.update(state="instructed", instructed_on=AFTER_NOTICE)
    Payment.objects.update(
        state="returned", reason_code="closed", settled_on=AFTER_NOTICE
    )
    (item,) = returns_waiting(by, AFTER_NOTICE)
    assert item.title == "银行退回 2 笔"
    Payment.objects.update(state="ended", end_reason="declined")
    assert returns_waiting(by, AFTER_NOTICE) == []


def test_standing_lists_wait_for_the_clerk_of_the_county_until_they_are_empty() -> None:
    make.dossier()
    by = make.staff(Role.MAKER)
    assert standing_lists_waiting(by, date(2025, 8, 29)) == []
    assert [one.title for one in standing_lists_waiting(by, date(2025, 8, 30))] == [
        "在档未帮扶过 1 户"
    ]
    due = standing_lists_waiting(by, date(2026, 5, 2))[0]
    assert (due.title, due.due_on) == ("应复核档案 1 户", date(2026, 6, 1))
    assert due.url == "/staff/assistance/dossiers/?standing=recheck_due&union=350102"
    next_county = make.staff(Role.MAKER, at=make.NEXT_COUNTY)
    assert standing_lists_waiting(next_county, date(2026, 5, 2)) == []


def test_queues_are_registered_and_empty_for_who_has_no_post() -> None:
    released_round(1)
    nobody = Actor(kind="staff", name="无岗", user_id=make.staff_user().pk)
    assert waiting_for(nobody, AFTER_NOTICE) == []
    found = waiting_for(make.staff(Role.MAKER), AFTER_NOTICE)
    assert "assistance.batches" in [queue.code for queue, _ in found]


def test_a_batch_passes_up_where_only_whoever_has_signed_holds_the_role() -> None:
    batch = batch_of(released_round(1))
    both = make.staff(Role.MAKER, Role.CHECKER)
    above = make.staff(Role.CHECKER, at=make.CITY)

    submit_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=both, on=AFTER_NOTICE
    )

    assert titles(both) == []
    assert titles(above) == [f"复核通过：批次 {batch.number}，1 人 600.00 元"]
    check_batch(
        batch_id=batch.pk, digest=batch.digest, comment="", by=above, on=AFTER_NOTICE
    )
