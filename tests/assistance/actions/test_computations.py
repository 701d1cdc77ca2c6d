"""The computation: everybody answered once, by one statement, as one job."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance.actions.computations import compute_round, request_computation
from assistance.actions.determinations import decide_amount
from assistance.actions.notices import publish_round_notice
from assistance.enums import HardshipClass, Outcome, RoundState
from assistance.models import Determination
from assistance.queries.determinations import scheme_behind, values_seen
from assistance.queries.rounds import current_determinations
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, released_round
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.formula.ruling import decide
from unionportal.core.jobs import run_job
from unionportal.core.models.jobs import Job

pytestmark = pytest.mark.django_db


# --- computing


def test_compute_round_gives_everybody_one_answer_with_its_reason() -> None:
    make.standard()
    cases = {
        make.dossier("甲").number: (Outcome.ELIGIBLE, ""),
        make.dossier("乙", wage_income=Decimal("30000.01")).number: (
            Outcome.INELIGIBLE,
            "income_within",
        ),
        make.dossier("丙", with_account=False).number: (
            Outcome.UNKNOWN,
            "account_verified",
        ),
        make.dossier("丁", homes_count=2).number: (
            Outcome.INELIGIBLE,
            "no_excluded_property",
        ),
        make.dossier("戊", housing_cost=None).number: (
            Outcome.UNKNOWN,
            "net_income_per_head",
        ),
        make.dossier("己", at=make.NEXT_COUNTY).number: (
            Outcome.UNKNOWN,
            "subsistence_line",
        ),
        make.dossier(
            "庚",
            hardship_class=HardshipClass.RELATIVE,
            wage_income=Decimal("57000.00"),
        ).number: (Outcome.ELIGIBLE, ""),
    }
    make.dossier("新", approved_on=date(2025, 12, 2))
    gone = make.dossier("退")
    make.left(gone)

    round_ = make.computed_round()

    assert make.outcomes(round_) == cases
    assert (round_.population, round_.eligible_count) == (7, 2)
    assert (round_.ineligible_count, round_.unknown_count) == (2, 3)
    assert round_.eligible_amount == Decimal("1200.00")
    assert (round_.state, round_.computed_on) == (RoundState.COMPUTED, make.ON)


def test_compute_round_answers_as_the_rule_does_in_python() -> None:
    make.standard(Decimal("333.33"))
    incomes = ("36000.00", "35999.88", "36000.01", "0.00", "71999.97", "11999.99")
    for place, income in enumerate(incomes):
        make.dossier(
            f"户{place}",
            household_size=1 + place % 7,
            wage_income=Decimal(income),
            hardship_class=list(HardshipClass)[place % 3],
            has_vehicle=None if place == 4 else False,
        )

    round_ = make.computed_round()

    rows = list(current_determinations(round_).select_related("round__version"))
    assert len(rows) == len(incomes)
    for row in rows:
        decision = decide(scheme_behind(row).ruling, values_seen(row))
        assert decision.outcome.value == row.outcome
        assert (decision.clause or "") == row.clause
        assert (decision.missing_fact or "") == row.missing_fact
        assert decision.amount == row.decided_amount == row.proposed_amount


def test_compute_round_writes_all_answers_with_as_many_queries_as_one() -> None:
    make.standard()
    make.dossier("甲")
    one = make.opened_round()
    with CaptureQueriesContext(connection) as few:
        compute_round(round_id=one.pk, on=make.ON, by=SYSTEM)
    for number in range(4):
        make.dossier(f"乙{number}")
    with CaptureQueriesContext(connection) as many:
        compute_round(round_id=one.pk, on=make.ON, by=SYSTEM)
    assert len(many) == len(few)


def test_compute_round_reaches_the_organising_union_and_below_only() -> None:
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    here = make.dossier("甲")
    make.dossier("乙", at=make.NEXT_COUNTY)

    round_ = make.computed_round(at=make.COUNTY)

    assert list(make.outcomes(round_)) == [here.number]


def test_compute_round_again_replaces_and_keeps_what_a_person_decided() -> None:
    make.standard()
    kept = make.dossier("甲")
    changed = make.dossier("乙")
    round_ = make.computed_round()
    approver = make.staff(Role.APPROVER)
    for household in (kept, changed):
        decide_amount(
            determination_id=make.answer_of(round_, household).pk,
            amount=Decimal("500.00"),
            reason="另有慰问",
            on=make.ON,
            by=approver,
        )
    make.left(changed)

    again = compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)

    answer = make.answer_of(again, kept)
    assert answer.proposed_amount == Decimal("600.00")
    assert answer.decided_amount == Decimal("500.00")
    assert (answer.deviation_reason, answer.deviation_by) == (
        "另有慰问",
        approver.user_id,
    )
    assert (again.population, again.eligible_amount) == (1, Decimal("500.00"))
    entry = history_of(again).filter(verb="compute_round").first()
    assert entry is not None
    assert entry.changes["deviations_lost"] == 1


def test_compute_round_is_refused_when_nobody_is_in_reach() -> None:
    round_ = make.opened_round()
    with pytest.raises(Refusal, match="空的名单不会发放任何人"):
        compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    round_.refresh_from_db()
    assert (round_.state, round_.population) == (RoundState.OPENED, 0)


def test_compute_round_is_refused_after_the_notice() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    before = list(Determination.objects.values())
    with pytest.raises(Refusal, match="轮次现在是“公示中”，不能“测算”"):
        compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    assert list(Determination.objects.values()) == before


def test_request_computation_is_one_job_that_computes() -> None:
    make.standard()
    make.dossier()
    by = make.maker()
    round_ = make.opened_round(by=by)

    job = request_computation(round_id=round_.pk, on=make.ON, by=by)
    again = request_computation(round_id=round_.pk, on=make.ON, by=by)

    assert again.pk == job.pk
    assert run_job(job.pk)
    round_.refresh_from_db()
    assert round_.state == RoundState.COMPUTED
    done = Job.objects.get(pk=job.pk)
    assert done.state == "done"
    assert (done.result or {})["eligible"] == 1
    entry = history_of(round_).first()
    assert entry is not None
    assert (entry.verb, entry.user_id) == ("compute_round", by.user_id)


def test_request_computation_is_refused_to_another_role() -> None:
    round_ = make.opened_round()
    with pytest.raises(Refusal, match="“经办”岗位"):
        request_computation(
            round_id=round_.pk, on=make.ON, by=make.staff(Role.PAYER, at=make.PROVINCE)
        )
    assert Job.objects.count() == 0


# --- the same grant twice


def test_a_grant_of_another_union_is_named_in_the_refusal() -> None:
    household_round = released_round(1, at=make.COUNTY)
    other = make.opened_round(at=make.COUNTY, version=household_round.version)

    second = compute_round(round_id=other.pk, on=AFTER_NOTICE, by=SYSTEM)

    (answer,) = current_determinations(second)
    assert (answer.outcome, answer.clause) == ("ineligible", "already_granted")
    assert answer.facts["already_granted"] == (
        f"{make.union().name}在“2026年元旦春节”（轮次 {household_round.pk}）"
        "已安排 600.00 元"
    )
