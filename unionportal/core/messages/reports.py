"""Delivery reports (状态报告): what the gateway says became of a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.module_loading import import_string

from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job
from unionportal.core.models.messages import MessageReport

REPORT_JOB = "core.collect_sms_reports"
PAGES_A_RUN = 200

_ENTER = """
    WITH incoming AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::text[],
            %s::integer[]) AS one (number, message_id, is_delivered, reason, sending)
    ), told AS (
        INSERT INTO core_messagereport (number, message_id, is_delivered, reason)
        SELECT number, message_id, is_delivered, reason FROM incoming
        ON CONFLICT (number) DO NOTHING
        RETURNING number, message_id, is_delivered, reason
    ), last AS (
        SELECT DISTINCT ON (told.message_id)
            told.message_id, told.is_delivered, told.reason
        FROM told JOIN incoming USING (number)
        JOIN core_message AS known ON known.id = told.message_id
        -- That an earlier sending did not arrive says nothing about the latest.
        WHERE told.is_delivered OR incoming.sending = known.resend_count
        ORDER BY told.message_id, told.is_delivered DESC, told.number DESC
    )
    UPDATE core_message AS message
    SET state = CASE WHEN last.is_delivered THEN 'delivered' ELSE 'failed' END,
        reason = CASE WHEN last.is_delivered THEN ''
            ELSE COALESCE(NULLIF(last.reason, ''), %s) END,
        sent_at = COALESCE(message.sent_at, clock_timestamp()),
        reported_at = clock_timestamp(),
        sender_job_id = NULL, sender_token = NULL
    FROM last
    WHERE message.id = last.message_id AND (
        message.state IN ('sending', 'sent')
        OR (message.state = 'failed' AND last.is_delivered))
"""
# A gateway that says nothing at all about a message for so long: who it was for is
# called. Older ones may be from before the gateway, and are left alone.
_UNREPORTED = """
    UPDATE core_message SET state = 'failed', reason = %s
    WHERE state = 'sent' AND reported_at IS NULL
        AND sent_at < clock_timestamp() - %s * interval '1 day'
        AND sent_at > clock_timestamp() - (%s + 7) * interval '1 day'
"""
UNREPORTED = "发出后一直没有送达回执，请电话告知。"
UNDELIVERED = "运营商回执：没有送达，请电话告知。"


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a gateway, under the gateway's own rising number."""

    number: int
    message_id: int
    is_delivered: bool
    reason: str = ""
    sending: int = 0


@runtime_checkable
class ReportingBackend(Protocol):
    """A back end that can be asked what became of messages."""

    def reports(self, after: int) -> Sequence[Report]:
        """Return a page of the reports with a higher number, in their order."""


def enter_reports(reports: Sequence[Report]) -> int:
    """Enter reports, each once; return how many messages moved.

    sent, or still being sent → delivered or failed; what was failed in doubt and came
    after all → delivered. A report on what a person already dealt with changes nothing.
    """
    columns: list[list[Any]] = [
        [each.number for each in reports],
        [each.message_id for each in reports],
        [each.is_delivered for each in reports],
        [each.reason[:200] for each in reports],
        [each.sending for each in reports],
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ENTER, [*columns, UNDELIVERED])
        return int(cursor.rowcount)


def collect_reports(run: JobRun) -> dict[str, int]:
    """Ask the gateway for what is new until it has no more to say."""
    backend = import_string(settings.SMS_BACKEND)()
    moved = 0
    for _page in range(PAGES_A_RUN):
        if not isinstance(backend, ReportingBackend):
            break
        reports = backend.reports(last_number())
        if not reports:
            break
        moved += enter_reports(reports)
        run.advance(done=moved)
    silent = fail_unreported() if isinstance(backend, ReportingBackend) else 0
    return {"moved": moved, "silent": silent}


def fail_unreported() -> int:
    """sent → failed, onto the call list, where no report came within the days set."""
    days: int = settings.SMS_REPORT_DAYS
    if not days:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNREPORTED, [UNREPORTED, days, days])
        return int(cursor.rowcount)


def last_number() -> int:
    """The number of the last report known; 0 before the first."""
    return MessageReport.objects.aggregate(last=Max("number"))["last"] or 0


@transaction.atomic
def request_reports() -> Job | None:
    """Have the reports fetched; nothing where the back end gives none."""
    if not isinstance(import_string(settings.SMS_BACKEND)(), ReportingBackend):
        return None
    return enqueue(kind=REPORT_JOB, key="all", arguments={}, by=SYSTEM)
