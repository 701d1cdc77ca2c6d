"""Messages to workers: written down with their cause, sent by a job, each once.

A message says that something happened and where to look; never an illness, a kind of
aid or an amount. What could not be sent, and what was in doubt when a sender died,
ends as failed with a reason: staff call these people (the call list).
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.masks import mask_phone
from unionportal.core.models.messages import MESSAGE, Message, MessageState

SEND_JOB = "core.send_messages"
CHUNK = 50
TRY_LIMIT = 3
TEMPLATE_NAME = re.compile(r"^[a-z]+/notices/[a-z_]+\.txt$")

logger = logging.getLogger(__name__)

PhoneBook = Callable[[Sequence[int]], Mapping[int, str]]
_phone_books: list[PhoneBook] = []


class SmsRefused(Exception):  # noqa: N818 - the provider's answer, not a fault
    """The provider will not send this message; ``str()`` is the reason, in Chinese."""


class SmsBackend(Protocol):
    """One way to send a text message."""

    def send(self, phone: str, text: str) -> None:
        """Send, or raise SmsRefused for good, or anything else for now."""


class ConsoleBackend:
    """Shows messages in the log instead of sending them, with masked numbers."""

    def send(self, phone: str, text: str) -> None:
        """Write one line to the log."""
        logger.info("短信 %s %s", mask_phone(phone), text)


class FileBackend:
    """Appends messages to ``settings.SMS_FILE``, one line each; for trials."""

    def send(self, phone: str, text: str) -> None:
        """Append one line."""
        path = Path(settings.SMS_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{phone}\t{text}\n")


def register_phone_book(book: PhoneBook) -> PhoneBook:
    """Register how numbers are found for person ids; once, in ``AppConfig.ready()``."""
    if _phone_books:
        raise ValueError("phone book registered twice")
    _phone_books.append(book)
    return book


# --- writing messages down


def queue_message(
    *,
    person_id: int,
    template: str,
    context: Mapping[str, Any],
    about: tuple[str, int],
    key: str,
    organisation_id: int | None = None,
) -> Message:
    """Write a message into the transaction of its cause.

    ``template`` is ``<app>/notices/<name>.txt``. The same key again returns the first
    message and sends nothing.
    """
    check_template_name(template)
    message, created = Message.objects.get_or_create(
        key=key,
        defaults={
            "person_id": person_id,
            "template": template,
            "context": dict(context),
            "about_kind": about[0],
            "about_id": about[1],
            "organisation_id": organisation_id,
        },
    )
    if created:
        _enqueue_sending()
    return message


def queue_messages_from_sql(
    *, template: str, select: str, params: Sequence[Any]
) -> int:
    """Write many messages with one statement; return how many were new.

    ``select`` is our own SQL that yields (key, person_id, about_kind, about_id,
    organisation_id, context as jsonb). Keys already used are left out.
    """
    check_template_name(template)
    statement = f"""
        INSERT INTO core_message (key, person_id, about_kind, about_id,
            organisation_id, context, template, state, text, reason, attempt_count)
        SELECT s.key, s.person_id, s.about_kind, s.about_id, s.organisation_id,
            s.context, %s, 'queued', '', '', 0
        FROM ({select}) AS s
            (key, person_id, about_kind, about_id, organisation_id, context)
        ON CONFLICT (key) DO NOTHING
    """  # noqa: S608 - the caller's own statement, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, [template, *params])
        count = int(cursor.rowcount)
    if count:
        _enqueue_sending()
    return count


def check_template_name(template: str) -> None:
    """Refuse a text that does not stand among an app's notices; a program's fault."""
    if not TEMPLATE_NAME.match(template):
        raise ValueError(f"not a notice template: {template}")


def _enqueue_sending() -> None:
    """One job for each transaction.

    A job already running may have looked before this transaction commits, so the key
    is the transaction's number.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        number = cursor.fetchone()[0]
    enqueue(kind=SEND_JOB, key=number, arguments={}, by=SYSTEM)


# --- sending


_CLAIM = """
    UPDATE core_message SET state = 'sending', attempt_count = attempt_count + 1,
        sender_job_id = %s, sender_token = %s
    WHERE id IN (
        SELECT id FROM core_message WHERE state = 'queued' AND id > %s
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the sending of one message went."""

    message_id: int
    state: MessageState
    text: str
    reason: str = ""


def send_messages(run: JobRun) -> dict[str, Any]:
    """Send what is queued, in chunks; the handler of ``core.send_messages``.

    A chunk is marked before anything leaves and its outcome is written after. What a
    dead sender left in between is in doubt, and is failed instead of sent twice. What
    the provider did not take stays queued; then the job is run again a little later.
    """
    _fail_what_is_in_doubt(run)
    sent, postponed, last = 0, 0, 0
    while messages := _claim_chunk(run, after=last):
        outcomes = _send_chunk(run, messages)
        _write_outcomes(run, outcomes)
        states = [outcome.state for outcome in outcomes]
        sent += states.count(MessageState.SENT)
        postponed += states.count(MessageState.QUEUED)
        last = messages[-1].pk
        run.advance(done=sent)
        if MessageState.QUEUED in states and MessageState.SENT not in states:
            break
    if postponed:
        raise ConnectionError(f"{postponed} text messages could not be handed over")
    return {"sent": sent}


def _fail_what_is_in_doubt(run: JobRun) -> None:
    reason = _("发送过程中断，对方是否收到不明，请电话告知。")
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(_IN_DOUBT, [reason])


def _claim_chunk(run: JobRun, *, after: int) -> list[Message]:
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(_CLAIM, [run.job_id, run.token, after, CHUNK])
    return list(
        Message.objects.filter(
            state=MessageState.SENDING, sender_job_id=run.job_id, sender_token=run.token
        ).order_by("id")
    )


def _send_chunk(run: JobRun, messages: Sequence[Message]) -> list[Outcome]:
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    book = _phone_books[0] if _phone_books else _no_phones
    phones = book([message.person_id for message in messages])
    outcomes = []
    for message in messages:
        if run.heartbeat.lost.is_set():
            break
        outcomes.append(_send(message, phones.get(message.person_id, ""), backend))
    return outcomes


def _no_phones(person_ids: Sequence[int]) -> Mapping[int, str]:
    return {}


def _send(message: Message, phone: str, backend: SmsBackend) -> Outcome:
    text = message_text(message)
    if not phone:
        reason = _("没有登记手机号，请电话或上门告知。")
        return Outcome(message.pk, MessageState.FAILED, text, reason)
    try:
        backend.send(phone, text)
    except SmsRefused as refused:
        return Outcome(message.pk, MessageState.FAILED, text, str(refused)[:200])
    except Exception as error:  # noqa: BLE001 - a provider may fail in any way
        logger.warning("message %s not sent: %s", message.pk, type(error).__name__)
        return _again_or_never(message, text)
    return Outcome(message.pk, MessageState.SENT, text)


def _again_or_never(message: Message, text: str) -> Outcome:
    if message.attempt_count < TRY_LIMIT:
        return Outcome(message.pk, MessageState.QUEUED, "")
    reason = _("短信通道多次连接失败，请电话告知。")
    return Outcome(message.pk, MessageState.FAILED, text, reason)


def _write_outcomes(run: JobRun, outcomes: Sequence[Outcome]) -> None:
    statement = """
        UPDATE core_message m SET state = o.state, text = o.text, reason = o.reason,
            sent_at = CASE WHEN o.state = 'sent' THEN clock_timestamp() END,
            sender_job_id = NULL, sender_token = NULL
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
            AS o (id, state, text, reason)
        WHERE m.id = o.id AND m.state = 'sending' AND m.sender_token = %s
    """
    with transaction.atomic(), connection.cursor() as cursor:
        run.fence()
        cursor.execute(
            statement,
            [
                [outcome.message_id for outcome in outcomes],
                [str(outcome.state) for outcome in outcomes],
                [outcome.text for outcome in outcomes],
                [outcome.reason for outcome in outcomes],
                run.token,
            ],
        )


# --- reading


@dataclass(frozen=True, slots=True)
class PortalNote:
    """A message as its person sees it in the portal, whether or not it was sent."""

    message_id: int
    at: datetime
    text: str
    about: tuple[str, int]


def messages_of(person_id: int, *, limit: int = 50) -> list[PortalNote]:
    """Return a person's messages, latest first."""
    found = Message.objects.filter(person_id=person_id).order_by("-id")[:limit]
    return [
        PortalNote(
            message.pk,
            message.created_at,
            message_text(message),
            (message.about_kind, message.about_id),
        )
        for message in found
    ]


def message_text(message: Message) -> str:
    """Return the words of a message: those sent, else those that will be."""
    if message.text:
        return message.text
    return render_to_string(message.template, message.context).strip()


def call_list(organisation_ids: QuerySet[Any] | Sequence[int]) -> QuerySet[Message]:
    """Return messages that failed for unions: people to be called, oldest first."""
    return Message.objects.filter(
        state=MessageState.FAILED, organisation_id__in=organisation_ids
    ).order_by("id")


def mark_called(*, message_id: int, by: Actor, on: date, note: str) -> Message:
    """Take a person off the call list once he was told by telephone.

    From failed to called; the entry keeps who called and what was said. Refuses a
    message that is not on the list.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        before = message.state
        message.state = MESSAGE.target_of("call", before)
        message.save(update_fields=["state"])
        record(
            by=by,
            verb="call_person",
            subject=message,
            on=on,
            organisation_id=message.organisation_id,
            changes={"state": [before, message.state]},
            reason=note,
        )
    return message
