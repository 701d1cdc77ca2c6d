"""A round answered in chunks is the round answered by one statement, exactly once."""

from decimal import Decimal
from typing import Any

import pytest

from assistance.actions.answers import Span, spans_of
from assistance.actions.computations import (
    compute_chunk,
    compute_round,
    request_computation,
)
from assistance.actions.rounds import cancel_round
from assistance.enums import RoundState
from assistance.models import Determination, HouseholdDossier, Round, RoundChunk
from assistance.queries.ledger import ledger_proof
from members.enums import Role
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs

pytestmark = pytest.mark.django_db
COUNTIES = (make.COUNTY, make.NEXT_COUNTY, "350104")


@pytest.fixture
def round_() -> Round:
    """Seven households over three counties: some eligible, one not, one unknown."""
    for code in COUNTIES:
        make.standard(at=code)
    for at, count in zip(COUNTIES, (2, 2, 1), strict=True):
        for number in range(count):
            make.dossier(f"户{number}", at=at)
    make.dossier("多房", at=make.COUNTY, homes_count=2)
    make.dossier("缺收入", at=make.NEXT_COUNTY, wage_income=None)
    return make.opened_round()


def answers() -> list[dict[str, Any]]:
    columns = ("subject_id", "organisation_id", "payee_id", "outcome", "clause")
    more = ("missing_fact", "proposed_amount", "decided_amount", "facts")
    return list(Determination.objects.order_by("subject_id").values(*columns, *more))


def totals(round_: Round) -> tuple[object, ...]:
    found = Round.objects.get(pk=round_.pk)
    return (
        found.state,
        found.population,
        found.eligible_count,
        found.ineligible_count,
        found.unknown_count,
        found.eligible_amount,
    )


def paths() -> list[str]:
    return [make.union(code).path for code in COUNTIES]


def test_spans_part_at_unions_without_gap_or_overlap(round_: Round) -> None:
    first, second, third = paths()

    assert spans_of(round_, None) == [Span()]
    assert spans_of(round_, 7) == [Span("", "", 7)]
    assert spans_of(round_, 3) == [
        Span("", second, 3),
        Span(second, third, 3),
        Span(third, "", 1),
    ]
    assert spans_of(round_, 4) == [Span("", second, 3), Span(second, "", 4)]
    assert first < second < third


def test_chunks_answer_what_one_statement_answers(round_: Round) -> None:
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    whole, counted = answers(), totals(round_)

    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM, chunk_rows=3)
    assert totals(round_) == (RoundState.OPENED, 0, 0, 0, 0, Decimal(0))
    assert answers() == []
    run_due_jobs()

    assert (answers(), totals(round_)) == (whole, counted)
    chunks = RoundChunk.objects.filter(computation__round=round_, path_to__gt="")
    assert [chunk.answered_count for chunk in chunks.order_by("number")] == [3, 3]
    assert history_of(round_).filter(verb="compute_round").count() == 2


def test_a_chunk_that_is_done_stays_as_it_is(round_: Round) -> None:
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM, chunk_rows=3)
    chunk = RoundChunk.objects.get(number=1)
    compute_chunk(chunk_id=chunk.pk, on=make.ON, by=SYSTEM)
    before = answers()

    again = compute_chunk(chunk_id=chunk.pk, on=make.ON, by=SYSTEM)

    assert (answers(), again.answered_count) == (before, 3)
    assert history_of(round_).filter(verb="compute_chunk").count() == 1
    assert totals(round_)[0] == RoundState.OPENED
    assert ledger_proof().problems == ()


def test_a_household_that_moves_between_chunks_is_answered_once(
    round_: Round,
) -> None:
    first, second, third = (make.union(code) for code in COUNTIES)
    late, early = HouseholdDossier.objects.filter(organisation=third)[:1].get(), None
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM, chunk_rows=3)
    one, two, three = RoundChunk.objects.order_by("number")
    compute_chunk(chunk_id=one.pk, on=make.ON, by=SYSTEM)
    # From a county still to come into one that is done, and the other way round.
    HouseholdDossier.objects.filter(pk=late.pk).update(organisation=first)
    early = HouseholdDossier.objects.filter(organisation=first).order_by("pk")[0]
    HouseholdDossier.objects.filter(pk=early.pk).update(organisation=second)

    for chunk in (two, three):
        compute_chunk(chunk_id=chunk.pk, on=make.ON, by=SYSTEM)

    assert totals(round_)[:2] == (RoundState.COMPUTED, 7)
    assert make.answer_of(round_, late).organisation_id == first.pk
    assert make.answer_of(round_, early).organisation_id == first.pk


def test_what_a_person_decided_outlives_a_computation_in_chunks(round_: Round) -> None:
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    approver = make.staff(Role.APPROVER)
    Determination.objects.filter(outcome="eligible").update(
        decided_amount=Decimal("500.00"),
        deviation_reason="另有慰问",
        deviation_by=approver.user_id,
    )
    before = answers()

    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM, chunk_rows=3)
    run_due_jobs()

    assert answers() == before
    assert totals(round_)[5] == Decimal("2500.00")


def test_a_chunk_of_a_cancelled_round_is_refused(round_: Round) -> None:
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM, chunk_rows=3)
    cancel_round(round_id=round_.pk, reason="范围有误", on=make.ON, by=SYSTEM)
    chunk = RoundChunk.objects.get(number=1)

    with pytest.raises(Refusal, match="已取消或正在重新测算"):
        compute_chunk(chunk_id=chunk.pk, on=make.ON, by=SYSTEM)

    chunk.refresh_from_db()
    assert (chunk.is_done, answers()) == (False, [])


def test_a_requested_computation_ends_when_its_last_chunk_does(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.ROUND_CHUNK_ROWS", 3)
    job = request_computation(round_id=round_.pk, on=make.ON, by=SYSTEM)

    run_due_jobs()

    job.refresh_from_db()
    assert (job.state, (job.result or {})["population"]) == ("done", 7)
    assert totals(round_)[:2] == (RoundState.COMPUTED, 7)
