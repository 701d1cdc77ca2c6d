"""Messages to workers: written down with their cause, sent by a job, each once.

A message says that something happened and where to look; never an illness, a kind of
aid or an amount. What could not be sent, and what was in doubt when a sender died,
ends as failed with a reason: staff call these people (the call list).
"""

import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connection

from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue
from unionportal.core.masks import mask_phone
from unionportal.core.models.messages import Message

SEND_JOB = "core.send_messages"
TEMPLATE_NAME = re.compile(r"^[a-z]+/notices/[a-z_]+\.txt$")

logger = logging.getLogger(__name__)


class SmsRefused(Exception):  # noqa: N818 - the provider's answer, not a fault
    """The provider will not send this message; ``str()`` is the reason, in Chinese."""


class SmsInDoubt(Exception):  # noqa: N818 - nobody knows, which is no fault of ours
    """The provider may have taken the message and did not say so; it is not repeated."""


class SmsBackend(Protocol):
    """One way to send a text message."""

    def send(self, phone: str, text: str, *, reference: str = "") -> None:
        """Send; raise SmsRefused for good, SmsInDoubt, or anything else for now.

        A provider that is handed the same reference again sends nothing again.
        """


class ConsoleBackend:
    """Shows messages in the log instead of sending them, with masked numbers."""

    def send(self, phone: str, text: str, *, reference: str = "") -> None:
        """Write one line to the log."""
        del reference
        logger.info("短信 %s %s", mask_phone(phone), text)


class FileBackend:
    """Appends messages to ``settings.SMS_FILE``, one line each; for trials."""

    def send(self, phone: str, text: str, *, reference: str = "") -> None:
        """Append one line."""
        del reference
        path = Path(settings.SMS_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{phone}\t{text}\n")


# --- whom a number stands for, which an app knows


def _nobody(person_ids: Sequence[int]) -> Mapping[int, str]:
    del person_ids
    return {}


def _everybody(person_ids: Sequence[int], purpose: str) -> Collection[int]:
    del purpose
    return person_ids


def _no_line(organisation_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    del organisation_ids
    return {}


@dataclass(frozen=True, slots=True)
class AddressBook:
    """What an app knows of people and unions, asked for many at once.

    ``phones``: numbers by person. ``may_text``: of these people, who has not withdrawn
    the consent to be texted for a purpose. ``lineage``: a union and those above it, the
    nearest first.
    """

    phones: Callable[[Sequence[int]], Mapping[int, str]] = _nobody
    may_text: Callable[[Sequence[int], str], Collection[int]] = _everybody
    lineage: Callable[[Sequence[int]], Mapping[int, Sequence[int]]] = _no_line


_books: list[AddressBook] = []


def register_address_book(book: AddressBook) -> AddressBook:
    """Register how people are reached; once, in ``AppConfig.ready()``."""
    if _books:
        raise ValueError("address book registered twice")
    _books.append(book)
    return book


def address_book() -> AddressBook:
    """Return the book; without one nobody has a number."""
    return _books[0] if _books else AddressBook()


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
        enqueue_sending()
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
        enqueue_sending()
    return count


def check_template_name(template: str) -> None:
    """Refuse a text that does not stand among an app's notices; a program's fault."""
    if not TEMPLATE_NAME.match(template):
        raise ValueError(f"not a notice template: {template}")


def enqueue_sending() -> None:
    """One job for each transaction.

    A job already running may have looked before this transaction commits, so the key
    is the transaction's number.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        number = cursor.fetchone()[0]
    enqueue(kind=SEND_JOB, key=number, arguments={}, by=SYSTEM)
