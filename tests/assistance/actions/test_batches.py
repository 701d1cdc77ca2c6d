"""Signatures: separate persons, bound to the list, money reserved with the last one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance.actions.batches import (
    approve_batch,
    check_batch,
    endorse_batch,
    send_back_batch,
    submit_batch,
)
from assistance.actions.batches import sign as write_signature
from assistance.actions.payments import hold_payment
from assistance.actions.releases import release_round
from assistance.models import Batch, Entry, Signature
from assistance.permissions.batches import CHECK, can_approve_batch
from assistance.queries.batches import signatures_of
from assistance.queries.ledger import ledger_proof
from members.actions.post import deputise
from members.enums import Role
from members.models import Post
from members.queries.post import actor_of
from tests.assistance.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    staff,
    staff_user,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    approved_batch,
    batch_of,
    books,
    fund,
    noticed_round,
    officers,
    payments_of,
    released_round,
    user_of,
)
from unionportal.core.actor import SYSTEM, Actor, Seat
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
Step = Callable[..., Batch]


def sign(step: Step, batch: Batch, by: Actor, *, digest: str | None = None) -> Batch:
    return step(
        batch_id=batch.pk,
        digest=batch.digest if digest is None else digest,
        comment="同意",
        by=by,
        on=AFTER_NOTICE,
    )


def as_it_stands(batch: Batch) -> tuple[str, int, int, int]:
    batch.refresh_from_db()
    return (
        batch.state,
        batch.cycle,
        Signature.objects.count(),
        Entry.objects.filter(batch=batch).count(),
    )


def test_three_persons_bring_a_batch_to_the_payer_and_reserve_the_money() -> None:
    round_ = released_round(3)
    fund("2000.00")

    batch = approved_batch(round_, officers())

    assert (batch.state, batch.approved_on) == ("approved", AFTER_NOTICE)
    assert books() == {
        (COUNTY, "county_own", "funding"): Decimal("-2000.00"),
        (COUNTY, "county_own", "available"): Decimal("200.00"),
        (COUNTY, "county_own", "reserved"): Decimal("1800.00"),
    }
    assert [row.step for row in signatures_of(batch)] == ["经办提交", "复核", "审批"]
    assert [e.changes["state"] for e in history_of(batch)] == [
        ["checked", "approved"],
        ["submitted", "checked"],
        ["drafted", "submitted"],
    ]
    assert ledger_proof(round_).problems == ()


def test_a_maker_who_checks_is_refused() -> None:
    batch = batch_of(released_round(1))
    both = staff(Role.MAKER, Role.CHECKER, on=AFTER_NOTICE)
    staff(Role.CHECKER, on=AFTER_NOTICE)
    sign(submit_batch, batch, both)
    before = as_it_stands(batch)

    with pytest.raises(Refusal, match="您已在这份名单上签过“经办提交”"):
        sign(check_batch, batch, both)

    assert as_it_stands(batch) == before


def test_a_maker_who_approves_is_refused() -> None:
    batch = batch_of(released_round(1))
    fund("600.00")
    who = officers()
    maker = staff(Role.APPROVER, user=user_of(who.maker), on=AFTER_NOTICE)
    sign(submit_batch, batch, maker)
    sign(check_batch, batch, who.checker)
    before = as_it_stands(batch)

    with pytest.raises(Refusal, match="必须是不同的人"):
        sign(approve_batch, batch, maker)

    assert as_it_stands(batch) == before


def test_an_approval_after_the_list_changed_is_refused() -> None:
    batch = batch_of(released_round(2))
    fund("1200.00")
    who = officers()
    sign(submit_batch, batch, who.maker)
    sign(check_batch, batch, who.checker)
    seen = batch.digest
    hold_payment(
        payment_id=payments_of(batch)[0].pk,
        reason="电话核实",
        by=who.checker,
        on=AFTER_NOTICE,
    )
    before = as_it_stands(batch)

    with pytest.raises(Refusal, match="名单在您打开之后有变动"):
        sign(approve_batch, batch, who.approver, digest=seen)

    assert as_it_stands(batch) == before
    assert sign(approve_batch, batch, who.approver).state == "approved"


def test_a_shortfall_is_refused_and_named() -> None:
    round_ = released_round(3)
    fund("1000.00")

    with pytest.raises(Refusal, match="需要 1,800.00 元，缺 800.00 元") as refused:
        approved_batch(round_, officers())

    batch = batch_of(round_)
    assert refused.value.code == "shortfall"
    assert (batch.state, batch.approved_on) == ("checked", None)
    assert books()[COUNTY, "county_own", "available"] == Decimal("1000.00")
    assert Entry.objects.filter(batch=batch).count() == 0


def test_a_batch_above_the_threshold_needs_the_union_above() -> None:
    round_ = noticed_round(
        2, changes={'threshold: "500000.00"': 'threshold: "1199.99"'}
    )
    fund("1200.00")
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    who = officers()

    batch = approved_batch(round_, who)

    assert (batch.state, Entry.objects.filter(batch=batch).count()) == ("endorsing", 0)
    second = staff(Role.APPROVER, on=AFTER_NOTICE)
    with pytest.raises(Refusal, match="福州市.*“审批”岗位"):
        sign(endorse_batch, batch, second)
    batch = sign(endorse_batch, batch, who.endorser)
    assert batch.state == "approved"
    assert books()[COUNTY, "county_own", "reserved"] == Decimal("1200.00")
    assert [row.is_from_above for row in signatures_of(batch)] == [
        False,
        False,
        False,
        True,
    ]


def test_a_step_passes_to_the_union_above_when_nobody_is_left() -> None:
    batch = batch_of(released_round(1))
    fund("600.00")
    submitted = sign(submit_batch, batch, staff(Role.MAKER, on=AFTER_NOTICE))
    checked = sign(check_batch, submitted, staff(Role.CHECKER, on=AFTER_NOTICE))
    above = staff(Role.APPROVER, at=CITY, on=AFTER_NOTICE)
    neighbour = staff(Role.APPROVER, at=NEXT_COUNTY, on=AFTER_NOTICE)

    assert not can_approve_batch(neighbour, checked, on=AFTER_NOTICE)
    assert can_approve_batch(above, checked, on=AFTER_NOTICE).reason == ""
    own = staff(Role.APPROVER, on=AFTER_NOTICE)
    assert "“审批”岗位" in can_approve_batch(above, checked, on=AFTER_NOTICE).reason
    assert can_approve_batch(own, checked, on=AFTER_NOTICE)


def test_a_deputy_of_the_maker_may_not_check() -> None:
    batch = batch_of(released_round(1))
    maker = staff(Role.MAKER, Role.CHECKER, on=AFTER_NOTICE)
    deputy = staff_user("代理人")
    deputise(
        post_id=Post.objects.get(user=user_of(maker), role=Role.CHECKER).pk,
        user_id=deputy.pk,
        on=ON,
        ends_on=date(2026, 1, 31),
        by=SYSTEM,
    )
    batch = sign(submit_batch, batch, maker)
    before = as_it_stands(batch)

    with pytest.raises(Refusal, match="“复核”岗位"):
        sign(check_batch, batch, actor_of(deputy, on=AFTER_NOTICE))

    assert as_it_stands(batch) == before


def test_the_database_refuses_a_second_signature_of_one_person() -> None:
    batch = batch_of(released_round(1))
    who = officers()
    batch = sign(submit_batch, batch, who.maker)
    seat = Seat("checker", batch.organisation_id, batch.organisation.path)

    with pytest.raises(Refusal, match="必须是不同的人"):
        write_signature(
            batch, CHECK, seat=seat, comment="", by=who.maker, on=AFTER_NOTICE
        )

    assert Signature.objects.count() == 1


def test_sending_back_voids_the_signatures_and_needs_a_reason() -> None:
    batch = batch_of(released_round(1))
    who = officers()
    sign(submit_batch, batch, who.maker)
    checked = sign(check_batch, batch, who.checker)
    with pytest.raises(Refusal, match="请填写退回理由"):
        send_back_batch(
            batch_id=batch.pk,
            digest=batch.digest,
            reason=" ",
            by=who.approver,
            on=AFTER_NOTICE,
        )

    sent_back = send_back_batch(
        batch_id=batch.pk,
        digest=checked.digest,
        reason="附件不全",
        by=who.approver,
        on=AFTER_NOTICE,
    )

    assert (sent_back.state, sent_back.cycle) == ("drafted", 2)
    assert [row.is_current for row in signatures_of(sent_back)] == [False, False]
    assert sign(submit_batch, sent_back, who.maker).state == "submitted"


def test_staff_of_the_next_county_may_not_sign() -> None:
    batch = batch_of(released_round(1))
    before = as_it_stands(batch)

    with pytest.raises(Refusal, match="不属于您的工会范围"):
        sign(submit_batch, batch, staff(Role.MAKER, at=NEXT_COUNTY, on=AFTER_NOTICE))

    assert as_it_stands(batch) == before


@pytest.mark.parametrize("names", [1, 30])
def test_an_approval_takes_the_same_queries_for_any_list(names: int) -> None:
    batch = batch_of(released_round(names))
    fund("18000.00")
    who = officers()
    sign(submit_batch, batch, who.maker)
    sign(check_batch, batch, who.checker)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        sign(approve_batch, batch, who.approver)

    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 10, "\n".join(statements)
    assert not any("assistance_payment" in sql for sql in statements)
