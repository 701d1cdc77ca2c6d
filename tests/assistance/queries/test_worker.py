"""我的帮扶: each matter as a story, in the worker's words, at every stage."""

from datetime import date

import pytest

from assistance.actions.computations import compute_round
from assistance.actions.determinations import decide_amount
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.enums import Outcome
from assistance.models import Batch, HouseholdDossier, Payment, Round
from assistance.queries.cards import matter_cards
from assistance.queries.worker import Matter, matter_of, matters_of
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def household(name: str = "甲", *, with_account: bool = True) -> HouseholdDossier:
    make.standard()
    return make.dossier(name, with_account=with_account)


def published() -> Round:
    round_ = make.computed_round()
    return publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)


def told(dossier: HouseholdDossier, on: date = make.ON) -> Matter:
    (matter,) = matters_of(dossier.principal_id, on)
    return matter


def steps(matter: Matter) -> list[tuple[str, str]]:
    return [(step.title, step.state) for step in matter.steps]


def test_a_matter_is_not_told_before_its_list_is_public() -> None:
    dossier = household()
    opened = make.opened_round()
    assert matters_of(dossier.principal_id, make.ON) == []

    compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)

    matter = told(dossier)
    assert (matter.outcome, matter.amount, matter.reasons) == ("", None, ())
    assert matter.headline == "正在认定"
    assert steps(matter)[:2] == [("建档", "done"), ("认定", "now")]


def test_a_matter_under_notice_says_until_when_and_why() -> None:
    dossier = household()
    published()

    matter = told(dossier)

    assert (matter.headline, matter.next_by) == ("公示中", date(2025, 12, 8))
    assert matter.notice is not None
    assert matter.notice.is_open
    assert matter.notice.line_id is not None
    assert str(matter.amount) == "600.00"
    assert [clause.verdict for clause in matter.reasons] == ["true"] * 6
    assert steps(matter) == [
        ("建档", "done"),
        ("认定", "done"),
        ("公示", "now"),
        ("审批", "next"),
        ("发放", "next"),
    ]
    assert not matter.needs_action


def test_a_notice_no_longer_takes_objections_after_its_last_day() -> None:
    dossier = household()
    published()
    matter = told(dossier, on=date(2025, 12, 9))
    assert matter.notice is not None
    assert not matter.notice.is_open
    assert matter.headline == "公示期满"


def test_a_matter_in_a_batch_says_who_has_it() -> None:
    dossier = household()
    round_ = published()
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    short = make.union().name

    assert told(dossier).next_step == f"现在由{short}经办人员办理。"
    Batch.objects.update(state="submitted")

    matter = told(dossier)

    assert (matter.headline, matter.next_step) == (
        "已列入发放名单",
        f"现在由{short}复核人员办理。",
    )
    assert ("审批", "now") in steps(matter)


def test_a_returned_payment_asks_for_a_card_until_one_is_given() -> None:
    dossier = household()
    round_ = published()
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    for state in ("submitted", "checked", "approved", "instructed"):
        Batch.objects.update(state=state, approved_on=AFTER_NOTICE)
    Payment.objects.update(state="instructed", instructed_on=AFTER_NOTICE)
    assert told(dossier).headline == "银行正在办理"
    Payment.objects.update(
        state="returned", reason_code="closed", settled_on=AFTER_NOTICE
    )

    matter = told(dossier)

    assert matter.payment is not None
    assert matter.payment.may_give_account
    assert matter.needs_action
    assert steps(matter)[-1] == ("更换账户重发", "now")
    assert matter.steps[-1].holder == "您"

    make.account(dossier.principal, verified=False)
    waiting = told(dossier)
    assert waiting.payment is not None
    assert (waiting.payment.may_give_account, waiting.payment.awaits_check) == (
        False,
        True,
    )
    assert (waiting.headline, waiting.needs_action) == ("新账户待核对", False)


def test_a_paid_matter_is_at_its_end() -> None:
    dossier = household()
    round_ = published()
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    for state in ("submitted", "checked", "approved", "instructed"):
        Batch.objects.update(state=state, approved_on=AFTER_NOTICE)
    Payment.objects.update(state="instructed", instructed_on=AFTER_NOTICE)
    Payment.objects.update(state="paid", settled_on=AFTER_NOTICE)

    matter = told(dossier)

    assert matter.headline == "已到账"
    assert {state for _, state in steps(matter)} == {"done"}


def test_an_unknown_matter_says_what_to_bring_at_once() -> None:
    dossier = household(with_account=False)
    make.computed_round()

    matter = told(dossier)

    assert matter.outcome == Outcome.UNKNOWN
    assert matter.missing is not None
    assert matter.missing.need == matter.headline == "还缺您本人的银行卡"
    assert "银行卡" in matter.missing.remedy
    assert matter.needs_action
    assert steps(matter) == [("建档", "done"), ("认定", "now")]


def test_a_refused_matter_names_the_clause_and_its_values() -> None:
    make.standard()
    dossier = make.dossier(homes_count=2)
    make.dossier("乙")
    published()

    matter = told(dossier)

    assert matter.headline == "这次不符合条件"
    assert matter.refused_by == "无两套以上住房、无非代步机动车"
    refused = next(c for c in matter.reasons if c.verdict == "false")
    assert refused.reasons == ("住房套数 2 套，高于 1，差 1 套",)


def test_another_amount_is_told_with_its_reason() -> None:
    dossier = household()
    round_ = make.computed_round()
    decide_amount(
        determination_id=make.answer_of(round_, dossier).pk,
        amount=make.LINE,
        reason="家中新遭火灾",
        on=make.ON,
        by=make.staff(Role.APPROVER),
    )
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    assert told(dossier).amount_text == (
        "按方案测算 600.00 元，经核定为 750.00 元：家中新遭火灾"
    )


def test_a_matter_of_somebody_else_is_not_there() -> None:
    dossier = household()
    round_ = published()
    answer = make.answer_of(round_, dossier)
    stranger = make.person("生人")
    assert matter_of(stranger.pk, answer.pk, make.ON) is None
    assert matter_of(dossier.principal_id, answer.pk, make.ON) is not None


def test_cards_lead_to_the_matter_that_needs_the_worker() -> None:
    dossier = household(with_account=False)
    round_ = make.computed_round()
    answer = make.answer_of(round_, dossier)
    (card,) = matter_cards(make.worker(dossier.principal), make.ON)
    assert (card.url, card.needs_action) == (f"/aid/{answer.pk}/", True)
    assert card.state == "还缺您本人的银行卡"
    assert matter_cards(SYSTEM, make.ON) == []
