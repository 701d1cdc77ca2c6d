"""Sending over a bank link, and the rule of doubt: asked by reference, never resent.

A sending is committed before its first byte leaves. A run that finds it committed and
unanswered cannot know how far the one before came: the payments are in doubt, and the
bank is asked until it says. Only when the bank's window has passed and the bank, asked
after that, does not know a payment, it is ordered again (ADR 0015).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from assistance.actions.bank_links import Parcel, link_of
from assistance.actions.disbursements import Order, order_of, write_instruction
from assistance.actions.settlements import Answers, Unfit, settle
from assistance.enums import BankFileState, FileDirection, PaymentState, SendingOutcome
from assistance.models import BankFile, BankSending, Batch, PayingAccount, Payment
from assistance.permissions.doubts import can_ask_bank
from assistance.rules.banks.direct import DIRECT, Said, Unclear
from assistance.rules.banks.reading import AnswerRow
from assistance.workflow import PAYMENT
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, Later, enqueue
from unionportal.core.models.jobs import Job

ASK_JOB = "assistance.ask_bank"
SENDINGS = 3  # after so many that the bank did not know, officers look into it
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # seconds

BEFORE_SENDING = declare_crashpoint("send_order.before_commit")
AFTER_SENDING = declare_crashpoint("send_order.after_commit")
AFTER_REPLY = declare_crashpoint("send_order.after_reply")
BEFORE_DOUBT = declare_crashpoint("doubt_order.before_commit")
AFTER_DOUBT = declare_crashpoint("doubt_order.after_commit")
AFTER_ANSWER = declare_crashpoint("ask_bank.after_answer")
BEFORE_SAID = declare_crashpoint("take_answers.before_commit")
AFTER_SAID = declare_crashpoint("take_answers.after_commit")

_OPEN_SENDING = """
    INSERT INTO assistance_banksending
        (bank_file_id, number, sha256, line_count, sent_at, closes_at, outcome, note)
    SELECT %s, %s, %s, %s, now.at, now.at + make_interval(secs => %s), 'open', ''
    FROM (SELECT clock_timestamp() AS at) AS now
    RETURNING id, extract(epoch FROM sent_at)::float8
"""
_END_SENDING = """
    UPDATE assistance_banksending
    SET outcome = %s, outcome_at = clock_timestamp(), note = %s
    WHERE id = %s AND outcome IN ('open', 'doubtful')
"""
_CLOSED = """
    SELECT clock_timestamp() >= closes_at FROM assistance_banksending WHERE id = %s
"""
AnswerRows = list[AnswerRow]
_TAKEN = ("paid", "refused", "processing")
_UNSETTLED = (PaymentState.INSTRUCTED, PaymentState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking came to: how many the bank still owes an answer for, in its words."""

    open_count: int
    settled_count: int
    sentence: str


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
    last = BankSending.objects.filter(bank_file_id=bank_file_id).last()
    if last is None:
        return _send(bank_file_id, 1, None, on=on, by=by, run=run)
    if last.outcome == SendingOutcome.OPEN:
        _doubt(last, "发出之后程序中断", on=on, by=by, run=run)
    return "此前已发出，等待银行答复"


def ask_bank(*, batch_id: int, on: date, by: Actor, run: JobRun | None = None) -> Asked:
    """Ask the bank by reference what became of a batch, and apply what it says.

    Paid and refused settle, late returns included. Unknown after the bank's window:
    ordered again. Anything else stays as it is; refuses when the answer contradicts
    the books. Raises Later, in a job, while answers are outstanding.
    """
    batch = Batch.objects.select_related("organisation").get(pk=batch_id)
    can_ask_bank(by, batch).require()
    bank_file = _direct_file(batch)
    # The window is read before the question leaves: an answer is about what was
    # at the bank then, and nothing older may come after it.
    last = BankSending.objects.filter(bank_file=bank_file).last()
    if last is None:
        raise Refusal("这一批还没有发给银行，无从询问。", code="unsent")
    is_closed = _is_closed(last)
    if last.outcome == SendingOutcome.OPEN and is_closed:
        _doubt(last, "受理时限已过，未得答复", on=on, by=by, run=run)
    link = link_of(_account_of(batch))
    references = _sent_references(batch)
    try:
        said = link.ask(batch.number, references)
        crashpoint(AFTER_ANSWER)
        _take(batch, last, said, on=on, by=by, run=run)
    except Unclear as unclear:
        said, sentence = [], str(unclear)
    else:
        sentence = _sentence(said)
    unknown = [each.reference for each in said if each.status == "unknown"]
    if is_closed and unknown:
        sentence = _send_again(batch, last, unknown, on=on, by=by, run=run)
    return _outcome(batch, sentence, len(said), run)


def request_asking(*, batch_id: int, on: date, by: Actor) -> Job:
    """Have the bank asked in the background, with pauses, until it has said all."""
    batch = Batch.objects.select_related("organisation").get(pk=batch_id)
    can_ask_bank(by, batch).require()
    with transaction.atomic():
        job = _enqueue_asking(batch, on)
        record(
            by=by,
            verb="ask_bank",
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes={},
        )
    return job


def _send(
    bank_file_id: int,
    number: int,
    references: Sequence[str] | None,
    *,
    on: date,
    by: Actor,
    run: JobRun | None,
) -> str:
    with transaction.atomic():
        if run is not None:
            run.fence()
        bank_file = (
            BankFile.objects.select_for_update(of=("self",))
            .select_related("batch__round__version__scheme")
            .get(pk=bank_file_id)
        )
        batch = bank_file.batch
        if batch is None or bank_file.sendings.filter(number__gte=number).exists():
            return "此前已发出，等待银行答复"
        account = _account_of(batch)
        order = order_of(batch, number=number, references=references)
        _require_committed(bank_file, order, number)
        sending, sent_at = _open_sending(bank_file, number, order, account)
        BankFile.objects.filter(pk=bank_file.pk).update(state=BankFileState.SENT)
        record(
            by=by,
            verb="send_order",
            subject=bank_file,
            on=on,
            organisation_id=batch.organisation_id,
            changes={"number": number, "lines": order.line_count, "file": order.sha256},
        )
        _enqueue_asking(batch, on)
        crashpoint(BEFORE_SENDING)
    crashpoint(AFTER_SENDING)
    try:
        said = link_of(account).send(Parcel(batch.number, order.content, sent_at))
        crashpoint(AFTER_REPLY)
        _take(batch, sending, said, on=on, by=by, run=run)
    except Unclear as unclear:
        _doubt(sending, str(unclear), on=on, by=by, run=run)
        return f"存疑：{unclear}"
    return _sentence(said)


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


def _send_again(
    batch: Batch,
    last: BankSending,
    unknown: list[str],
    *,
    on: date,
    by: Actor,
    run: JobRun | None,
) -> str:
    """Order once more what the bank does not know, after its window."""
    if last.number >= SENDINGS or last.outcome == SendingOutcome.ANSWERED:
        return f"银行仍查不到 {len(unknown)} 笔；请到银行核实后登记结论"
    with transaction.atomic():
        _end_sending(last, SendingOutcome.UNKNOWN, f"银行查不到 {len(unknown)} 笔")
    return _send(last.bank_file_id, last.number + 1, unknown, on=on, by=by, run=run)


def _take(
    batch: Batch,
    sending: BankSending,
    said: Sequence[Said],
    *,
    on: date,
    by: Actor,
    run: JobRun | None,
) -> None:
    """Apply what the bank said of payments, all of it or nothing."""
    rows = [
        (
            number,
            each.reference,
            each.amount,
            each.status == "paid",
            each.reason,
            "",
        )
        for number, each in enumerate(said, 1)
        if each.status in ("paid", "refused")
    ]
    try:
        with transaction.atomic():
            if run is not None:
                run.fence()
            if rows:
                enter_answer(batch, rows, on=on, by=by)
            if said and all(each.status in _TAKEN for each in said):
                _end_sending(sending, SendingOutcome.ANSWERED, "")
            crashpoint(BEFORE_SAID)
    except Unfit as unfit:
        number, sentence = unfit.problems[0]
        raise Unclear(f"应答第 {number} 行：{sentence}") from unfit
    crashpoint(AFTER_SAID)


def enter_answer(batch: Batch, rows: AnswerRows, *, on: date, by: Actor) -> None:
    """Enter an answer beside the return files and settle by it; once."""
    Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    sha256 = hashlib.sha256(repr(rows).encode()).hexdigest()
    answers = BankFile.objects.filter(direction=FileDirection.IN, sha256=sha256)
    if answers.filter(state=BankFileState.APPLIED).exists():
        return
    entered = BankFile.objects.create(
        direction=FileDirection.IN,
        batch=batch,
        organisation_id=batch.organisation_id,
        layout=DIRECT,
        name=f"YD_{batch.number}.json",
        sha256=sha256,
        path="",
        state=BankFileState.APPLIED,
        line_count=len(rows),
        total=sum((row[2] for row in rows), Decimal(0)),
        on=on,
    )
    told = Answers(rows=rows, key=sha256[:32], document="直联应答", batch=batch.number)
    came_to = settle(answers=told, by=SYSTEM, on=on)
    record(
        by=by,
        verb="take_answer",
        subject=entered,
        on=on,
        organisation_id=batch.organisation_id,
        changes={
            "file": sha256,
            "paid": [came_to.paid_count, came_to.paid_total],
            "returned": [came_to.returned_count, came_to.returned_total],
            "known": came_to.known_count,
        },
    )


def _doubt(
    sending: BankSending, why: str, *, on: date, by: Actor, run: JobRun | None
) -> None:
    """The payments of a sending that may have been paid: instructed → in doubt."""
    with transaction.atomic():
        if run is not None:
            run.fence()
        batch = Batch.objects.select_for_update(of=("self",)).get(
            bank_files=sending.bank_file_id
        )
        moved = Payment.objects.filter(
            year=batch.round.year, batch=batch, state=PaymentState.INSTRUCTED
        ).update(state=PAYMENT.target_of("doubt", PaymentState.INSTRUCTED))
        _end_sending(sending, SendingOutcome.DOUBTFUL, why)
        record(
            by=by,
            verb="doubt_order",
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes={"in_doubt": moved},
            reason=why,
        )
        _enqueue_asking(batch, on)
        crashpoint(BEFORE_DOUBT)
    crashpoint(AFTER_DOUBT)


def _end_sending(sending: BankSending, outcome: SendingOutcome, note: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_END_SENDING, [outcome, note[:200], sending.pk])


def _is_closed(sending: BankSending) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [sending.pk])
        return bool(cursor.fetchone()[0])


def _enqueue_asking(batch: Batch, on: date) -> Job:
    return enqueue(
        kind=ASK_JOB,
        key=f"ask-{batch.pk}",
        arguments={"batch_id": batch.pk, "on": on.isoformat()},
        by=SYSTEM,
        organisation_id=batch.organisation_id,
    )


def _direct_file(batch: Batch) -> BankFile:
    found = batch.bank_files.filter(direction=FileDirection.OUT, layout=DIRECT).first()
    if found is None:
        raise Refusal(
            "这一批是以文件送银行的，银行的答复是回盘文件，不能直接询问。", code="link"
        )
    return found


def _account_of(batch: Batch) -> PayingAccount:
    return PayingAccount.objects.get(organisation=batch.organisation_id)


def _sent_references(batch: Batch) -> list[str]:
    sent = Payment.objects.filter(
        year=batch.round.year, batch=batch, instructed_on__isnull=False
    )
    return list(sent.order_by("id").values_list("reference", flat=True))


def _sentence(said: Sequence[Said]) -> str:
    words = {
        "paid": "已付",
        "refused": "退回",
        "processing": "办理中",
        "unknown": "查无此笔",
        "unable": "银行暂时查不了",
    }
    found = {each: sum(1 for one in said if one.status == each) for each in words}
    return "银行答复：" + "、".join(
        f"{words[status]} {count} 笔" for status, count in found.items() if count
    )


def _outcome(batch: Batch, sentence: str, said: int, run: JobRun | None) -> Asked:
    sent = Payment.objects.filter(year=batch.round.year, batch=batch)
    open_count = sent.filter(state__in=_UNSETTLED).count()
    if open_count and run is not None:
        raise Later(sentence, seconds=PAUSES[min(run.attempt, len(PAUSES)) - 1])
    return Asked(open_count, said, sentence)
