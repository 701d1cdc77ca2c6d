"""Sending over a bank link: committed before its first byte leaves, never blindly again.

A run that finds a sending committed and unanswered cannot know how far the one before
came: the payments are in doubt, and the bank is asked (`askings.py`, ADR 0015).
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from assistance.actions.bank_answers import (
    Turn,
    end_sending,
    in_words,
    take_answers,
)
from assistance.actions.bank_links import Parcel, link_of
from assistance.actions.disbursements import Order, order_of, write_instruction
from assistance.actions.late_returns import enqueue_late_asking
from assistance.enums import BankFileState, FileDirection, PaymentState, SendingOutcome
from assistance.models import (
    BankFile,
    BankSending,
    Batch,
    DoubtDecision,
    PayingAccount,
    Payment,
)
from assistance.rules.banks.direct import DIRECT, Unclear
from assistance.workflow import PAYMENT
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job

ASK_JOB = "assistance.ask_bank"

BEFORE_SENDING = declare_crashpoint("send_order.before_commit")
AFTER_SENDING = declare_crashpoint("send_order.after_commit")
AFTER_REPLY = declare_crashpoint("send_order.after_reply")
BEFORE_DOUBT = declare_crashpoint("doubt_order.before_commit")
AFTER_DOUBT = declare_crashpoint("doubt_order.after_commit")

_OPEN_SENDING = """
    INSERT INTO assistance_banksending
        (bank_file_id, number, sha256, line_count, sent_at, closes_at, outcome, note)
    SELECT %s, %s, %s, %s, now.at, now.at + make_interval(secs => %s), 'open', ''
    FROM (SELECT clock_timestamp() AS at) AS now
    RETURNING id, extract(epoch FROM sent_at)::float8
"""
_SENT_ALREADY = "此前已发出，等待银行答复"
UNSETTLED = (PaymentState.INSTRUCTED, PaymentState.IN_DOUBT)


def deliver_instruction(
    *, bank_file_id: int, on: date, by: Actor, run: JobRun | None = None
) -> str:
    """Bring a committed instruction to the bank over the account's link: → sent."""
    bank_file = BankFile.objects.select_related("batch").get(
        pk=bank_file_id, direction=FileDirection.OUT
    )
    if bank_file.layout != DIRECT:
        return write_instruction(bank_file_id=bank_file_id, on=on, by=by, run=run).name
    return send_order(bank_file_id=bank_file_id, on=on, by=by, run=run)


def send_order(
    *, bank_file_id: int, on: date, by: Actor, run: JobRun | None = None
) -> str:
    """Send an instructed batch over the direct link, once; return how it went.

    A sending that was committed before and has no outcome is not repeated: its
    payments become in doubt.
    """
    turn = Turn(on, by, run)
    last = BankSending.objects.filter(bank_file_id=bank_file_id).last()
    if last is None:
        return send(bank_file_id, 1, None, turn)
    if last.outcome == SendingOutcome.OPEN:
        doubt(last, "发出之后程序中断", turn)
    return _SENT_ALREADY


def send(
    bank_file_id: int, number: int, unknown: Sequence[str] | None, turn: Turn
) -> str:
    """Commit a sending, post it, take what the bank says at once."""
    with transaction.atomic():
        turn.fence()
        bank_file = (
            BankFile.objects.select_for_update(of=("self",))
            .select_related("batch__round__version__scheme")
            .get(pk=bank_file_id)
        )
        batch = bank_file.batch
        if batch is None or bank_file.sendings.filter(number__gte=number).exists():
            return _SENT_ALREADY
        if unknown is not None and not (unknown := _still_owed(batch, unknown)):
            return ""
        account = account_of(batch)
        order = order_of(batch, number=number, references=unknown)
        _require_committed(bank_file, order, number)
        sending, sent_at = _open_sending(bank_file, number, order, account)
        _note_sending(bank_file, sending, turn)
        enqueue_asking(batch, turn.on)
        enqueue_late_asking(account, turn.on)
        crashpoint(BEFORE_SENDING)
    crashpoint(AFTER_SENDING)
    try:
        said = link_of(account).send(Parcel(batch.number, order.content, sent_at))
        crashpoint(AFTER_REPLY)
        take_answers(batch, sending, said, turn)
    except Unclear as unclear:
        doubt(sending, str(unclear), turn)
        return f"存疑：{unclear}"
    return in_words(said)


def _still_owed(batch: Batch, unknown: Sequence[str]) -> list[str]:
    """Of what the bank does not know, what may be ordered again; locks the batch.

    Not what has its result, be it by two officers' word, and nothing while such a
    word waits for its second person: it may already be paid by another way.
    """
    Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if is_decision_pending(batch):
        return []
    owed = Payment.objects.filter(
        year=batch.round.year, batch=batch, state__in=UNSETTLED
    )
    chosen = owed.filter(reference__in=unknown).order_by("id")
    return list(chosen.values_list("reference", flat=True))


def is_decision_pending(batch: Batch) -> bool:
    """Tell whether one officer's finding waits for the second person."""
    last = DoubtDecision.objects.filter(batch=batch).last()
    return last is not None and last.confirms_id is None


def _require_committed(bank_file: BankFile, order: Order, number: int) -> None:
    if number == 1 and order.sha256 != bank_file.sha256:
        raise Refusal(
            "报文与出纳签发时不一致，没有发出；请核对付款账户与名单是否被改动。",
            code="tampered",
        )


def _open_sending(
    bank_file: BankFile, number: int, order: Order, account: PayingAccount
) -> tuple[BankSending, float]:
    """Enter a sending. Twice the window: once for the bank's, once for its clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN_SENDING,
            [
                bank_file.pk,
                number,
                order.sha256,
                order.line_count,
                2 * account.window_seconds,
            ],
        )
        key, sent_at = cursor.fetchone()
    return BankSending.objects.get(pk=key), float(sent_at)


def _note_sending(bank_file: BankFile, sending: BankSending, turn: Turn) -> None:
    BankFile.objects.filter(pk=bank_file.pk).update(state=BankFileState.SENT)
    record(
        by=turn.by,
        verb="send_order",
        subject=bank_file,
        on=turn.on,
        organisation_id=bank_file.organisation_id,
        changes={
            "number": sending.number,
            "lines": sending.line_count,
            "file": sending.sha256,
        },
    )


def doubt(sending: BankSending, why: str, turn: Turn) -> None:
    """The payments of a sending that may have been paid: instructed → in doubt.

    Changes nothing where that is entered already.
    """
    with transaction.atomic():
        turn.fence()
        batch = Batch.objects.select_for_update(of=("self",)).get(
            bank_files=sending.bank_file_id
        )
        moved = Payment.objects.filter(
            year=batch.round.year, batch=batch, state=PaymentState.INSTRUCTED
        ).update(state=PAYMENT.target_of("doubt", PaymentState.INSTRUCTED))
        if sending.outcome == SendingOutcome.OPEN:
            end_sending(sending, SendingOutcome.DOUBTFUL, why)
        elif not moved:
            return
        record(
            by=turn.by,
            verb="doubt_order",
            subject=batch,
            on=turn.on,
            organisation_id=batch.organisation_id,
            changes={"in_doubt": moved},
            reason=why,
        )
        enqueue_asking(batch, turn.on)
        crashpoint(BEFORE_DOUBT)
    crashpoint(AFTER_DOUBT)


def enqueue_asking(batch: Batch, on: date) -> Job:
    """Have the bank asked about a batch; while that is under way, nothing is added."""
    return enqueue(
        kind=ASK_JOB,
        key=f"ask-{batch.pk}",
        arguments={"batch_id": batch.pk, "on": on.isoformat()},
        by=SYSTEM,
        organisation_id=batch.organisation_id,
    )


def account_of(batch: Batch) -> PayingAccount:
    """The account a batch is paid from."""
    return PayingAccount.objects.get(organisation=batch.organisation_id)
