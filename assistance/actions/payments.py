"""One person's payment: hold, resume, withdraw, end. The rest of the batch goes on."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from assistance.actions.batches import fundings_of, locked_batch
from assistance.actions.ledger import Voucher, move, post_entry
from assistance.enums import (
    AccountKind,
    BatchState,
    EntryKind,
    PaymentEnd,
)
from assistance.models import Batch, BatchFunding, Payment, PaymentClaim
from assistance.permissions.payments import (
    can_end_payment,
    can_hold_payment,
    can_resume_payment,
    can_withdraw_payment,
)
from assistance.queries.digests import digest_of
from assistance.workflow import BATCH, PAYMENT
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

POINTS = {
    verb: (
        declare_crashpoint(f"{verb}.before_commit"),
        declare_crashpoint(f"{verb}.after_commit"),
    )
    for verb in ("hold_payment", "resume_payment", "withdraw_payment", "end_payment")
}
_UNSENT = {
    BatchState.DRAFTED,
    BatchState.SUBMITTED,
    BatchState.CHECKED,
    BatchState.ENDORSING,
    BatchState.APPROVED,
}
_WITH_MONEY = {BatchState.APPROVED, BatchState.INSTRUCTED}


def hold_payment(*, payment_id: int, reason: str, by: Actor, on: date) -> Payment:
    """Keep one person's payment back: planned → held. Signatures of the rest stand."""
    before, after = POINTS["hold_payment"]
    with transaction.atomic():
        payment, batch = _locked(payment_id)
        can_hold_payment(by, payment, on=on).require()
        _move(payment, "hold", reason=reason, by=by, on=on)
        renew_digest(batch)
        crashpoint(before)
    crashpoint(after)
    return payment


def resume_payment(*, payment_id: int, reason: str, by: Actor, on: date) -> Payment:
    """Let a held payment go on: held → planned.

    Once the batch has gone to the bank, the next follow-up batch takes it up. Refuses
    while an objection to the person is open, and while the batch's list is signed
    without him.
    """
    before, after = POINTS["resume_payment"]
    with transaction.atomic():
        payment, batch = _locked(payment_id)
        can_resume_payment(by, payment, on=on).require()
        _move(payment, "resume", reason=reason, by=by, on=on)
        renew_digest(batch)
        crashpoint(before)
    crashpoint(after)
    return payment


def withdraw_payment(*, payment_id: int, reason: str, by: Actor, on: date) -> Payment:
    """Take a person off the list for good: planned or held → withdrawn.

    The claim is given up, so that another round may grant; money reserved for it
    becomes available. A batch that has nobody left ends.
    """
    before, after = POINTS["withdraw_payment"]
    with transaction.atomic():
        payment, batch = _locked(payment_id)
        can_withdraw_payment(by, payment, on=on).require()
        _move(payment, "withdraw", reason=reason, by=by, on=on)
        PaymentClaim.objects.filter(pk=payment.claim_id).update(released=True)
        take_off(payment, batch, by=by, on=on)
        crashpoint(before)
    crashpoint(after)
    return payment


def end_payment(*, payment_id: int, reason: PaymentEnd, by: Actor, on: date) -> Payment:
    """Record why a returned payment is not tried again: returned → ended.

    The claim stands: the same is not granted again.
    """
    before, after = POINTS["end_payment"]
    with transaction.atomic():
        payment, _batch = _locked(payment_id)
        can_end_payment(by, payment, on=on).require()
        later = Payment.objects.filter(
            year=payment.year, claim_id=payment.claim_id, attempt__gt=payment.attempt
        )
        if later.exists():
            raise Refusal("这笔发放已经另行重发，不能终止；请对重发的那一笔办理。")
        payment.end_reason = PaymentEnd(reason)
        _move(payment, "end", reason=str(PaymentEnd(reason).label), by=by, on=on)
        PaymentClaim.objects.filter(pk=payment.claim_id).update(ended=True)
        crashpoint(before)
    crashpoint(after)
    return payment


def take_off(payment: Payment, batch: Batch, *, by: Actor, on: date) -> None:
    """Count a payment out of its batch and give its money back; it is withdrawn."""
    BatchFunding.objects.filter(batch=batch, source_id=payment.source_id).update(
        withdrawn_count=F("withdrawn_count") + 1,
        withdrawn_amount=F("withdrawn_amount") + payment.amount,
    )
    if batch.state in _WITH_MONEY:
        _give_back(payment, batch, by=by, on=on)
    renew_digest(batch)
    end_when_done(batch, by=by, on=on)


def end_when_done(batch: Batch, *, by: Actor, on: date) -> None:
    """Settle a batch whose every line has its result; cancel one with nobody left."""
    withdrawn = sum(funding.withdrawn_count for funding in fundings_of(batch))
    open_lines = batch.line_count - withdrawn - batch.paid_count - batch.returned_count
    if open_lines:
        return
    former = batch.state
    if former in BATCH.sources_of("settle"):
        verb, batch.settled_on = "settle", on
    else:
        verb = "cancel"
        if former in BATCH.sources_of("send_back"):
            batch.state = BATCH.target_of("send_back", former)
            batch.save(update_fields=["state"])
    batch.state = BATCH.target_of(verb, batch.state)
    batch.save(update_fields=["state", "settled_on"])
    record(
        by=by,
        verb=f"{verb}_batch",
        subject=batch,
        on=on,
        organisation_id=batch.organisation_id,
        changes={"state": [former, batch.state]},
    )


def _locked(payment_id: int) -> tuple[Payment, Batch]:
    """Lock the batch first, then the payment: the order every action keeps."""
    found = Payment.objects.filter(pk=payment_id).first()
    if found is None:
        raise Refusal("没有这笔发放，请刷新后再试。", field="payment_id")
    batch = locked_batch(found.batch_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id, year=found.year)
    payment.batch = batch
    return payment, batch


def _move(payment: Payment, action: str, *, reason: str, by: Actor, on: date) -> None:
    if not reason.strip():
        raise Refusal("请填写理由。", field="reason")
    target = PAYMENT.target_of(action, payment.state)
    # Why it was held ends with the hold.
    reason_code = payment.reason_code if action == "end" else ""
    moved = Payment.objects.filter(
        pk=payment.pk, year=payment.year, state=payment.state
    ).update(state=target, end_reason=payment.end_reason, reason_code=reason_code)
    if moved != 1:
        raise Refusal("这笔发放刚刚被他人办理，请刷新后再试。", code="state")
    record(
        by=by,
        verb=f"{action}_payment",
        subject=payment,
        on=on,
        organisation_id=payment.batch.organisation_id,
        changes={"state": [payment.state, target], "batch": payment.batch.number},
        reason=reason.strip(),
    )
    payment.state = target


def renew_digest(batch: Batch) -> None:
    """Bind further signatures to the list as it now is; a sent list stays."""
    if batch.state in _UNSENT:
        batch.digest = digest_of(batch)
        batch.save(update_fields=["digest"])


def _give_back(payment: Payment, batch: Batch, *, by: Actor, on: date) -> None:
    post_entry(
        voucher=Voucher(
            kind=EntryKind.RELEASE,
            key=f"withdraw:{payment.reference}",
            document=f"批次 {batch.number} 撤下 {payment.reference}",
            batch_id=batch.pk,
        ),
        legs=move(
            batch.organisation_id,
            payment.source_id,
            Decimal(payment.amount),
            taken_from=AccountKind.RESERVED,
            put_into=AccountKind.AVAILABLE,
        ),
        by=by,
        on=on,
    )
