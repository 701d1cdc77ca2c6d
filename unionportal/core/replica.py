"""Reports read from a streaming replica; nothing that decides ever does.

While a page named in ``settings.REPLICA_PAGES`` is being answered, the ORM reads from
the alias ``replica``, and every write through it is refused. Who the visitor is, and
what he may see, is asked of the primary as long as it answers: a right that was taken
away a second ago must not linger on a copy. Actions, jobs, the API and every other page
never see the replica: without the mark the router names no alias at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, models
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from unionportal.core.errors import Refusal

PRIMARY, REPLICA = "default", "replica"
READING_METHODS = frozenset({"GET", "HEAD"})
IDENTITY = frozenset(
    {
        *("sessions.session", "usersessions.usersession"),
        *("members.user", "members.post", "members.apiclient"),
        *("contenttypes.contenttype", "auth.permission", "auth.group"),
    }
)
# What is written while a report is read: that its visitor is still there.
PRESENCE = frozenset({"sessions.session", "usersessions.usersession"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How the page under way reads."""

    primary_answers: bool


_reading: ContextVar[Reading | None] = ContextVar("replica_reading", default=None)


def has_replica() -> bool:
    """Tell whether a replica is set up."""
    return REPLICA in settings.DATABASES


class Router:
    """Sends the reads of a report to the replica, and nothing else anywhere."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str | None:
        """Name the replica inside a report; else leave it to the primary."""
        reading = _reading.get()
        if reading is None:
            return None
        is_identity = model._meta.label_lower in IDENTITY
        return PRIMARY if is_identity and reading.primary_answers else REPLICA

    def db_for_write(self, model: type[models.Model], **hints: object) -> str | None:
        """Refuse inside a report; a session is the visitor's, not a report."""
        if _reading.get() is None or model._meta.label_lower in PRESENCE:
            return None
        raise Refusal(
            "报表页面只读，不能办理业务；请刷新后从办理页面重试。", code="replica"
        )

    def allow_relation(self, *records: models.Model, **hints: object) -> bool:
        """Both aliases hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """The primary's changes arrive by themselves."""
        return False if db == REPLICA else None


@contextmanager
def reading_from_replica(*, primary_answers: bool = True) -> Iterator[None]:
    """Run the block as a report: its reads go to the replica, one snapshot of it."""
    token = _reading.set(Reading(primary_answers))
    try:
        yield
    finally:
        _reading.reset(token)


def reading_aliases() -> tuple[str, ...]:
    """The databases that the answer under way reads from."""
    reading = _reading.get()
    if reading is None:
        return (PRIMARY,)
    return (PRIMARY, REPLICA) if reading.primary_answers else (REPLICA,)


# The moment up to which the copy knows everything: now, while it has replayed what a
# living connection brought; else the commit that it replayed last.
_AS_OF = """
    SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
            AND EXISTS (SELECT FROM pg_stat_wal_receiver)
        THEN clock_timestamp() ELSE pg_last_xact_replay_timestamp() END,
        clock_timestamp()
    WHERE pg_is_in_recovery()
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when the figures of a page are; `seconds` is their age."""

    as_of: datetime | None
    seconds: int
    primary_answers: bool


def freshness() -> Freshness | None:
    """Tell how old the figures of the page under way are; None for the primary's."""
    reading = _reading.get()
    if reading is None:
        return None
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(_AS_OF)
        row = cursor.fetchone()
    as_of, now = row or (None, None)
    age = int((now - as_of).total_seconds()) if as_of and now else 0
    return Freshness(as_of, max(0, age), reading.primary_answers)


def freshness_shown(request: HttpRequest) -> dict[str, Any]:
    """Give every template the age of its figures (a context processor)."""
    return {"freshness": freshness()}


class ReplicaMiddleware:
    """Stands outermost of those that read: marks the answering of a report."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a report from the replica; without one, or without it, as ever."""
        if not (has_replica() and is_report(request) and _answers(REPLICA)):
            return self.get_response(request)
        with reading_from_replica(primary_answers=_answers(PRIMARY)):
            return self.get_response(request)


def is_report(request: HttpRequest) -> bool:
    """Tell whether an address is one of the reports that a replica may answer."""
    if request.method not in READING_METHODS:
        return False
    try:
        return resolve(request.path_info).view_name in settings.REPLICA_PAGES
    except Resolver404:
        return False


def _answers(alias: str) -> bool:
    connection = connections[alias]
    try:
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True
