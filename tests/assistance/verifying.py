"""A paid round asked through, for the tests of verification and closing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assistance.actions.samples import draw_sample, take_sample_items
from assistance.actions.verification import CallReport, record_verification_call
from assistance.enums import CallChannel, CallOutcome
from assistance.models import Round, SampleItem, VerificationCall, VerificationSample
from assistance.rules.sampling import Precision
from members.enums import Role
from tests.assistance.builders import PROVINCE, staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor

CONFIRMED = CallReport(CallChannel.PHONE, CallOutcome.CONFIRMED)
NOT_RECEIVED = CallReport(
    CallChannel.PHONE, CallOutcome.NOT_RECEIVED, note="本人说没有到账"
)
NO_ANSWER = CallReport(CallChannel.PHONE, CallOutcome.NO_ANSWER)
REFUSED = CallReport(CallChannel.PHONE, CallOutcome.REFUSED, note="挂断，不愿回答")


def amount_wrong(received: str) -> CallReport:
    return CallReport(
        CallChannel.VISIT, CallOutcome.AMOUNT_WRONG, Decimal(received), "少了"
    )


def paid_round(names: int = 4, *, returned: int = 0) -> Round:
    """Paid through the bank; the first so many come back."""
    round_ = released_round(names)
    fund(f"{names * 600}.00")
    batch = instructed_batch(round_, officers())
    payments = [payment.reference for payment in payments_of(batch)]
    bring_in(answer_to(batch, returned=dict.fromkeys(payments[:returned], "closed")))
    round_.refresh_from_db()
    return round_


def drawn(round_: Round, precision: Precision | None = None) -> VerificationSample:
    return draw_sample(
        round_id=round_.pk,
        precision=precision or Precision(),
        on=AFTER_NOTICE,
        by=SYSTEM,
    )


def verifier(at: str = PROVINCE) -> Actor:
    return staff(Role.AUDITOR, at=at, on=AFTER_NOTICE)


def taken(round_: Round, by: Actor) -> list[SampleItem]:
    """Take everybody there is."""
    take_sample_items(round_id=round_.pk, on=AFTER_NOTICE, by=by, limit=1000)
    return list(SampleItem.objects.filter(verifier=by.user_id).order_by("id"))


def called(
    item: SampleItem,
    by: Actor,
    report: CallReport = CONFIRMED,
    on: date = AFTER_NOTICE,
) -> VerificationCall:
    return record_verification_call(item_id=item.pk, report=report, on=on, by=by)


def verified(
    round_: Round, reports: Mapping[int, CallReport] | None = None
) -> VerificationSample:
    """Draw and ask everybody; by place in the list, who says something else."""
    sample = drawn(round_)
    by = verifier()
    for place, item in enumerate(taken(round_, by)):
        called(item, by, (reports or {}).get(place, CONFIRMED))
    return sample
