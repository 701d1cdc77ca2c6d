"""Answers changed by a person: another amount, an upheld objection, a second look."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assistance.actions.determinations import (
    Answer,
    decide_amount,
    reconsider_determination,
    supersede_determination,
    uphold_objection,
)
from assistance.actions.notices import publish_round_notice
from assistance.enums import Outcome
from assistance.models import Determination, Round
from assistance.queries.determinations import explanation_of
from members.actions.notice import file_objection
from members.enums import Role
from members.models import NoticeLine, Objection
from tests.assistance import builders as make
from tests.assistance.paying import released_round
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
REFUSED = Answer(outcome=Outcome.INELIGIBLE, clause="objection_upheld")


def one_answer(*, published: bool = False) -> Determination:
    make.standard()
    household = make.dossier()
    round_ = make.computed_round()
    if published:
        publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    return make.answer_of(round_, household)


def decide(answer: Determination, amount: str, reason: str, by: Actor) -> Determination:
    return decide_amount(
        determination_id=answer.pk,
        amount=Decimal(amount),
        reason=reason,
        on=make.ON,
        by=by,
    )


def stored() -> list[dict[str, object]]:
    return [dict(row) for row in Determination.objects.order_by("id").values()]


def test_decide_amount_keeps_the_proposal_the_person_and_the_reason() -> None:
    answer = one_answer()
    by = make.staff(Role.APPROVER)

    decide(answer, "499.995", "本人另有慰问", by)

    answer.refresh_from_db()
    assert answer.proposed_amount == Decimal("600.00")
    assert answer.decided_amount == Decimal("500.00")
    assert (answer.deviation_reason, answer.deviation_by) == (
        "本人另有慰问",
        by.user_id,
    )
    assert answer.round.eligible_amount == Decimal("500.00")
    (entry,) = history_of(answer)
    assert entry.changes == {"decided_amount": ["600.00", "500.00"]}


def test_decide_amount_of_the_proposal_takes_a_deviation_back() -> None:
    answer = one_answer()
    by = make.staff(Role.APPROVER)
    decide(answer, "500", "误", by)
    decide(answer, "600", "恢复", by)
    answer.refresh_from_db()
    assert (answer.decided_amount, answer.deviation_reason) == (Decimal("600.00"), "")
    assert answer.deviation_by is None


@pytest.mark.parametrize(
    ("amount", "reason", "expected"),
    [
        ("0", "不发", "应大于零"),
        ("-1", "不发", "应大于零"),
        ("500", " ", "须写明理由"),
    ],
)
def test_decide_amount_is_refused_and_changes_nothing(
    amount: str, reason: str, expected: str
) -> None:
    answer = one_answer()
    before = stored()
    with pytest.raises(Refusal, match=expected):
        decide(answer, amount, reason, SYSTEM)
    assert stored() == before


def test_decide_amount_is_refused_to_the_maker_and_to_the_next_county() -> None:
    answer = one_answer()
    before = stored()
    for by in (
        make.staff(Role.MAKER),
        make.staff(Role.APPROVER, at=make.NEXT_COUNTY),
    ):
        with pytest.raises(Refusal, match="“审批”岗位"):
            decide(answer, "500", "另有慰问", by)
    assert stored() == before


def test_decide_amount_is_refused_after_the_notice_by_action_and_database() -> None:
    answer = one_answer(published=True)
    before = stored()
    with pytest.raises(Refusal, match="只能在测算之后、公示之前调整"):
        decide(answer, "500", "另有慰问", SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Determination.objects.filter(pk=answer.pk).update(decided_amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Determination.objects.filter(pk=answer.pk).delete()
    assert stored() == before


def test_decide_amount_is_refused_for_the_ineligible() -> None:
    make.standard()
    household = make.dossier(homes_count=2)
    answer = make.answer_of(make.computed_round(), household)
    with pytest.raises(Refusal, match="只有“符合”的对象"):
        decide(answer, "500", "情况特殊", SYSTEM)


def test_uphold_objection_takes_one_line_out_and_leaves_the_rest() -> None:
    make.standard()
    doubted, other = make.dossier("甲"), make.dossier("乙")
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    old = make.answer_of(round_, doubted)
    line = NoticeLine.objects.get(about_id=old.pk)
    objection = file_objection(
        notice_id=line.notice_id,
        line_id=line.pk,
        text="他家开着店",
        on=make.ON,
        by=make.staff(Role.MAKER),
    )

    new = uphold_objection(
        objection_id=objection.pk,
        verdict="核查属实，有门店一间",
        on=make.ON,
        by=make.staff(Role.APPROVER),
    )

    assert new is not None
    old.refresh_from_db()
    assert (old.outcome, old.superseded_by) == (Outcome.ELIGIBLE, new.pk)
    assert (new.outcome, new.clause, new.supersedes) == (
        Outcome.INELIGIBLE,
        "objection_upheld",
        old.pk,
    )
    assert Objection.objects.get().state == "upheld"
    assert make.answer_of(round_, other).outcome == Outcome.ELIGIBLE
    round_.refresh_from_db()
    assert (round_.eligible_count, round_.ineligible_count) == (1, 1)
    assert round_.eligible_amount == Decimal("600.00")
    told = explanation_of(new).clauses[0]
    assert (told.code, told.verdict) == ("objection_upheld", "false")
    assert told.reasons == ("核查属实，有门店一间",)


def test_uphold_objection_to_the_whole_list_changes_no_answer() -> None:
    answer = one_answer(published=True)
    line = NoticeLine.objects.get()
    objection = file_objection(
        notice_id=line.notice_id,
        line_id=None,
        text="公示栏没有张贴",
        on=make.ON,
        by=make.staff(Role.MAKER),
    )
    before = stored()

    found = uphold_objection(
        objection_id=objection.pk,
        verdict="已补贴",
        on=make.ON,
        by=make.staff(Role.APPROVER),
    )

    assert found is None
    assert stored() == before
    assert answer.superseded_by is None


def supersede(
    answer: Determination, made: Answer = REFUSED, reason: str = "核查"
) -> None:
    supersede_determination(
        determination_id=answer.pk, answer=made, reason=reason, on=make.ON, by=SYSTEM
    )


def test_supersede_determination_is_refused_and_changes_nothing() -> None:
    answer = one_answer(published=True)
    before = stored()
    with pytest.raises(Refusal, match="“符合”只能由测算得出"):
        supersede(answer, Answer(outcome=Outcome.ELIGIBLE))
    with pytest.raises(Refusal, match="请写明重新认定的理由"):
        supersede(answer, reason="")
    assert stored() == before


def test_supersede_determination_is_refused_before_the_list_is_public() -> None:
    answer = one_answer()
    before = stored()
    with pytest.raises(Refusal, match="公示之前请更正档案后重新测算"):
        supersede(answer)
    assert stored() == before


def test_supersede_determination_is_refused_a_second_time() -> None:
    answer = one_answer(published=True)
    supersede(answer)
    before = stored()
    with pytest.raises(Refusal, match="已被取代"):
        supersede(answer)
    assert stored() == before


def test_supersede_determination_is_refused_while_a_payment_is_alive() -> None:
    round_ = released_round(1)
    (answer,) = Determination.objects.filter(round=round_)
    before = stored()
    with pytest.raises(Refusal, match="请先在批次中撤下这一笔"):
        supersede(answer)
    assert stored() == before


def test_reconsider_determination_makes_a_refusal_unknown_again() -> None:
    make.standard()
    household = make.dossier(homes_count=2)
    make.dossier("乙")
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)

    new = reconsider_determination(
        determination_id=make.answer_of(round_, household).pk,
        reason="房产登记有误",
        on=make.ON,
        by=make.staff(Role.APPROVER),
    )

    assert (new.outcome, new.missing_fact) == (Outcome.UNKNOWN, "objection_review")
    stands = Round.objects.get(pk=round_.pk)
    assert (stands.ineligible_count, stands.unknown_count) == (0, 1)
    told = explanation_of(new).clauses[0]
    assert (told.verdict, told.reasons) == ("unknown", ("房产登记有误",))
