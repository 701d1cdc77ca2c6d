"""Messages in the portal (站内信): a person reads them there, sent by phone or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from unionportal.core.messages.wordings import fill, template_of
from unionportal.core.models.messages import Message

UNREAD_AT_MOST = 99


@dataclass(frozen=True, slots=True)
class PortalNote:
    """A message as its person sees it in the portal, whether or not it was sent."""

    message_id: int
    at: datetime
    text: str
    about: tuple[str, int]
    is_read: bool

    @property
    def pk(self) -> int:
        """The number pages go on from."""
        return self.message_id


def messages_to(person_id: int) -> QuerySet[Message]:
    """A person's messages, latest first."""
    return Message.objects.filter(person_id=person_id).order_by("-id")


def messages_of(person_id: int, *, limit: int = 50) -> list[PortalNote]:
    """Return a person's messages, latest first."""
    return notes_of(messages_to(person_id)[:limit])


def notes_of(messages: Sequence[Message] | QuerySet[Message]) -> list[PortalNote]:
    """Messages as they are read."""
    return [
        PortalNote(
            message.pk,
            message.created_at,
            message_text(message),
            (message.about_kind, message.about_id),
            message.read_at is not None,
        )
        for message in messages
    ]


def message_text(message: Message) -> str:
    """Return the words of a message: those sent, else those that were shipped."""
    if message.text:
        return message.text
    try:
        return fill(template_of(message.template).text, message.context)
    except KeyError:
        return "有一件事有了进展，请到“首页”查看。"


def unread_count(person_id: int) -> int:
    """How many a person has not read, counted up to 99."""
    unread = Message.objects.filter(person_id=person_id, read_at=None)
    return len(unread.order_by().values_list("pk")[:UNREAD_AT_MOST])


def mark_read(person_id: int, message_id: int | None = None) -> int:
    """Note that a person has read one message of his, or all; return how many."""
    unread = Message.objects.filter(person_id=person_id, read_at=None)
    if message_id is not None:
        unread = unread.filter(pk=message_id)
    return unread.update(read_at=Now())
