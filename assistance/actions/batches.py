"""Signatures on a batch: submit, check, approve, endorse, send back.

Each locks the batch's row, asks the permission, compares the digest the signer saw with
the batch's, and writes a signature bound to it. The list itself is not read, so the
time does not grow with it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from assistance.actions.ledger import Leg, Voucher, move, post_entries
from assistance.enums import AccountKind, BatchState, EntryKind
from assistance.models import Batch, BatchFunding, Signature
from assistance.permissions.batches import (
    APPROVE,
    CHECK,
    ENDORSE,
    SUBMIT,
    Step,
    can_send_back_batch,
    has_union_above,
    seat_to_sign,
)
from assistance.queries.schemes import scheme_of
from assistance.workflow import BATCH
from unionportal.core.actor import Actor, Seat
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.verdict import Verdict

POINTS = {
    verb: (
        declare_crashpoint(f"{verb}.before_commit"),
        declare_crashpoint(f"{verb}.after_commit"),
    )
    for verb in (
        "submit_batch",
        "check_batch",
        "approve_batch",
        "endorse_batch",
        "send_back_batch",
    )
}
_SEPARATION = {"signature_person_once", "signature_once_per_step"}


def submit_batch(
    *, batch_id: int, digest: str, comment: str, by: Actor, on: date
) -> Batch:
    """The maker puts the list forward: drafted → submitted."""
    return _sign(batch_id, SUBMIT, digest=digest, comment=comment, by=by, on=on)


def check_batch(
    *, batch_id: int, digest: str, comment: str, by: Actor, on: date
) -> Batch:
    """A second person has checked the list: submitted → checked."""
    return _sign(batch_id, CHECK, digest=digest, comment=comment, by=by, on=on)


def approve_batch(
    *, batch_id: int, digest: str, comment: str, by: Actor, on: date
) -> Batch:
    """A third person approves: checked → approved, or → endorsing above the threshold.

    Up to the scheme's threshold the approval reserves the money; above it the union
    above has the last word, where there is one. Refuses a shortfall, naming it.
    """
    return _sign(batch_id, APPROVE, digest=digest, comment=comment, by=by, on=on)


def endorse_batch(
    *, batch_id: int, digest: str, comment: str, by: Actor, on: date
) -> Batch:
    """The union above approves: endorsing → approved; reserves the money."""
    return _sign(batch_id, ENDORSE, digest=digest, comment=comment, by=by, on=on)


def send_back_batch(
    *, batch_id: int, digest: str, reason: str, by: Actor, on: date
) -> Batch:
    """Whoever has the next step refuses it: back to drafted, all signatures void."""
    before, after = POINTS["send_back_batch"]
    with transaction.atomic():
        batch = locked_batch(batch_id)
        can_send_back_batch(by, batch, on=on).require()
        require_same_list(batch, digest)
        if not reason.strip():
            raise Refusal("请填写退回理由。", field="reason")
        target = BATCH.target_of("send_back", batch.state)
        changes = {"state": [batch.state, target], "cycle": batch.cycle}
        batch.state = target
        batch.cycle += 1
        batch.save(update_fields=["state", "cycle"])
        record(
            by=by,
            verb="send_back_batch",
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes=changes,
            reason=reason.strip(),
        )
        crashpoint(before)
    crashpoint(after)
    return batch


def _sign(
    batch_id: int, step: Step, *, digest: str, comment: str, by: Actor, on: date
) -> Batch:
    verb = f"{step.step}_batch"
    before, after = POINTS[verb]
    with transaction.atomic():
        batch = locked_batch(batch_id)
        seat = seat_of(by, batch, step, on=on)
        require_same_list(batch, digest)
        target = _advance(batch, step, by=by, on=on)
        sign(batch, step, seat=seat, comment=comment, by=by, on=on)
        changes = {"state": [batch.state, target], "digest": batch.digest}
        batch.state = target
        batch.save(update_fields=["state", "approved_on"])
        record(
            by=by,
            verb=verb,
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes=changes,
            reason=comment.strip(),
        )
        crashpoint(before)
    crashpoint(after)
    return batch


def _advance(batch: Batch, step: Step, *, by: Actor, on: date) -> str:
    """Return the next state; on the last approval, reserve the money first."""
    fundings = fundings_of(batch)
    payable = sum((_left(funding) for funding in fundings), Decimal(0))
    if payable <= 0:
        raise Refusal(
            "名单上的人都已撤下，没有可发放的对象，不能继续签批。", code="nobody"
        )
    threshold = scheme_of(batch.round.version).threshold
    if step == APPROVE and has_union_above(batch) and payable > threshold:
        return BATCH.target_of("escalate", batch.state)
    target = BATCH.target_of(step.action, batch.state)
    if target == BatchState.APPROVED:
        _reserve(batch, fundings, by=by, on=on)
        batch.approved_on = on
    return target


def _reserve(
    batch: Batch, fundings: Sequence[BatchFunding], *, by: Actor, on: date
) -> None:
    """Move each source's part from available to reserved: one entry a batch."""
    legs: list[Leg] = []
    for funding in fundings:
        if _left(funding):
            legs += move(
                batch.organisation_id,
                funding.source_id,
                _left(funding),
                taken_from=AccountKind.AVAILABLE,
                put_into=AccountKind.RESERVED,
            )
    voucher = Voucher(
        kind=EntryKind.RESERVE,
        key=f"reserve:{batch.number}",
        document=f"批次 {batch.number} 审批通过",
        batch_id=batch.pk,
    )
    post_entries(entries=[(voucher, legs)], by=by, on=on)


def _left(funding: BatchFunding) -> Decimal:
    return funding.amount - funding.withdrawn_amount


# --- shared with the instruction to the bank


def locked_batch(batch_id: int) -> Batch:
    """Return the batch with its row locked: the queue in which two signers wait."""
    batch = (
        Batch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "round__version__scheme")
        .defer("round__version__body")  # the rules are read from their text
        .filter(pk=batch_id)
        .first()
    )
    if batch is None:
        raise Refusal("没有这个批次，请刷新后再试。", field="batch_id")
    return batch


def seat_of(by: Actor, batch: Batch, step: Step, *, on: date) -> Seat:
    """Return the seat the actor signs in, or refuse with the permission's reason."""
    found = seat_to_sign(by, batch, step, on=on)
    if isinstance(found, Verdict):
        raise Refusal(found.reason, code="forbidden")
    return found


def require_same_list(batch: Batch, digest: str) -> None:
    """Refuse when the list is not the one the signer has seen."""
    if digest != batch.digest:
        raise Refusal(
            "名单在您打开之后有变动，您看到的不是现在的名单；请刷新、重新核对后再签批。",
            code="list_changed",
        )


def fundings_of(batch: Batch) -> list[BatchFunding]:
    """Return what each source bears, in a fixed order."""
    return list(BatchFunding.objects.filter(batch=batch).order_by("source_id"))


def sign(
    batch: Batch, step: Step, *, seat: Seat, comment: str, by: Actor, on: date
) -> None:
    """Write the signature; the database refuses a person who has signed already."""
    try:
        with transaction.atomic():
            Signature.objects.create(
                batch=batch,
                cycle=batch.cycle,
                step=step.step,
                user_id=_person_signing(by),
                principal_id=seat.principal_id,
                organisation_id=seat.organisation_id,
                digest=batch.digest,
                on=on,
                comment=comment.strip(),
            )
    except IntegrityError as error:
        if constraint_of(error) not in _SEPARATION:
            raise
        raise Refusal(
            "经办、复核、审批、出纳必须是不同的人：您或您所代理的人已在这份名单上签过字。",
            code="forbidden",
        ) from error


def _person_signing(by: Actor) -> int:
    if by.user_id is None:
        raise Refusal("只有在岗人员可以签批。", code="forbidden")
    return by.user_id


def constraint_of(error: BaseException) -> str:
    """Return the name of the constraint the database refused by."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
