"""The audit trail: recording an act, reading its history, checking the chain."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from unionportal.core.actor import Actor
from unionportal.core.archive import (
    AUDIT_TABLE,
    missing_sentence,
    missing_years,
    over_whole_years,
)
from unionportal.core.models.audit import (
    FIRST_PREVIOUS,
    AuditEntry,
    AuditLink,
    canonical_sql,
)

Subject = models.Model | tuple[str, int]


def subject_of(subject: Subject) -> tuple[str, int]:
    """Return (kind, id) of a record; the kind is ``app.model`` in lower case."""
    if isinstance(subject, models.Model):
        return subject._meta.label_lower, int(subject.pk)
    return subject


def record(  # noqa: PLR0913 - who, what, when and why belong together
    *,
    by: Actor,
    verb: str,
    subject: Subject,
    on: date,
    organisation_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write the entry of an act into the transaction of the act.

    A transition is ``changes={"state": [from, to]}``. ``changes`` holds no sealed
    value. Outside a transaction it is a fault of the program: act and entry would part.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("审计记录必须与业务动作在同一事务中写入。")
    kind, number = subject_of(subject)
    return AuditEntry.objects.create(
        on=on,
        verb=verb,
        actor_kind=by.kind,
        actor_name=by.name,
        user_id=by.user_id,
        person_id=by.person_id,
        client_id=by.client_id,
        subject_kind=kind,
        subject_id=number,
        organisation_id=organisation_id,
        changes=dict(changes or {}),
        reason=str(reason),
    )


def history_of(subject: Subject) -> QuerySet[AuditEntry]:
    """Return what happened to a record, latest first."""
    kind, number = subject_of(subject)
    return AuditEntry.objects.filter(subject_kind=kind, subject_id=number).order_by(
        "-id"
    )


def audit_head() -> str:
    """Return the digest of the last link; 64 zeros while the chain is empty."""
    last = AuditLink.objects.order_by("-seq").values_list("digest", flat=True).first()
    return last or FIRST_PREVIOUS


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the chain found.

    ``fault`` is empty for a sound chain, otherwise a sentence; then ``seq`` and
    ``entry_id`` name the first place that breaks. ``head`` and ``count`` tell how far
    the chain is sound.
    """

    count: int
    head: str
    fault: str = ""
    seq: int | None = None
    entry_id: int | None = None
    head_known: bool = True


_LINKS = f"""
    SELECT l.seq, l.entry_id, l.previous, l.digest,
        CASE WHEN e.id IS NOT NULL THEN {canonical_sql("e")} END
    FROM core_auditlink l LEFT JOIN core_auditentry e ON e.id = l.entry_id
    ORDER BY l.seq
"""  # noqa: S608 - built from constants
_UNLINKED = """
    SELECT e.id FROM core_auditentry e
    LEFT JOIN core_auditlink l ON l.entry_id = e.id
    WHERE l.seq IS NULL ORDER BY e.id LIMIT 1
"""
_Link = tuple[int, int, str, str, str | None]


def verify_chain(*, expected_head: str = "") -> ChainReport:
    """Recompute the whole chain from what is stored, in one snapshot, streaming.

    Archived years are read where they lie; one that is not in the database is named.
    Finds a changed entry or link, a missing one, and one inserted past the trigger.
    Links cut off at the end are only found against a head that stands elsewhere (on a
    certificate): pass it as ``expected_head``.
    """
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                )
        missing = missing_sentence(missing_years(AUDIT_TABLE))
        if missing:
            return ChainReport(0, FIRST_PREVIOUS, missing)
        with over_whole_years():
            report = _walk(_stored_links(), expected_head)
            return report if report.fault else _unlinked(report)


def _stored_links() -> Iterator[_Link]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINKS)
        while rows := cursor.fetchmany(5000):
            yield from rows


def _walk(links: Iterator[_Link], expected_head: str) -> ChainReport:
    count, head, known = 0, FIRST_PREVIOUS, not expected_head
    for seq, entry_id, previous, digest, body in links:
        fault = _fault(seq, count + 1, (previous, head), digest, body)
        if fault:
            place = count + 1 if seq != count + 1 else seq
            named = entry_id if seq == count + 1 else None
            return ChainReport(count, head, fault, place, named, head_known=known)
        count, head = seq, digest
        known = known or digest == expected_head
    return ChainReport(count, head, head_known=known)


def _fault(
    seq: int, expected: int, previous: tuple[str, str], digest: str, body: str | None
) -> str:
    if seq != expected:
        return f"缺少第 {expected} 环（下一环为第 {seq} 环）：链上记录被删除。"
    if body is None:
        return f"第 {seq} 环所指的审计记录不存在：记录被删除。"
    if previous[0] != previous[1]:
        return f"第 {seq} 环的前一摘要不符：链被改动。"
    text = f"{seq}\n{previous[0]}\n{body}"
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return f"第 {seq} 环的摘要不符：审计记录或链被改动。"
    return ""


def _unlinked(report: ChainReport) -> ChainReport:
    with connection.cursor() as cursor:
        cursor.execute(_UNLINKED)
        found = cursor.fetchone()
    if found is None:
        return report
    return ChainReport(
        report.count,
        report.head,
        f"审计记录 {found[0]} 不在链上：记录是绕过触发器插入的。",
        None,
        found[0],
        head_known=report.head_known,
    )
