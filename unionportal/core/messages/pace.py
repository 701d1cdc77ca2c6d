"""How fast and when: quiet hours at night, so many a day to one phone and in all."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

# After a failed connection: minutes until a message is tried again. Then it is failed.
PAUSES = (1, 5, 30, 120)


def quiet_hours(text: str) -> tuple[time, time] | None:
    """Read ``21:00-08:00``; nothing when there are none."""
    if not text.strip():
        return None
    try:
        first, last = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"SMS_QUIET_HOURS 应写作 21:00-08:00，写的是“{text}”。"
        ) from error
    return first, last


def quiet_until(at: datetime, text: str) -> datetime | None:
    """The end of the quiet hours a moment lies in; nothing outside of them.

    The first minute is quiet, the last is not: at 08:00 sending begins.
    """
    hours = quiet_hours(text)
    if hours is None:
        return None
    first, last = hours
    now = at.time().replace(tzinfo=None)
    over_midnight = first > last
    is_quiet = now >= first or now < last if over_midnight else first <= now < last
    if not is_quiet:
        return None
    day = at.date() + timedelta(days=1 if over_midnight and now >= first else 0)
    return datetime.combine(day, last, tzinfo=at.tzinfo)


_TODAY = "SELECT count(*) FROM core_message WHERE sent_at >= %s"
_TODAY_BY_PHONE = """
    SELECT phone_index, count(*) FROM core_message
    WHERE sent_at >= %s AND phone_index = ANY(%s) GROUP BY phone_index
"""


@dataclass(slots=True)
class Pace:
    """What one run of the sender may still send, at a moment of the business clock."""

    at: datetime
    quiet_until: datetime | None
    sent_today: int

    @classmethod
    def begin(cls, at: datetime) -> "Pace":
        """Read the hour, and how many went out since midnight."""
        with connection.cursor() as cursor:
            cursor.execute(_TODAY, [_midnight(at)])
            sent = int(cursor.fetchone()[0])
        return cls(at, quiet_until(at, settings.SMS_QUIET_HOURS), sent)

    def move_to(self, at: datetime) -> None:
        """Read the hour again: a long run may reach into the night, or the next day."""
        if at.date() != self.at.date():
            self.sent_today = 0
        self.at, self.quiet_until = at, quiet_until(at, settings.SMS_QUIET_HOURS)

    @property
    def is_quiet(self) -> bool:
        """Whether only what is urgent may go out."""
        return self.quiet_until is not None

    @property
    def is_spent(self) -> bool:
        """Whether the day's number is used up; 0 in the settings means no limit."""
        limit: int = settings.SMS_PER_DAY
        return bool(limit) and self.sent_today >= limit

    def counts_of(self, phone_indexes: list[str]) -> dict[str, int]:
        """How many each of these phones was sent since midnight."""
        with connection.cursor() as cursor:
            cursor.execute(_TODAY_BY_PHONE, [_midnight(self.at), phone_indexes])
            return {index: int(count) for index, count in cursor.fetchall()}

    @property
    def tomorrow(self) -> datetime:
        """When what is over today's number goes out: at the end of the next night."""
        hours = quiet_hours(settings.SMS_QUIET_HOURS)
        morning = hours[1] if hours else time(8)
        day = self.at.date() + timedelta(days=1)
        return datetime.combine(day, morning, tzinfo=self.at.tzinfo)

    def retry_at(self, attempt: int) -> datetime | None:
        """When to try again after so many attempts; nothing after the last."""
        if attempt > len(PAUSES):
            return None
        return self.at + timedelta(minutes=PAUSES[attempt - 1])


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(0), tzinfo=at.tzinfo)
