"""The proof of the books: green when all agrees, and naming what does not."""

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from assistance.models import Batch, BatchFunding
from assistance.queries.batches import batches_visible_to
from assistance.queries.ledger import (
    accounts_visible_to,
    entries_visible_to,
    ledger_proof,
)
from assistance.queries.payments import payments_visible_to
from members.enums import Role
from tests.assistance.builders import COUNTY, NEXT_COUNTY, PROVINCE, staff, worker
from tests.assistance.paying import (
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def paid_batch() -> Batch:
    round_ = released_round(2)
    fund("1200.00")
    batch = instructed_batch(round_, officers())
    back = payments_of(batch)[0].reference
    bring_in(answer_to(batch, returned={back: "closed"}))
    batch.refresh_from_db()
    return batch


def test_a_round_that_agrees_has_no_problems() -> None:
    batch = paid_batch()

    proof = ledger_proof(batch.round)

    assert proof.ok
    assert proof.totals == {
        "batches": "1",
        "payments": "2",
        "total": "1200.00",
        "paid": "600.00",
        "returned": "600.00",
        "withdrawn": "0",
    }


def test_a_batch_that_counts_otherwise_is_named() -> None:
    batch = paid_batch()
    Batch.objects.filter(pk=batch.pk).update(paid_count=2, digest="0" * 64)

    sentences = [problem.sentence for problem in ledger_proof().problems]

    assert f"批次 {batch.number} 的到账人数记为 2，名单实为 1" in sentences
    assert any("清单摘要记为 0000" in sentence for sentence in sentences)
    assert len(sentences) == 3  # and the payer signed another list


def test_a_funding_that_differs_is_named() -> None:
    batch = paid_batch()
    BatchFunding.objects.update(withdrawn_amount="0.01")

    (problem,) = ledger_proof().problems

    assert (problem.check, problem.place) == ("source", batch.number)
    assert "撤下金额：名单为 0，账上为 0.01" in problem.sentence


def test_the_command_says_it_and_exits(capsys: pytest.CaptureFixture[str]) -> None:
    batch = paid_batch()
    call_command("verify_ledger")
    assert "账实相符：1 个批次、2 笔发放" in capsys.readouterr().out

    Batch.objects.filter(pk=batch.pk).update(returned_count=0)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", "--json")

    said = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (said["ok"], said["problems"][0]["place"]) == (False, batch.number)


@pytest.mark.parametrize(("at", "seen"), [(COUNTY, 1), (PROVINCE, 1), (NEXT_COUNTY, 0)])
def test_the_books_are_seen_by_reach(at: str, seen: int) -> None:
    batch = paid_batch()
    actor = staff(Role.AUDITOR, at=at)

    assert batches_visible_to(actor).filter(pk=batch.pk).count() == seen
    assert payments_visible_to(actor).count() == 2 * seen
    assert accounts_visible_to(actor).count() == 5 * seen
    assert entries_visible_to(actor).count() == 5 * seen
    assert entries_visible_to(SYSTEM).count() == 5


def test_a_worker_sees_his_own_payments() -> None:
    first, _second = payments_of(paid_batch())

    assert list(payments_visible_to(worker(first.claim.payee))) == [first]


def test_a_batch_shows_what_is_left_to_pay() -> None:
    batch = paid_batch()

    (listed,) = batches_visible_to(SYSTEM)

    assert (listed.pk, vars(listed)["payable"]) == (batch.pk, Decimal("1200.00"))
