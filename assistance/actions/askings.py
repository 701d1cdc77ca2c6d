"""Asking the bank by reference what became of payments, until it has said all.

Only when the bank's window has passed and the bank, asked after that, does not know a
payment, it is ordered again (ADR 0015). What it cannot say, two officers decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from assistance.actions.bank_answers import (
    TAKEN,
    Turn,
    end_sending,
    in_words,
    take_answers,
)
from assistance.actions.bank_links import link_of
from assistance.actions.sendings import (
    UNSETTLED,
    account_of,
    doubt,
    enqueue_asking,
    is_decision_pending,
    send,
)
from assistance.enums import FileDirection, SendingOutcome
from assistance.models import BankFile, BankSending, Batch, Payment
from assistance.permissions.doubts import can_ask_bank
from assistance.rules.banks.direct import DIRECT, Said, Unclear
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, Later
from unionportal.core.models.jobs import Job

SENDINGS = 3  # after so many that the bank did not know, officers look into it
# Seconds between two questions; the last pause is kept until the bank has said all.
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
AFTER_ANSWER = declare_crashpoint("ask_bank.after_answer")

_CLOSED = """
    SELECT clock_timestamp() >= closes_at FROM assistance_banksending WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking came to: how many the bank still owes an answer for, in its words."""

    open_count: int
    settled_count: int
    sentence: str


def ask_bank(*, batch_id: int, on: date, by: Actor, run: JobRun | None = None) -> Asked:
    """Ask the bank by reference what became of a batch, and apply what it says.

    Paid and refused settle, late returns included. Unknown after the bank's window:
    ordered again. What the bank cannot say after its window is in doubt; anything else
    stays as it is, also when the answer contradicts the books. Raises Later, in a job,
    while answers are outstanding.
    """
    turn = Turn(on, by, run)
    batch = Batch.objects.select_related("organisation").get(pk=batch_id)
    can_ask_bank(by, batch).require()
    bank_file = _direct_file(batch)
    # The window is read before the question leaves: an answer is about what was
    # at the bank then, and nothing older may come after it.
    last = BankSending.objects.filter(bank_file=bank_file).last()
    if last is None:
        raise Refusal("这一批还没有发给银行，无从询问。", code="unsent")
    is_closed = _is_closed(last)
    said, sentence = _ask(batch, last, turn)
    if is_closed and not (said and all(each.status in TAKEN for each in said)):
        doubt(last, "受理时限已过，银行没有说明结果", turn)
        unknown = [each.reference for each in said if each.status == "unknown"]
        sentence = _send_again(batch, last, unknown, turn) or sentence
    return _outcome(batch, sentence, len(said), run)


def request_asking(*, batch_id: int, on: date, by: Actor) -> Job:
    """Have the bank asked in the background, with pauses, until it has said all."""
    batch = Batch.objects.select_related("organisation").get(pk=batch_id)
    can_ask_bank(by, batch).require()
    with transaction.atomic():
        job = enqueue_asking(batch, on)
        record(
            by=by,
            verb="ask_bank",
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes={},
        )
    return job


def _ask(batch: Batch, last: BankSending, turn: Turn) -> tuple[Sequence[Said], str]:
    """One question and its answer, applied; nothing where it makes no sense."""
    try:
        said = link_of(account_of(batch)).ask(batch.number, _sent_references(batch))
        crashpoint(AFTER_ANSWER)
        take_answers(batch, last, said, turn)
    except Unclear as unclear:
        return [], str(unclear)
    return said, in_words(said)


def _send_again(
    batch: Batch, last: BankSending, unknown: Sequence[str], turn: Turn
) -> str:
    """Order once more what the bank does not know, after its window."""
    owed = Payment.objects.filter(
        year=batch.round.year, batch=batch, state__in=UNSETTLED, reference__in=unknown
    )
    count = owed.count() if unknown else 0
    if not count:
        return ""
    if last.number >= SENDINGS or last.outcome == SendingOutcome.ANSWERED:
        return f"银行仍查不到 {count} 笔；请到银行核实后登记结论"
    if is_decision_pending(batch):
        return f"银行查不到 {count} 笔；核实结论正等待第二人确认，不再自动发送"
    if not account_of(batch).is_idempotent:
        return (
            f"银行查不到 {count} 笔；这家银行对重复的指令会再付一次，不自动再发，"
            "请到银行核实后登记结论"
        )
    with transaction.atomic():
        end_sending(last, SendingOutcome.UNKNOWN, f"银行查不到 {count} 笔")
    return send(last.bank_file_id, last.number + 1, unknown, turn)


def _is_closed(sending: BankSending) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [sending.pk])
        return bool(cursor.fetchone()[0])


def _direct_file(batch: Batch) -> BankFile:
    found = batch.bank_files.filter(direction=FileDirection.OUT, layout=DIRECT).first()
    if found is None:
        raise Refusal(
            "这一批是以文件送银行的，银行的答复是回盘文件，不能直接询问。", code="link"
        )
    return found


def _sent_references(batch: Batch) -> list[str]:
    sent = Payment.objects.filter(
        year=batch.round.year, batch=batch, instructed_on__isnull=False
    )
    return list(sent.order_by("id").values_list("reference", flat=True))


def _outcome(batch: Batch, sentence: str, said: int, run: JobRun | None) -> Asked:
    sent = Payment.objects.filter(year=batch.round.year, batch=batch)
    open_count = sent.filter(state__in=UNSETTLED).count()
    if open_count and run is not None:
        raise Later(sentence, seconds=PAUSES[min(run.attempt, len(PAUSES)) - 1])
    return Asked(open_count, said, sentence)
