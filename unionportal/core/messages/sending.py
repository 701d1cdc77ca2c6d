"""The sender: what is queued goes out in chunks, each marked before anything leaves."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from unionportal.core.jobs import JobRun, Later
from unionportal.core.messages import (
    SEND_JOB,
    SmsBackend,
    SmsInDoubt,
    SmsRefused,
    address_book,
)
from unionportal.core.messages.pace import Pace
from unionportal.core.messages.wordings import Wordings, urgent_templates
from unionportal.core.models.messages import Message, MessageState
from unionportal.core.secrets import blind_index_many

CHUNK = 50
UNKNOWN = "发送过程中断，对方是否收到不明，请电话告知。"

logger = logging.getLogger(__name__)

_CLAIM = """
    UPDATE core_message SET state = 'sending', attempt_count = attempt_count + 1,
        not_before = NULL, sender_job_id = %s, sender_token = %s
    WHERE id IN (
        SELECT id FROM core_message WHERE state = 'queued' AND id > %s
            AND (not_before IS NULL OR not_before <= %s)
            AND (%s OR template = ANY(%s))
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    )
"""

_IN_DOUBT = """
    UPDATE core_message m SET state = 'failed', reason = %s,
        sender_job_id = NULL, sender_token = NULL
    WHERE m.state = 'sending' AND NOT EXISTS (
        SELECT 1 FROM core_job j
        WHERE j.id = m.sender_job_id AND j.token = m.sender_token
            AND j.state = 'running'
    )
"""

_WRITE = """
    UPDATE core_message m SET state = o.state, text = o.text, reason = o.reason,
        sent_at = CASE WHEN o.state = 'sent' THEN clock_timestamp() END,
        not_before = o.not_before, phone_index = o.phone_index,
        attempt_count = m.attempt_count - CASE WHEN o.was_tried THEN 0 ELSE 1 END,
        sender_job_id = NULL, sender_token = NULL
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
            %s::text[], %s::boolean[])
        AS o (id, state, text, reason, not_before, phone_index, was_tried)
    WHERE m.id = o.id AND m.state = 'sending' AND m.sender_token = %s
"""

# The rest is one job's: who finds another already waiting for it may end.
_NEXT = """
    SELECT rest.due FROM (
        SELECT min(COALESCE(not_before, %s)) AS due FROM core_message
        WHERE state = 'queued'
    ) AS rest
    WHERE rest.due IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM core_job AS job
        WHERE job.kind = %s AND job.state = 'queued' AND job.id <> %s
            AND job.due_at <= greatest(rest.due, %s) + interval '1 minute'
    )
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the sending of one message went, or until when it waits untried."""

    message_id: int
    state: MessageState
    text: str = ""
    reason: str = ""
    not_before: datetime | None = None
    phone_index: str = ""
    was_tried: bool = True


def send_messages(
    run: JobRun, *, at: datetime, stopwatch: Callable[[], float] = time.monotonic
) -> dict[str, Any]:
    """Send what is queued, in chunks; the handler of ``core.send_messages``.

    A chunk is marked before anything leaves and its outcome is written after. What a
    dead sender left in between is in doubt, and is failed instead of sent twice. What
    has to wait, for the morning, the next day or the provider, stays queued, and the
    job is run again then. `stopwatch` tells how long the run takes: what it has not
    sent when the night begins waits too.
    """
    _fail_what_is_in_doubt(run)
    pace = Pace.begin(at)
    sender = _Sender(pace, stopwatch)
    sent, last = 0, 0
    while messages := _claim_chunk(run, pace, after=last):
        outcomes = sender.send(run, messages)
        _write_outcomes(run, outcomes)
        gone = sum(each.state == MessageState.SENT for each in outcomes)
        sent += gone
        last = messages[-1].pk
        run.advance(done=sent)
        if not gone and any(each.not_before and each.was_tried for each in outcomes):
            break  # the provider is not there: do not run through the whole queue
    _come_back_for_the_rest(run, pace)
    return {"sent": sent}


def _come_back_for_the_rest(run: JobRun, pace: Pace) -> None:
    morning = pace.quiet_until or pace.at
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [morning, SEND_JOB, run.job_id, morning])
        row = cursor.fetchone()
    if row is None:
        return
    seconds = (max(row[0], morning) - pace.at).total_seconds()
    raise Later(_("还有短信要稍后发送。"), seconds=max(seconds, 1.0))


def _fail_what_is_in_doubt(run: JobRun) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(_IN_DOUBT, [UNKNOWN])


def _claim_chunk(run: JobRun, pace: Pace, *, after: int) -> list[Message]:
    values: list[Any] = [run.job_id, run.token, after, pace.at]
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(
            _CLAIM, [*values, not pace.is_quiet, list(urgent_templates()), CHUNK]
        )
    return list(
        Message.objects.filter(
            state=MessageState.SENDING, sender_job_id=run.job_id, sender_token=run.token
        ).order_by("id")
    )


class _Sender:
    """Sends chunks through one back end, in the words in force."""

    def __init__(self, pace: Pace, stopwatch: Callable[[], float]) -> None:
        self.pace = pace
        self.begun_at, self.begun, self.stopwatch = pace.at, stopwatch(), stopwatch
        self.book = address_book()
        self.words = Wordings(self.book.lineage)
        self.backend: SmsBackend = import_string(settings.SMS_BACKEND)()

    def send(self, run: JobRun, messages: Sequence[Message]) -> list[Outcome]:
        """Send one after the other, until all are or the job is another's."""
        phones = self.book.phones([message.person_id for message in messages])
        indexes = dict(
            zip(phones, blind_index_many(phones.values(), kind="phone"), strict=True)
        )
        counts = self.pace.counts_of(list(indexes.values()))
        allowed = self._allowed(messages)
        self.words.prepare(message.organisation_id for message in messages)
        outcomes: list[Outcome] = []
        for message in messages:
            if run.heartbeat.lost.is_set():
                break
            taken = timedelta(seconds=self.stopwatch() - self.begun)
            self.pace.move_to(self.begun_at + taken)
            index = indexes.get(message.person_id, "")
            phone = phones.get(message.person_id, "")
            if message.pk not in allowed:
                reason = _("本人已撤回短信同意，只在站内告知。")
                found = Outcome(message.pk, MessageState.PORTAL, reason=reason)
            elif self._is_over(message, counts.get(index, 0)):
                found = _waits(message, self.pace.tomorrow)
            elif self.pace.quiet_until and not self._is_urgent(message):
                found = _waits(message, self.pace.quiet_until)
            else:
                found = self._send(message, phone, index)
            if found.state == MessageState.SENT:
                counts[index] = counts.get(index, 0) + 1
                self.pace.sent_today += 1
            outcomes.append(found)
        return outcomes

    def _allowed(self, messages: Sequence[Message]) -> set[int]:
        by_purpose: dict[str, list[Message]] = {}
        for message in messages:
            purpose = self.words.shipped(message.template).purpose
            by_purpose.setdefault(purpose, []).append(message)
        return {
            message.pk
            for purpose, asked in by_purpose.items()
            for willing in [
                set(self.book.may_text([each.person_id for each in asked], purpose))
            ]
            for message in asked
            if message.person_id in willing
        }

    def _is_urgent(self, message: Message) -> bool:
        return self.words.shipped(message.template).is_urgent

    def _is_over(self, message: Message, to_phone: int) -> bool:
        if self._is_urgent(message):
            return False
        limit: int = settings.SMS_PER_PHONE_PER_DAY
        return self.pace.is_spent or (bool(limit) and to_phone >= limit)

    def _send(self, message: Message, phone: str, index: str) -> Outcome:
        try:
            text = self.words.text_of(
                message.template, message.organisation_id, message.context
            )
        except KeyError as missing:
            reason = _("短信模板的填空没有内容：%s，请电话告知。") % missing
            return _failed(message, "", reason)
        if not phone:
            return _failed(message, text, _("没有登记手机号，请电话或上门告知。"))
        try:
            self.backend.send(phone, text, reference=message.reference)
        except SmsRefused as refused:
            return _failed(message, text, str(refused)[:200])
        except SmsInDoubt:
            return _failed(message, text, UNKNOWN)
        except Exception as error:  # noqa: BLE001 - a provider may fail in any way
            logger.warning("message %s not sent: %s", message.pk, type(error).__name__)
            return self._again_or_never(message, text)
        return Outcome(message.pk, MessageState.SENT, text, phone_index=index)

    def _again_or_never(self, message: Message, text: str) -> Outcome:
        due = self.pace.retry_at(message.attempt_count)
        if due is not None:
            return Outcome(message.pk, MessageState.QUEUED, not_before=due)
        return _failed(message, text, _("短信通道多次连接失败，请电话告知。"))


def _waits(message: Message, until: datetime) -> Outcome:
    return Outcome(message.pk, MessageState.QUEUED, not_before=until, was_tried=False)


def _failed(message: Message, text: str, reason: str) -> Outcome:
    return Outcome(message.pk, MessageState.FAILED, text, reason)


def _write_outcomes(run: JobRun, outcomes: Sequence[Outcome]) -> None:
    values: list[Any] = [
        [each.message_id for each in outcomes],
        [str(each.state) for each in outcomes],
        [each.text for each in outcomes],
        [each.reason for each in outcomes],
        [each.not_before for each in outcomes],
        [each.phone_index for each in outcomes],
        [each.was_tried for each in outcomes],
        run.token,
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(_WRITE, values)
