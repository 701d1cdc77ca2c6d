"""What one human gets of several schemes together: one aid of a kind, sums to a cap."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from assistance.actions.computations import compute_round
from assistance.actions.determinations import uphold_objection
from assistance.actions.notices import publish_round_notice
from assistance.actions.payments import end_payment, withdraw_payment
from assistance.actions.releases import release_round
from assistance.enums import PaymentEnd
from assistance.models import (
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
    PaymentClaim,
    Round,
    SchemeVersion,
    StackingBalance,
    StackingGroup,
)
from assistance.permissions.payments import objections_to
from assistance.queries.determinations import explanation_of
from assistance.queries.ledger import ledger_proof
from assistance.queries.rounds import round_clauses, round_cuts
from assistance.queries.schemes import scheme_of
from assistance.queries.worker_cases import cases_of
from members.actions.notice import file_objection
from members.actions.person_merge import merge_people, propose_merge, undo_merge
from members.enums import Role
from members.models import NoticeLine, Person, PersonMerge
from tests.assistance.builders import COUNTY, NEXT_COUNTY, ON, dossier, staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    batch_of,
    bring_in,
    fund,
    instructed_batch,
    noticed_round,
    officers,
)
from tests.assistance.students import (
    answers,
    computed,
    released,
    school_aid,
    student,
    students,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

__all__ = ["students"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("students")]

ONE = """\
stacking:
  - group: school_aid
    covers: 工会助学金
    rule: exclusive
    per: subject
    within: year
    since: 2024
    document: 天门市总工会 2024 年金秋助学通知
"""
CAP = """\
stacking:
  - group: warmth
    covers: 送温暖资金
    rule: cap
    per: {per}
    within: year
    per_time: "{time}"
    per_year: "{year}"
    excess: {excess}
    since: 2024
    document: 山东省送温暖资金管理办法
"""


def cap(
    time: str = "3000.00",
    year: str = "6000.00",
    *,
    per: str = "subject",
    excess: str = "cut",
) -> str:
    return CAP.format(per=per, time=time, year=year, excess=excess)


def aid(amount: str, name: str, stacking: str) -> Round:
    """A county's round of a scheme of its own, released."""
    return released(version_of(amount, name, stacking))


def version_of(amount: str, name: str, stacking: str) -> SchemeVersion:
    return school_aid(amount, code=f"test_{name}", title=name, stacking=stacking)


def held() -> list[tuple[str, int, Decimal]]:
    rows = StackingBalance.objects.order_by("code", "human_id", "year")
    return list(rows.values_list("code", "count", "amount"))


def merge(kept: Person, duplicate: Person) -> PersonMerge:
    proposal = propose_merge(
        kept_id=kept.pk,
        duplicate_id=duplicate.pk,
        reason="同一人，两个证件号",
        on=ON,
        by=staff(Role.MAKER),
    )
    return merge_people(merge_id=proposal.pk, on=ON, by=staff(Role.CHECKER))


def yuan(text: str) -> Decimal:
    return Decimal(text)


def test_one_aid_of_a_kind_a_year_and_the_refused_is_told_which() -> None:
    home = dossier("张父")
    student("张大", home)
    aid("3000.00", "sunshine", ONE)
    student("张二", home)

    round_ = aid("2000.00", "autumn", ONE)

    assert answers(round_) == {
        "张大": ("ineligible", "stacked", None),
        "张二": ("eligible", "", yuan("2000.00")),
    }
    assert held() == [
        ("school_aid", 1, yuan("3000.00")),
        ("school_aid", 1, yuan("2000.00")),
    ]
    stopped = Determination.objects.get(round=round_, clause="stacked")
    words = (
        "“工会助学金”同一年度只享受一项：2025 年已有县级工会安排的“sunshine”，本次不再发放"
        "（天门市总工会 2024 年金秋助学通知）"
    )
    assert stopped.facts["stacked"] == words
    first = explanation_of(stopped).clauses[0]
    assert (first.code, first.verdict, first.reasons) == ("stacked", "false", (words,))
    assert (round_.eligible_count, round_.ineligible_count) == (1, 1)
    assert str(round_.eligible_amount) == "2000.00"
    assert ledger_proof().problems == ()


def test_a_sum_is_cut_to_what_the_year_leaves_to_the_fen_and_then_nothing() -> None:
    student("张大", dossier("张父"))
    aid("3000.00", "first", cap())
    aid("2999.99", "second", cap())

    third = aid("3000.00", "third", cap())

    assert answers(third) == {"张大": ("eligible", "", yuan("0.01"))}
    cut = Determination.objects.get(round=third, superseded_by=None)
    assert cut.proposed_amount == yuan("3000.00")
    assert cut.deviation_reason == (
        "“送温暖资金”每年合计不超过 6000.00 元：2025 年已安排 5999.99 元（含县级工会安排的"
        "“second”），本次改为 0.01 元（山东省送温暖资金管理办法）"
    )
    assert Payment.objects.get(batch__round=third).amount == yuan("0.01")
    assert Batch.objects.get(round=third).total == third.eligible_amount
    assert (round_cuts(third), round_clauses(third)) == (1, [])
    (rule,) = scheme_of(third.version).stacking
    assert rule.in_words == (
        "“送温暖资金”每一受助人每次不超过 3,000.00 元、每年合计不超过 6,000.00 元；"
        "超出时减去超出部分。"
    )
    student("李小", dossier("李父"))
    assert answers(aid("0.01", "fourth", cap())) == {
        "张大": ("ineligible", "stacked", None),
        "李小": ("eligible", "", yuan("0.01")),
    }
    assert ledger_proof().problems == ()


def test_each_time_has_its_own_line_and_one_fen_beyond_is_cut_or_refused() -> None:
    student("张大", dossier("张父"))
    on_the_line = aid("3000.00", "first", cap())
    beyond = aid("3000.01", "second", cap())

    assert answers(on_the_line) == {"张大": ("eligible", "", yuan("3000.00"))}
    assert answers(beyond) == {"张大": ("eligible", "", yuan("3000.00"))}
    cut = Determination.objects.get(round=beyond, superseded_by=None)
    assert cut.deviation_reason == (
        "“送温暖资金”每次不超过 3000.00 元，本次改为 3000.00 元（山东省送温暖资金管理办法）"
    )
    refusing = cap("3000.00", "6000.00", excess="refuse").replace("warmth", "strict")
    student("李小", dossier("李父"))
    aid("3000.00", "third", refusing)
    refused = computed(version_of("3000.01", "fourth", refusing))
    assert answers(refused) == {
        "张大": ("ineligible", "stacked", None),
        "李小": ("ineligible", "stacked", None),
    }
    with pytest.raises(Refusal, match="没有符合条件"):
        release_round(round_id=refused.pk, on=ON, by=SYSTEM)


def test_two_children_of_one_payee_share_what_is_counted_per_payee() -> None:
    home, other = dossier("张父"), dossier("李父")
    for name in ("张大", "张二", "张三"):
        student(name, home)
    student("李小", other)

    round_ = aid("2500.00", "first", cap("3000.00", "6000.00", per="payee"))

    assert answers(round_) == {
        "张大": ("eligible", "", yuan("2500.00")),
        "张二": ("eligible", "", yuan("2500.00")),
        "张三": ("eligible", "", yuan("1000.00")),
        "李小": ("eligible", "", yuan("2500.00")),
    }
    assert held() == [("warmth", 3, yuan("6000.00")), ("warmth", 1, yuan("2500.00"))]
    assert ledger_proof().problems == ()


def test_room_comes_back_when_money_is_withdrawn_or_ended_not_while_it_is_returned() -> (
    None
):
    student("张大", dossier("张父"))
    fund("9000.00")
    who = officers()
    batch = instructed_batch(aid("3000.00", "first", cap()), who)
    second = aid("3000.00", "second", cap())
    payment = Payment.objects.get(batch=batch)
    bring_in(answer_to(batch, returned={payment.reference: "closed"}))
    assert held() == [("warmth", 2, yuan("6000.00"))]

    end_payment(payment_id=payment.pk, reason=PaymentEnd.DECLINED, by=who.maker, on=ON)
    assert held() == [("warmth", 1, yuan("3000.00"))]
    withdraw_payment(
        payment_id=Payment.objects.get(batch__round=second).pk,
        reason="重复",
        by=SYSTEM,
        on=ON,
    )

    assert held() == [("warmth", 0, yuan("0.00"))]
    assert ledger_proof().problems == ()


def test_a_household_and_its_principal_are_one_human_across_kinds_of_subject() -> None:
    changes = {"clauses:\n": cap() + "clauses:\n", 'amount: "600"': 'amount: "600"'}
    winter = noticed_round(1, changes=changes)
    release_round(round_id=winter.pk, on=AFTER_NOTICE, by=SYSTEM)
    principal = HouseholdDossier.objects.get().principal
    home = dossier("李父")
    from_member = student("子女", home)
    type(home.members.get()).objects.update(id_number_index=principal.id_number_index)
    assert from_member.pk != principal.pk

    round_ = aid("6000.00", "person", cap())

    assert answers(round_) == {principal.name: ("eligible", "", yuan("3000.00"))}
    assert held() == [("warmth", 2, yuan("3600.00"))]


def test_an_objection_follows_an_answer_that_was_cut_and_the_payee_still_sees_it() -> (
    None
):
    notice = "notice:\n  working_days: 5\n  document: 管理办法\n"
    home = dossier("张父")
    student("张大", home)
    version = school_aid(
        "3000.00", code="test_b", title="b", stacking=notice + cap("6000.00")
    )
    round_ = publish_round_notice(round_id=computed(version).pk, on=ON, by=SYSTEM)
    line = NoticeLine.objects.get()
    objection = file_objection(
        notice_id=line.notice_id, line_id=line.pk, text="已工作", on=ON, by=SYSTEM
    )
    aid("5999.99", "first", cap("6000.00"))

    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    who = staff(Role.CHECKER, Role.APPROVER, on=AFTER_NOTICE)
    payment = Payment.objects.select_related("claim").get(batch__round=round_)
    assert (payment.state, payment.amount) == ("held", yuan("0.01"))
    assert [one.pk for one in objections_to(payment.claim)] == [objection.pk]
    cut = Determination.objects.get(pk=payment.claim.determination_id)
    (case,) = cases_of(home.principal_id, [cut], AFTER_NOTICE)
    assert (case.is_doubted, case.notice and case.notice.notice_id) == (
        True,
        line.notice_id,
    )
    withdraw_payment(payment_id=payment.pk, reason="异议", by=SYSTEM, on=AFTER_NOTICE)
    upheld = uphold_objection(
        objection_id=objection.pk, verdict="属实", on=AFTER_NOTICE, by=who
    )
    assert upheld is not None
    assert (upheld.supersedes, upheld.clause) == (cut.pk, "objection_upheld")
    assert ledger_proof().problems == ()


def test_a_merge_beyond_the_cap_is_refused_in_words_and_within_it_is_one_balance() -> (
    None
):
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    kept, duplicate = student("张大", father), student("张大旧", mother)
    aid("3000.00", "first", cap())
    released(version_of("3000.00", "second", cap()), NEXT_COUNTY)
    merged = merge(kept, duplicate)

    assert [row for row in held() if row[1]] == [("warmth", 2, yuan("6000.00"))]
    assert ledger_proof().problems == ()
    assert answers(aid("1.00", "third", cap().replace("warmth", "other"))) != {}
    undo_merge(merge_id=merged.pk, reason="两人", on=ON, by=staff(Role.CHECKER))
    assert [row[2] for row in held() if row[0] == "warmth"] == [yuan("3000.00")] * 2
    aid("0.01", "fourth", cap())

    with pytest.raises(Refusal, match="合计 6000.01 元，超过上限 6000.00 元"):
        merge(kept, duplicate)
    with (
        pytest.raises(IntegrityError, match="同类帮扶就超过了上限"),
        transaction.atomic(),
    ):
        Person.objects.filter(pk=duplicate.pk).update(merged_into=kept)
    assert ledger_proof().problems == ()


def test_the_database_refuses_a_claim_beyond_the_room_whoever_writes_it() -> None:
    student("张大", dossier("张父"))
    round_ = aid("3000.00", "first", cap(year="3000.00"))
    claim = PaymentClaim.objects.get(round=round_)
    claim.pk, claim.determination_id, claim.occurrence = None, 1, "again"
    claim.amount = yuan("0.01")
    claim._state.adding = True

    with pytest.raises(IntegrityError, match="已满上限"), transaction.atomic():
        claim.save(force_insert=True)
    with pytest.raises(IntegrityError, match="由数据库登记"), transaction.atomic():
        StackingBalance.objects.create(
            code="x", human_id=1, year=2025, count=0, amount=0
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('assistance_stackingbalance', 'UPDATE')"
        )
        assert cursor.fetchone() == (False,)


def test_terms_of_a_group_are_one_for_all_schemes_and_change_by_year_alone() -> None:
    student("张大", dossier("张父"))
    aid("3000.00", "first", cap())

    with pytest.raises(Refusal, match="per_year 与之不同"):
        version_of("1.00", "second", cap(year="8000.00"))
    with pytest.raises(Refusal, match="请从下一年度起"):
        version_of("1.00", "second", cap().replace("since: 2024", "since: 2025"))
    version_of(
        "1.00", "third", cap(year="8000.00").replace("since: 2024", "since: 2026")
    )

    terms = StackingGroup.objects.values_list("since", "per_year")
    assert list(terms) == [(2024, yuan("6000.00")), (2026, yuan("8000.00"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (cap(excess="some"), "第 21 行第 13 列：应为 cut、refuse 之一"),
        (ONE.replace("year\n", "month\n"), "应写 year"),
        (ONE + ONE.split("\n", 1)[1], "叠加规则“school_aid”写了两次"),
        (ONE + '    per_year: "1.00"\n', "只享受一项的规则不写金额"),
        (ONE.replace("exclusive", "cap"), "上限应写 per_time"),
    ],
)
def test_a_rule_that_is_not_plain_is_refused_with_its_place(
    text: str, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        version_of("1.00", "second", text)


def test_what_was_granted_since_the_computation_is_seen_at_the_release() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    student("张大", father, mother)
    first, second = version_of("3000.00", "a", ONE), version_of("2000.00", "b", ONE)
    here, there = computed(first, COUNTY), computed(second, NEXT_COUNTY)
    release_round(round_id=here.pk, on=ON, by=SYSTEM)
    assert batch_of(here).line_count == 1

    with pytest.raises(Refusal, match="其中 1 人已享受同类帮扶或已满上限，请重新测算"):
        release_round(round_id=there.pk, on=ON, by=SYSTEM)
    assert answers(there) == {"张大": ("eligible", "", yuan("2000.00"))}
    student("李小", mother)
    compute_round(round_id=there.pk, on=ON, by=SYSTEM)

    expected = {
        "张大": ("ineligible", "stacked", None),
        "李小": ("eligible", "", yuan("2000.00")),
    }
    assert answers(there) == expected
    third = computed(version_of("1000.00", "c", ONE), NEXT_COUNTY)
    release_round(round_id=there.pk, on=ON, by=SYSTEM)
    assert answers(there) == expected
    assert {each[1] for each in answers(third).values()} == {"stacked", ""}
    told = AuditEntry.objects.filter(verb="compute_round").order_by("-id")[1]
    assert (told.changes["stacked"], told.changes["cut"]) == (1, 0)
    assert held() == [
        ("school_aid", 1, yuan("3000.00")),
        ("school_aid", 1, yuan("2000.00")),
    ]


def test_a_cut_is_counted_anew_at_a_recomputation_and_is_no_person_s_decision() -> None:
    student("张大", dossier("张父"))
    first = aid("2000.00", "first", cap(year="3000.00"))
    second = computed(version_of("2000.00", "second", cap(year="3000.00")))
    assert answers(second) == {"张大": ("eligible", "", yuan("1000.00"))}
    withdraw_payment(
        payment_id=Payment.objects.get(batch__round=first).pk,
        reason="重复",
        by=SYSTEM,
        on=ON,
    )

    compute_round(round_id=second.pk, on=ON, by=SYSTEM)

    assert answers(second) == {"张大": ("eligible", "", yuan("2000.00"))}
    assert Determination.objects.get(round=second).deviation_reason == ""
