"""Payments the bank cannot answer for: two officers say what they found there."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from assistance.actions.bank_answers import AnswerRows, enter_answer
from assistance.actions.batches import locked_batch
from assistance.enums import DoubtVerdict, PaymentState
from assistance.models import BankSending, Batch, DoubtDecision, Payment
from assistance.permissions.doubts import can_confirm_doubt, can_find_doubt
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

BEFORE_FOUND = declare_crashpoint("find_doubt.before_commit")
AFTER_FOUND = declare_crashpoint("find_doubt.after_commit")
BEFORE_CONFIRMED = declare_crashpoint("confirm_doubt.before_commit")
AFTER_CONFIRMED = declare_crashpoint("confirm_doubt.after_commit")
UNPAID_REASON = "unconfirmed"


def find_doubt(
    *, batch_id: int, verdict: str, reason: str, by: Actor, on: date
) -> DoubtDecision:
    """The payer records what the bank's counter said of all payments in doubt.

    Changes no payment: a second person confirms. Refuses without payments in doubt,
    without a reason, and while the bank may still accept what was sent.
    """
    if verdict not in DoubtVerdict.values:
        raise Refusal("请选择核实结果：银行已付或银行未付。", field="verdict")
    if not reason.strip():
        raise Refusal("请写明依据，如银行回单号、经办柜员与日期。", field="reason")
    with transaction.atomic():
        batch = locked_batch(batch_id)
        can_find_doubt(by, batch).require()
        _require_closed(batch)
        found = DoubtDecision.objects.create(
            batch=batch,
            number=batch.doubt_decisions.count() + 1,
            verdict=verdict,
            line_count=len(_doubtful(batch)),
            reason=reason.strip()[:200],
            found_by_id=by.user_id or 0,  # the permission asks for a person
            found_on=on,
        )
        _note("find_doubt", batch, found, by=by, on=on)
        crashpoint(BEFORE_FOUND)
    crashpoint(AFTER_FOUND)
    return found


def confirm_doubt(*, batch_id: int, by: Actor, on: date) -> DoubtDecision:
    """The approver confirms the last finding: in doubt → paid, or → returned.

    What was not paid is released to the funds and may be paid by a follow-up batch.
    Refuses the person who recorded the finding, a list that changed since, and while
    the bank may still accept an order that left after the finding.
    """
    with transaction.atomic():
        batch = locked_batch(batch_id)
        can_confirm_doubt(by, batch).require()
        found = batch.doubt_decisions.last()
        payments = _doubtful(batch)
        if found is None or found.confirms_id is not None:
            raise Refusal("还没有登记核实结论；请先由出纳登记。", code="nothing_found")
        if found.found_by_id == by.user_id:
            raise Refusal("登记与确认必须是两个人，请由其他在岗人员确认。", code="same")
        if found.line_count != len(payments):
            raise Refusal("存疑的笔数已有变化，请重新登记核实结论。", code="changed")
        _require_closed(batch)
        confirmed = DoubtDecision.objects.create(
            batch=batch,
            number=found.number + 1,
            verdict=found.verdict,
            line_count=found.line_count,
            reason=found.reason,
            found_by_id=by.user_id or 0,  # the permission asks for a person
            found_on=on,
            confirms=found,
        )
        enter_answer(batch, _rows(found.verdict, payments), on=on, by=by)
        _note("confirm_doubt", batch, confirmed, by=by, on=on)
        crashpoint(BEFORE_CONFIRMED)
    crashpoint(AFTER_CONFIRMED)
    return confirmed


def _rows(verdict: str, payments: list[tuple[str, Decimal]]) -> AnswerRows:
    is_paid = verdict == DoubtVerdict.PAID
    reason = "" if is_paid else UNPAID_REASON
    return [
        (number, reference, amount, is_paid, reason, "")
        for number, (reference, amount) in enumerate(payments, 1)
    ]


def _doubtful(batch: Batch) -> list[tuple[str, Decimal]]:
    payments = Payment.objects.filter(
        year=batch.round.year, batch=batch, state=PaymentState.IN_DOUBT
    )
    return list(payments.order_by("id").values_list("reference", "amount"))


def _require_closed(batch: Batch) -> None:
    if not _doubtful(batch):
        raise Refusal("这一批没有存疑的发放。", code="nothing")
    sendings = BankSending.objects.filter(bank_file__batch=batch)
    if sendings.extra(where=["clock_timestamp() < closes_at"]).exists():
        raise Refusal(
            "银行的受理时限还没有过，发出的指令仍可能被办理；请稍后再登记。",
            code="open",
        )


def _note(
    verb: str, batch: Batch, decision: DoubtDecision, *, by: Actor, on: date
) -> None:
    record(
        by=by,
        verb=verb,
        subject=batch,
        on=on,
        organisation_id=batch.organisation_id,
        changes={"verdict": decision.verdict, "lines": decision.line_count},
        reason=decision.reason,
    )
