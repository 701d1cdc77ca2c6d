"""What became of the demonstration's messages: most arrived, some people must be called."""

import zlib
from datetime import date

from members.actions.message import record_call
from members.enums import Role
from members.models import Organisation
from unionportal.core.messages.reports import Report, enter_reports
from unionportal.core.models.messages import CallOutcome, Message, MessageState
from unionportal.demo.cast import Cast

MOST = 5_000
LOST = ("用户关机，24 小时内没有送达", "空号", "号码已停机")
EVERY = 60
CALLED = 2


def report_messages(root: Organisation, *, on: date) -> None:
    """Enter the gateway's reports, each once; the first two people were called in vain."""
    below = Organisation.objects.filter(path__startswith=root.path).order_by()
    sent = Message.objects.filter(
        state=MessageState.SENT, organisation_id__in=below.values("pk")
    )
    numbers = list(sent.order_by("id").values_list("pk", flat=True)[:MOST])
    if not numbers:
        return
    enter_reports([_report(number) for number in numbers])
    failed = Message.objects.filter(pk__in=numbers, state=MessageState.FAILED)
    for message in failed.order_by("id")[:CALLED]:
        union = Organisation.objects.get(pk=message.organisation_id)
        record_call(
            message_id=message.pk,
            number=1,
            outcome=CallOutcome.NO_ANSWER,
            note="下班后再打",
            on=on,
            by=Cast(on).holder(Role.MAKER, union),
        )


def _report(number: int) -> Report:
    is_lost = number % EVERY == 0
    reason = LOST[number // EVERY % len(LOST)] if is_lost else ""
    return Report(number, number, is_delivered=not is_lost, reason=reason)


def shop_photo() -> bytes:
    """A picture that stands for a photo: a red shop sign over a grey wall."""
    width, height = 160, 120
    rows = [
        b"\0" + (b"\xb5\x12\x1b" if 20 < y < 50 else b"\xc8\xcc\xd2") * width
        for y in range(height)
    ]
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check
