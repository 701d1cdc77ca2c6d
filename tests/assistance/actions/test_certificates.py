"""Closing a round: only when everybody has an end; the certificate proves it."""

import pytest
from django.db import ProgrammingError, transaction

from assistance.actions.certificates import close_round
from assistance.actions.determinations import Answer, supersede_determination
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.verification import end_finding
from assistance.enums import Outcome, PaymentEnd, Resolution, RoundState
from assistance.models import (
    Batch,
    CoverageCertificate,
    Payment,
    Round,
    VerificationFinding,
)
from assistance.queries.certificates import (
    certificate_pdf,
    certificate_values,
    certificates_visible_to,
    payment_ends,
)
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, released_round
from tests.assistance.verifying import NOT_RECEIVED, verified
from tests.core.test_documents import text_of
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import audit_head, history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def mixed_round() -> Round:
    """Two to be paid, one refused, one unknown, released into one batch."""
    make.standard()
    for name in ("甲", "乙"):
        make.dossier(name)
    make.dossier("丙", homes_count=2)
    make.dossier("丁", with_account=False)
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    return release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)


def pay(round_: Round, *, returned: int = 0) -> None:
    """What approval, bank and return file make of a batch, in their own order."""
    payments = Payment.objects.filter(batch__round=round_)
    payments.update(state="instructed", instructed_on=AFTER_NOTICE)
    back = list(payments.order_by("id").values_list("pk", flat=True)[:returned])
    payments.filter(pk__in=back).update(
        state="returned", reason_code="closed", settled_on=AFTER_NOTICE
    )
    payments.exclude(pk__in=back).update(state="paid", settled_on=AFTER_NOTICE)
    for state in ("submitted", "checked", "approved", "instructed", "settled"):
        Batch.objects.filter(round=round_).update(state=state)


def close(round_: Round) -> CoverageCertificate:
    return close_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)


def test_close_round_issues_a_certificate_that_adds_up() -> None:
    round_ = mixed_round()
    pay(round_)
    verified(round_)
    head = audit_head()

    certificate = close(round_)

    round_.refresh_from_db()
    assert (round_.state, round_.closed_on) == (RoundState.CLOSED, AFTER_NOTICE)
    assert certificate.number == f"FG2025-{round_.pk:06d}"
    assert certificate.audit_head == head
    totals = certificate.totals
    assert totals["population"] == 4
    assert totals["population"] == sum(
        totals[name] for name in ("eligible", "ineligible", "unknown")
    )
    assert (totals["paid_count"], totals["paid_amount"]) == (2, "1200.00")
    assert certificate.ends == {
        "population": 4,
        "paid": 2,
        "ended": 0,
        "withdrawn": 0,
        "ineligible": 1,
        "carried": 0,
        "lapsed": 1,
    }
    (county,) = certificate.counties
    assert county["organisation_name"] == make.union().name
    entry = history_of(round_).first()
    assert entry is not None
    assert entry.changes["certificate"] == certificate.number


def test_close_round_names_what_lacks_an_end() -> None:
    round_ = mixed_round()
    with pytest.raises(Refusal, match="未对账的批次 1 批；正在发放的 2 笔"):
        close(round_)
    pay(round_, returned=1)
    with pytest.raises(Refusal, match="被退回、未重发也未终止的 1 笔"):
        close(round_)
    (end,) = payment_ends(round_)
    assert end.url == f"/staff/assistance/payments/?round={round_.pk}&state=returned"
    assert CoverageCertificate.objects.count() == 0
    round_.refresh_from_db()
    assert round_.state == RoundState.RELEASED

    Payment.objects.filter(state="returned").update(
        state="ended", end_reason=PaymentEnd.DECLINED
    )
    verified(round_)

    totals = close(round_).totals
    assert (totals["paid_count"], totals["ended_count"]) == (1, 1)
    assert totals["ended_amount"] == "600.00"


def test_close_round_is_refused_before_the_release_and_to_others() -> None:
    make.standard()
    make.dossier()
    computed = make.computed_round()
    with pytest.raises(Refusal, match="不能“办结”"):
        close(computed)
    for by in (make.staff(Role.MAKER), make.staff(Role.PAYER, at=make.PROVINCE)):
        with pytest.raises(Refusal, match="“经办”岗位"):
            close_round(round_id=computed.pk, on=AFTER_NOTICE, by=by)
    assert CoverageCertificate.objects.count() == 0


def test_a_closed_round_takes_no_other_answer() -> None:
    round_ = mixed_round()
    pay(round_)
    verified(round_)
    certificate = close(round_)
    unknown = round_.determination_set.get(outcome=Outcome.UNKNOWN)
    with pytest.raises(Refusal, match="轮次现在是“已办结”，不能另作认定"):
        supersede_determination(
            determination_id=unknown.pk,
            answer=Answer(outcome=Outcome.INELIGIBLE, clause="objection_upheld"),
            reason="补查",
            on=AFTER_NOTICE,
            by=SYSTEM,
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        CoverageCertificate.objects.update(number="FG0")
    certificate.refresh_from_db()
    assert certificate.totals["unknown"] == 1


def test_certificate_values_are_ready_to_print() -> None:
    round_ = mixed_round()
    pay(round_)
    verified(round_)
    values = certificate_values(close(round_))
    totals = values["totals"]
    assert isinstance(totals, dict)
    assert totals["paid_amount"] == "1,200.00"
    assert (values["period"], values["scheme"]) == (
        "2026年元旦春节",
        "元旦春节送温暖慰问",
    )


def test_the_printed_certificate_reads_back_its_ends_and_the_sample() -> None:
    round_ = mixed_round()
    pay(round_)
    sample = verified(round_, {0: NOT_RECEIVED})
    end_finding(
        finding_id=VerificationFinding.objects.get().pk,
        resolution=Resolution.RECEIVED,
        note="存折为证",
        on=AFTER_NOTICE,
        by=make.staff(Role.APPROVER, on=AFTER_NOTICE),
    )
    certificate = close(round_)

    text = "".join(text_of(certificate_pdf(certificate)).split())

    assert f"证明编号{certificate.number}" in text
    assert "应纳入4户=到账2+终止发放0+撤下0+不符合1+转补充轮次0+期满未补材料1" in text
    assert "已核实2户，其中1户有差错" in text
    assert "涉及金额约600.00元" in text
    assert sample.seed in text
    assert f"审计链头：{certificate.audit_head}" in text


def test_certificates_are_visible_at_and_above_the_organising_union() -> None:
    round_ = released_round(1)
    pay(round_)
    verified(round_)
    close(round_)
    assert certificates_visible_to(make.maker()).count() == 1
    assert certificates_visible_to(make.staff(Role.MAKER)).count() == 0


def nobody_left() -> Round:
    """A published round whose only household turned out not to be entitled."""
    make.standard()
    household = make.dossier("甲")
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    supersede_determination(
        determination_id=make.answer_of(round_, household).pk,
        answer=Answer(outcome=Outcome.INELIGIBLE, clause="objection_upheld"),
        reason="核查属实",
        on=make.ON,
        by=SYSTEM,
    )
    return round_


def test_a_round_that_would_pay_nobody_is_closed_after_its_notice() -> None:
    certificate = close(nobody_left())
    assert (certificate.totals["population"], certificate.totals["ineligible"]) == (
        1,
        1,
    )
    assert certificate.totals["paid_count"] == 0
    assert Round.objects.get().state == RoundState.CLOSED


def test_a_round_that_would_pay_nobody_is_not_closed_while_it_is_published() -> None:
    round_ = nobody_left()
    with pytest.raises(Refusal, match="期满之后才能办结"):
        close_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    assert Round.objects.get().state == RoundState.NOTICED


def test_a_published_round_with_somebody_to_pay_is_not_closed() -> None:
    make.standard()
    make.dossier("甲")
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    with pytest.raises(Refusal, match="还有 1 户符合条件"):
        close(round_)
    assert Round.objects.get().state == RoundState.NOTICED
