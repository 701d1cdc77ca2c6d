"""Verification: a draw nobody steers, calls that stay, errors that keep a round open."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from assistance.actions.certificates import close_round
from assistance.actions.computations import compute_round
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.samples import (
    draw_sample,
    give_back_sample_item,
    take_sample_items,
    waive_verification,
)
from assistance.actions.verification import (
    CallReport,
    correct_verification_call,
    end_finding,
    show_phone,
)
from assistance.enums import (
    CallChannel,
    CallOutcome,
    Resolution,
    RoundState,
    SampleItemState,
)
from assistance.models import (
    CoverageCertificate,
    Round,
    SampleItem,
    SampleStratum,
    VerificationCall,
    VerificationFinding,
    VerificationSample,
)
from assistance.queries.certificates import open_ends
from assistance.queries.ledger import ledger_proof
from assistance.queries.verification import redraw_of, sample_report
from assistance.rules.sampling import Precision
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import (
    AFTER_NOTICE,
    Officers,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
    user_of,
)
from tests.assistance.verifying import (
    NO_ANSWER,
    NOT_RECEIVED,
    REFUSED,
    amount_wrong,
    called,
    drawn,
    paid_round,
    taken,
    verified,
    verifier,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import audit_head, history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
FEW = Precision(margin=Decimal("0.3"), expected_error=Decimal("0.1"))


def end(finding: VerificationFinding, note: str = "银行回单为证") -> None:
    end_finding(
        finding_id=finding.pk,
        resolution=Resolution.RECEIVED,
        note=note,
        on=AFTER_NOTICE,
        by=make.staff(Role.APPROVER, on=AFTER_NOTICE),
    )


# --- the draw


def test_the_seed_is_the_audit_head_and_the_draw_can_be_repeated() -> None:
    round_ = paid_round(8)
    head = audit_head()

    sample = drawn(round_, FEW)

    assert (sample.seed, sample.population, sample.size) == (head, 8, 3)
    (stratum,) = SampleStratum.objects.all()
    assert (stratum.is_first_time, stratum.size) == (True, 3)
    assert stratum.frame == sorted(
        payment.pk for payment in payments_of(round_.batches.get())
    )
    again = redraw_of(sample)
    assert (again.size, again.same, again.different) == (3, 3, 0)
    entry = history_of(round_)[0]
    assert (entry.verb, entry.changes["seed"]) == ("draw_sample", head)


def test_somebody_else_in_the_sample_is_seen_when_it_is_drawn_again() -> None:
    sample = drawn(paid_round(8), FEW)
    chosen = SampleItem.objects.values_list("payment_id", flat=True)
    other = set(SampleStratum.objects.get().frame) - set(chosen)
    item = SampleItem.objects.get(place=3)
    with pytest.raises(DatabaseError, match="抽出后不能更换"), transaction.atomic():
        SampleItem.objects.filter(pk=item.pk).update(payment_id=other.pop())
    assert redraw_of(sample).different == 0


def test_a_draw_is_refused_before_the_payments_end_and_a_second_time() -> None:
    released = released_round(2)
    with pytest.raises(Refusal, match="发放还没有办完，不能抽样：未对账的批次 1 批"):
        drawn(released)
    assert VerificationSample.objects.count() == 0


def test_a_round_is_drawn_once_by_its_maker_or_auditor() -> None:
    round_ = paid_round(2)
    county = make.staff(Role.MAKER, on=AFTER_NOTICE)
    with pytest.raises(Refusal, match="需要福建省总工会或其上级工会的“审计”岗位"):
        draw_sample(
            round_id=round_.pk, precision=Precision(), on=AFTER_NOTICE, by=county
        )
    drawn(round_)

    with pytest.raises(Refusal, match="已经抽取过样本"):
        drawn(round_)
    assert VerificationSample.objects.count() == 1


# --- the calls


def test_a_round_all_confirmed_closes_with_the_result_on_its_certificate() -> None:
    round_ = paid_round(3)
    with pytest.raises(Refusal, match="到账后未抽样核查的 3 笔"):
        close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    verified(round_)
    certificate = close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    told = certificate.verification
    assert (told["size"], told["answered"], told["wrong"]) == (3, 3, 0)
    assert (told["rate_value"], told["amount_high"]) == ("0.0000", "0.00")
    ends = certificate.ends
    assert (ends["population"], ends["paid"]) == (3, 3)


def test_money_that_did_not_come_keeps_the_round_open_until_it_is_looked_into() -> None:
    round_ = paid_round(3)
    sample = verified(round_, {0: NOT_RECEIVED})

    (end_,) = open_ends(round_)
    assert (end_.code, end_.count) == ("findings", 1)
    with pytest.raises(Refusal, match="未了结的核查问题 1 件"):
        close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    estimate = sample_report(sample).estimate
    assert estimate is not None
    assert estimate.amount.value == Decimal("600.00")

    finding = VerificationFinding.objects.get()
    end(finding)

    close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert CoverageCertificate.objects.get().verification["wrong"] == 1
    assert ledger_proof().problems == ()


def test_a_finding_is_ended_by_an_approver_who_did_not_verify() -> None:
    round_ = paid_round(2)
    by = make.staff(Role.AUDITOR, Role.APPROVER, at=make.PROVINCE, on=AFTER_NOTICE)
    drawn(round_)
    called(taken(round_, by)[0], by, amount_wrong("300.00"))
    finding = VerificationFinding.objects.get()
    common = {"finding_id": finding.pk, "resolution": Resolution.CORRECTED}

    for who, note, said in (
        (by, "补发", "核查人不能了结自己发现的问题"),
        (make.staff(Role.CHECKER), "补发", "“审批”岗位"),
        (make.staff(Role.APPROVER), " ", "请写明查处情况"),
    ):
        with pytest.raises(Refusal, match=said):
            end_finding(**common, note=note, on=AFTER_NOTICE, by=who)  # type: ignore[arg-type]
    finding.refresh_from_db()
    assert finding.state == "opened"


def test_who_is_not_reached_on_three_days_is_replaced_by_the_next_drawn() -> None:
    round_ = paid_round(8)
    sample = drawn(round_, FEW)
    by = verifier()
    first, *_rest = taken(round_, by)
    called(first, by, NO_ANSWER)
    with pytest.raises(Refusal, match="今天已经试过一次"):
        called(first, by, NO_ANSWER)
    called(first, by, NO_ANSWER, AFTER_NOTICE + timedelta(days=1))
    first.refresh_from_db()
    assert first.state == SampleItemState.WAITING

    called(first, by, NO_ANSWER, AFTER_NOTICE + timedelta(days=2))

    first.refresh_from_db()
    assert first.state == SampleItemState.MISSED
    added = SampleItem.objects.get(replaces=first)
    assert (added.place, added.verifier) == (4, None)
    again = redraw_of(sample)
    assert (again.size, again.same, again.different) == (3, 4, 0)
    assert ledger_proof().problems == ()


def test_a_refusal_is_replaced_at_once_and_nobody_where_all_were_asked() -> None:
    round_ = paid_round(2)
    sample = drawn(round_)
    by = verifier()
    first, second = taken(round_, by)
    called(first, by, REFUSED)
    called(second, by)

    report = sample_report(sample)

    assert (report.missed, report.answered, report.is_done) == (1, 1, True)
    assert open_ends(round_) == []


def test_a_correction_is_a_new_record_and_the_former_stays() -> None:
    round_ = paid_round(2)
    sample = drawn(round_)
    by = verifier()
    first, _second = taken(round_, by)
    former = called(first, by)

    correct_verification_call(
        call_id=former.pk,
        report=CallReport(
            CallChannel.VISIT, CallOutcome.NOT_RECEIVED, note="听错了，其实没有到账"
        ),
        on=AFTER_NOTICE,
        by=by,
    )

    assert sample_report(sample).wrong == 1
    assert VerificationCall.objects.count() == 2
    assert VerificationFinding.objects.count() == 1
    assert ledger_proof().problems == ()
    with pytest.raises(Refusal, match="只能更正最近一次"):
        correct_verification_call(
            call_id=former.pk, report=NOT_RECEIVED, on=AFTER_NOTICE, by=by
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        VerificationCall.objects.update(note="改")


def test_an_ended_item_takes_no_further_record() -> None:
    round_ = paid_round(2)
    drawn(round_)
    by = verifier()
    item = taken(round_, by)[0]
    called(item, by)
    with pytest.raises(Refusal, match="已经“已核实”"):
        called(item, by, NOT_RECEIVED)
    assert VerificationFinding.objects.count() == 0


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (CallReport(CallChannel.PHONE, CallOutcome.NOT_RECEIVED), "note"),
        (
            CallReport(CallChannel.PHONE, CallOutcome.AMOUNT_WRONG, None, "少"),
            "received_amount",
        ),
        (amount_wrong("600.00"), "received_amount"),
        (amount_wrong("-1"), "received_amount"),
        (
            CallReport(CallChannel.PHONE, CallOutcome.CONFIRMED, Decimal(600)),
            "received_amount",
        ),
    ],
)
def test_a_record_that_says_too_little_is_refused_by_field(
    report: CallReport, field: str
) -> None:
    round_ = paid_round(1)
    drawn(round_)
    by = verifier()
    with pytest.raises(Refusal) as refused:
        called(taken(round_, by)[0], by, report)
    assert refused.value.field == field
    assert VerificationCall.objects.count() == 0


# --- who verifies


def test_whoever_signed_the_batch_cannot_take_or_verify_it() -> None:
    round_ = released_round(1)
    who = officers()
    from_bank(round_, who)
    drawn(round_)
    signer = user_of(who.checker)
    by = make.staff(Role.AUDITOR, at=make.PROVINCE, user=signer, on=AFTER_NOTICE)
    with pytest.raises(Refusal, match="没有您可以领取的核查对象"):
        take_sample_items(round_id=round_.pk, on=AFTER_NOTICE, by=by)
    item = SampleItem.objects.get()
    item.verifier, item.taken_on = signer, AFTER_NOTICE
    item.save()

    with pytest.raises(Refusal, match="在这个批次上签过字"):
        called(item, by)
    with pytest.raises(DatabaseError, match="签过字的人不能核查"), transaction.atomic():
        VerificationCall.objects.create(
            item=item,
            number=1,
            verifier=signer,
            on=AFTER_NOTICE,
            channel=CallChannel.PHONE,
            outcome=CallOutcome.CONFIRMED,
        )


def from_bank(round_: Round, who: Officers) -> None:
    """One payment, signed by these officers and arrived."""
    fund("600.00")
    bring_in(answer_to(instructed_batch(round_, who)))


def test_only_the_one_who_took_it_sees_the_phone_and_it_is_written_down() -> None:
    round_ = paid_round(1)
    drawn(round_)
    by, other = verifier(), verifier()
    (item,) = taken(round_, by)

    phone = show_phone(item_id=item.pk, on=AFTER_NOTICE, by=by)

    payee = item.payment.claim.payee
    assert phone == (payee.phone or "")
    entry = history_of(payee)[0]
    assert (entry.verb, entry.user_id) == ("show_phone", by.user_id)
    assert item.payment.reference in entry.reason
    with pytest.raises(Refusal, match="不在您领取的名单里"):
        show_phone(item_id=item.pk, on=AFTER_NOTICE, by=other)
    assert history_of(payee).filter(verb="show_phone").count() == 1


def test_what_is_given_back_waits_for_another() -> None:
    round_ = paid_round(1)
    drawn(round_)
    by, other = verifier(), verifier()
    (item,) = taken(round_, by)
    with pytest.raises(Refusal, match="没有您可以领取"):
        taken(round_, other)

    give_back_sample_item(item_id=item.pk, on=AFTER_NOTICE, by=by)

    assert [one.pk for one in taken(round_, other)] == [item.pk]


# --- the waiver


def test_a_union_above_may_waive_by_name_and_nobody_else() -> None:
    round_ = paid_round(2)
    above = make.staff(Role.APPROVER, at=make.PROVINCE, on=AFTER_NOTICE)
    with pytest.raises(Refusal, match="上级工会的“审批”岗位，您没有"):
        waive_verification(round_id=round_.pk, reason="灾后", on=AFTER_NOTICE, by=above)
    assert round_.state == RoundState.RELEASED


def test_a_waived_round_closes_and_says_by_whom() -> None:
    round_ = city_round()
    above = make.staff(Role.APPROVER, at=make.PROVINCE, name="陈批", on=AFTER_NOTICE)
    with pytest.raises(Refusal, match="请写明免予核查的理由"):
        waive_verification(round_id=round_.pk, reason=" ", on=AFTER_NOTICE, by=above)

    waive_verification(
        round_id=round_.pk, reason="台风救灾，通信中断", on=AFTER_NOTICE, by=above
    )

    told = close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM).verification
    assert told["kind"] == "waived"
    assert "福建省总工会陈批" in told["words"]
    assert "台风救灾，通信中断" in told["words"]


def city_round() -> Round:
    """A city's own round, paid."""
    make.standard()
    make.dossier("甲")
    opened = make.opened_round(at=make.CITY)
    compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)
    publish_round_notice(round_id=opened.pk, on=make.ON, by=SYSTEM)
    round_ = release_round(round_id=opened.pk, on=AFTER_NOTICE, by=SYSTEM)
    from_bank(round_, officers())
    round_.refresh_from_db()
    return round_
