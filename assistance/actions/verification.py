"""Calls and visits to the people drawn, and the ends of what they found."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from assistance.actions.samples import locked_item, require_own
from assistance.enums import CallChannel, CallOutcome, FindingState, Resolution
from assistance.models import SampleItem, VerificationCall, VerificationFinding
from assistance.permissions.verification import can_end_finding
from assistance.queries.verification import ORDER_SQL
from assistance.rules.sampling import TRIES
from assistance.workflow import FINDING, SAMPLE_ITEM
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.money import yuan

ANSWERS = (CallOutcome.CONFIRMED, CallOutcome.AMOUNT_WRONG, CallOutcome.NOT_RECEIVED)
ERRORS = (CallOutcome.AMOUNT_WRONG, CallOutcome.NOT_RECEIVED)
_NEXT = f"""
    INSERT INTO assistance_sampleitem
        (stratum_id, place, year, payment_id, batch_id, replaces_id, state, added_on)
    SELECT stratum_id, place, year, payment_id, batch_id, %(replaces)s, 'waiting', %(on)s
    FROM ({ORDER_SQL} WHERE stratum.id = %(stratum)s) AS ordered
    WHERE place = (SELECT max(item.place) + 1 FROM assistance_sampleitem AS item
                   WHERE item.stratum_id = %(stratum)s)
    RETURNING id
"""  # noqa: S608 - built from constants


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a verifier writes down: how, what was said, the yuan received, a note."""

    channel: CallChannel
    outcome: CallOutcome
    received_amount: Decimal | None = None
    note: str = ""


def show_phone(*, item_id: int, on: date, by: Actor) -> str:
    """Show the phone number of a payee to the verifier who took him; leaves a trace.

    Refused to everybody else. Empty where no number is known: then a visit remains.
    """
    with transaction.atomic():
        item = locked_item(item_id)
        require_own(item, by)
        payee = item.payment.claim.payee
        record(
            by=by,
            verb="show_phone",
            subject=payee,
            on=on,
            organisation_id=item.stratum.organisation_id,
            changes={"item": item.pk},
            reason=f"抽样核查 {item.payment.reference}",
        )
    return payee.phone or ""


def record_verification_call(
    *, item_id: int, report: CallReport, on: date, by: Actor
) -> VerificationCall:
    """Write a call or visit down; it stays as it is.

    An answer ends the item. The third try on a third day, and a refusal, end it
    without one: the next of the stratum in the drawn order is taken up instead. Money
    that did not come, or not all of it, opens a finding. Refused: anybody but the
    verifier who took it, an item that has ended, a second try on one day.
    """
    with transaction.atomic():
        item = locked_item(item_id)
        require_own(item, by)
        former = item.state
        _check(item, report)
        call = _write(item, report, on=on, by=by)
        if report.outcome in ANSWERS:
            _end(item, "answer", on)
        elif report.outcome == CallOutcome.REFUSED or call.number >= TRIES:
            _end(item, "miss", on)
            _take_up_next(item, on)
        _record(call, "record_verification_call", [former, item.state], by=by)
        _open_finding(call)
    return call


def correct_verification_call(
    *, call_id: int, report: CallReport, on: date, by: Actor
) -> VerificationCall:
    """Write down that the last answer was otherwise; the former record stays.

    By the same verifier, among answers only, with the reason in the note. A finding
    that rested on the former record has to be ended by its own road.
    """
    with transaction.atomic():
        former = VerificationCall.objects.filter(pk=call_id).first()
        if former is None:
            raise Refusal("没有这条核查记录，请刷新后再试。", field="call_id")
        item = locked_item(former.item_id)
        require_own(item, by)
        _check_correction(item, former, report)
        call = _write(item, report, on=on, by=by, corrects=former)
        _record(call, "correct_verification_call", [item.state, item.state], by=by)
        _open_finding(call)
    return call


def _check_correction(
    item: SampleItem, former: VerificationCall, report: CallReport
) -> None:
    last = item.calls.order_by("-number").first()
    if last != former or former.outcome not in ANSWERS:
        raise Refusal("只能更正最近一次得到回答的记录。", code="state")
    if report.outcome not in ANSWERS:
        raise Refusal("更正后的结果应为属实、金额不符或未收到。", field="outcome")
    if not report.note.strip():
        raise Refusal("请在说明里写明为什么更正。", field="note")
    _check_amount(item, report)


def _check(item: SampleItem, report: CallReport) -> None:
    if item.state not in SAMPLE_ITEM.sources_of("answer"):
        raise Refusal(
            f"这一户已经“{item.get_state_display()}”；记录有误请更正。", code="state"
        )
    says_little = report.outcome in {CallOutcome.CONFIRMED, CallOutcome.NO_ANSWER}
    if not says_little and not report.note.strip():
        raise Refusal("请在说明里写明本人怎么说。", field="note")
    _check_amount(item, report)


def _check_amount(item: SampleItem, report: CallReport) -> None:
    received = report.received_amount
    if report.outcome != CallOutcome.AMOUNT_WRONG:
        if received is not None:
            raise Refusal("只有“金额不符”才填实收金额。", field="received_amount")
        return
    if received is None or received <= 0 or received != yuan(received):
        raise Refusal(
            "请填写本人实收的金额，大于零且最多两位小数；一分未收的请选“未收到”。",
            field="received_amount",
        )
    if received == item.payment.amount:
        raise Refusal("实收与应发相同，请选“属实”。", field="received_amount")


def _write(
    item: SampleItem,
    report: CallReport,
    *,
    on: date,
    by: Actor,
    corrects: VerificationCall | None = None,
) -> VerificationCall:
    earlier = list(item.calls.order_by("number"))
    is_try = report.outcome == CallOutcome.NO_ANSWER
    if is_try and any(call.on == on for call in earlier):
        raise Refusal("今天已经试过一次；请换一天再试。", code="same_day")
    return VerificationCall.objects.create(
        item=item,
        number=len(earlier) + 1,
        verifier_id=by.user_id or 0,
        on=on,
        channel=report.channel,
        outcome=report.outcome,
        received_amount=report.received_amount,
        note=report.note.strip(),
        corrects=corrects,
    )


def _end(item: SampleItem, action: str, on: date) -> None:
    item.state = SAMPLE_ITEM.target_of(action, item.state)
    item.ended_on = on
    item.save(update_fields=["state", "ended_on"])


def _take_up_next(item: SampleItem, on: date) -> None:
    """The next in the order drawn; nobody where the stratum is used up."""
    values: dict[str, int | date] = {
        "replaces": item.pk,
        "on": on,
        "stratum": item.stratum_id,
    }
    with connection.cursor() as cursor:
        # One at a time: two replacements of a stratum would take the same place.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('sample_stratum', %s))",
            [item.stratum_id],
        )
        cursor.execute(_NEXT, values)


def _record(call: VerificationCall, verb: str, state: list[str], *, by: Actor) -> None:
    amount = call.received_amount
    record(
        by=by,
        verb=verb,
        subject=call,
        on=call.on,
        organisation_id=call.item.stratum.organisation_id,
        changes={
            "item": call.item_id,
            "number": call.number,
            "channel": str(call.channel),
            "outcome": str(call.outcome),
            "received": None if amount is None else str(amount),
            "state": state,
        },
        reason=call.note,
    )


def _open_finding(call: VerificationCall) -> None:
    is_open = VerificationFinding.objects.filter(
        item=call.item, state=FindingState.OPENED
    ).exists()
    if call.outcome in ERRORS and not is_open:
        VerificationFinding.objects.create(call=call, item=call.item, opened_on=call.on)


def end_finding(
    *, finding_id: int, resolution: Resolution, note: str, on: date, by: Actor
) -> VerificationFinding:
    """End what a payee found wrong, with what came of it: opened → ended.

    By an approver who did not verify it. Refused without a word on what was done.
    """
    with transaction.atomic():
        finding = (
            VerificationFinding.objects.select_for_update(of=("self",))
            .select_related("call", "item__stratum__organisation")
            .filter(pk=finding_id)
            .first()
        )
        if finding is None:
            raise Refusal("没有这个核查问题，请刷新后再试。", field="finding_id")
        can_end_finding(by, finding).require()
        target = FINDING.target_of("end", finding.state)
        if not note.strip():
            raise Refusal("请写明查处情况和依据。", field="note")
        former, finding.state = finding.state, target
        finding.resolution = Resolution(resolution)
        finding.note, finding.ended_on = note.strip(), on
        finding.ended_by_id = by.user_id
        finding.save()
        record(
            by=by,
            verb="end_finding",
            subject=finding,
            on=on,
            organisation_id=finding.item.stratum.organisation_id,
            changes={"state": [former, target], "resolution": str(finding.resolution)},
            reason=finding.note,
        )
    return finding
