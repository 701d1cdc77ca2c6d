"""What a bank says over the direct link, entered beside the return files; once.

All of an answer is applied or nothing. Paid and refused settle like a return file, late
returns included; whatever else it says leaves a payment where it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from assistance.actions.settlements import Answers, Unfit, settle
from assistance.enums import BankFileState, FileDirection, SendingOutcome
from assistance.models import BankFile, BankSending, Batch
from assistance.rules.banks.direct import DIRECT, Said, Unclear
from assistance.rules.banks.reading import AnswerRow
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun

BEFORE_SAID = declare_crashpoint("take_answers.before_commit")
AFTER_SAID = declare_crashpoint("take_answers.after_commit")

TAKEN = ("paid", "refused", "processing")
_SETTLING = ("paid", "refused")
_WORDS = {
    "paid": "已付",
    "refused": "退回",
    "processing": "办理中",
    "unknown": "查无此笔",
    "unable": "银行暂时查不了",
}
_END_SENDING = """
    UPDATE assistance_banksending
    SET outcome = %s, outcome_at = clock_timestamp(), note = %s
    WHERE id = %s AND outcome IN ('open', 'doubtful')
"""
AnswerRows = list[AnswerRow]


@dataclass(frozen=True, slots=True)
class Turn:
    """One go at the bank: on which business day, for whom, and in which job's run."""

    on: date
    by: Actor
    run: JobRun | None = None

    def fence(self) -> None:
        """Call first in each transaction: a run that was overtaken writes nothing."""
        if self.run is not None:
            self.run.fence()


def rows_of(said: Sequence[Said]) -> AnswerRows:
    """The answers that settle, as lines of a return file."""
    return [
        (
            number,
            each.reference,
            each.amount,
            each.status == "paid",
            each.reason,
            each.tail,
        )
        for number, each in enumerate(said, 1)
        if each.status in _SETTLING
    ]


def take_answers(
    batch: Batch, sending: BankSending | None, said: Sequence[Said], turn: Turn
) -> None:
    """Apply what the bank said of payments, all of it or nothing.

    With the sending it answers, that ends where the answer says of each what became
    of it.

    Raises Unclear, naming the line, when the answer contradicts the books.
    """
    try:
        _apply(batch, sending, said, turn)
    except Unfit as unfit:
        number, sentence = unfit.problems[0]
        raise Unclear(f"应答第 {number} 行：{sentence}") from unfit


def _apply(
    batch: Batch, sending: BankSending | None, said: Sequence[Said], turn: Turn
) -> None:
    rows = rows_of(said)
    with transaction.atomic():
        turn.fence()
        if rows:
            enter_answer(batch, rows, on=turn.on, by=turn.by)
        if sending and said and all(each.status in TAKEN for each in said):
            end_sending(sending, SendingOutcome.ANSWERED, "")
        crashpoint(BEFORE_SAID)
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
            "told": entered.told,
            "paid": [came_to.paid_count, came_to.paid_total],
            "returned": [came_to.returned_count, came_to.returned_total],
            "known": came_to.known_count,
        },
    )


def end_sending(sending: BankSending, outcome: SendingOutcome, note: str) -> None:
    """Enter how a sending ended, on the database's clock; an end is never changed."""
    with connection.cursor() as cursor:
        cursor.execute(_END_SENDING, [outcome, note[:200], sending.pk])


def in_words(said: Sequence[Said]) -> str:
    """Say to a person what the bank answered."""
    found = {each: sum(1 for one in said if one.status == each) for each in _WORDS}
    return "银行答复：" + "、".join(
        f"{_WORDS[status]} {count} 笔" for status, count in found.items() if count
    )
