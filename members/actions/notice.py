"""Verbs of notices and objections."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from members.enums import NoticeState, ObjectionChannel, ObjectionState
from members.models import (
    Notice,
    NoticeLine,
    Objection,
    ObjectionEvidence,
    Organisation,
)
from members.permissions.notices import (
    can_cancel_notice,
    can_decide_objection,
    can_end_notice,
    can_file_objection,
    can_publish_notice,
)
from members.queries.consent import PUBLICATION
from members.queries.post import STRANGER
from members.workflow import NOTICE, OBJECTION
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.calendar import (
    DueDate,
    add_working_days,
    long_date,
    working_days_between,
)
from unionportal.core.errors import Refusal
from unionportal.core.guards import literal
from unionportal.core.masks import mask_name_sql
from unionportal.core.messages import queue_message
from unionportal.core.notice_kinds import (
    MINOR,
    MINOR_BELOW_YEARS,
    LinesSelect,
    notice_kind,
)
from unionportal.core.papers import keep_papers
from unionportal.core.uploads.evidence import Evidence

ANONYMOUS = STRANGER
LONGEST_TEXT = 1000
RECEIPT_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 12
NAMELESS = "应本人要求不公开姓名"
# Whatever the app says, a name is masked here, and that of a minor, or of somebody who
# has withdrawn his consent to it, not shown at all.
_NAME = f"""
    CASE WHEN person.birth_date > %s THEN {literal(MINOR)}
        WHEN (
            SELECT said.act FROM members_consent AS said
            WHERE said.subject_kind = 'members.person' AND said.subject_id = person.id
                AND said.purpose = {literal(PUBLICATION)}
            ORDER BY said.id DESC LIMIT 1
        ) = 'withdrawn' THEN {literal(NAMELESS)}
        WHEN %s THEN {mask_name_sql("person.name")} ELSE person.name END
"""  # noqa: S608 - built from constants
INSERT_LINES = f"""
    INSERT INTO members_noticeline
        (notice_id, about_kind, about_id, name_masked, unit_name, note)
    SELECT %s, line.about_kind, line.about_id, {_NAME}, line.unit_name,
        CASE WHEN %s THEN line.note ELSE '' END
    FROM (SELECT rows.*, row_number() OVER () AS place FROM ({{}}) AS rows)
        AS line (about_kind, about_id, person_id, unit_name, note, place)
    JOIN members_person AS person ON person.id = line.person_id
    ORDER BY line.place
"""  # noqa: S608 - built from constants

# Where the list is not of people there is nobody to protect: the lines bring the names.
INSERT_NAMED_LINES = """
    INSERT INTO members_noticeline
        (notice_id, about_kind, about_id, name_masked, unit_name, note)
    SELECT %s, line.about_kind, line.about_id, left(line.name, 60),
        left(line.unit_name, 90), CASE WHEN %s THEN left(line.note, 60) ELSE '' END
    FROM (SELECT rows.*, row_number() OVER () AS place FROM ({}) AS rows)
        AS line (about_kind, about_id, name, unit_name, note, place)
    ORDER BY line.place
"""


def publish_notice(  # noqa: PLR0913 - what, about what, for whom, how long
    *,
    organisation_id: int,
    title: str,
    about: tuple[str, int],
    lines_select: LinesSelect,
    on: date,
    working_days: int,
    by: Actor,
    opens_on: date | None = None,
    replaces: Notice | None = None,
) -> Notice:
    """Publish a list from a day on for a number of working days, by one statement.

    `about` names a registered kind; `lines_select` yields about_kind, about_id,
    person_id, unit_name, note in this order, and names are masked here. The day of
    publishing is not counted. With a later `opens_on` it waits and opens by itself on
    that day. Refuses an empty list and a second notice of the same matter.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_publish_notice(by, organisation).require()
        _refuse_second(organisation_id, about)
        first = max(on, opens_on or on)
        due = add_working_days(first, working_days)
        notice = Notice.objects.create(
            organisation=organisation,
            title=title,
            about_kind=about[0],
            about_id=about[1],
            state=NoticeState.PLANNED if first > on else NoticeState.OPEN,
            starts_on=first,
            working_days=working_days,
            ends_on=due.on,
            is_provisional=due.provisional,
            counted=list(due.steps),
            published_by_name=by.name,
            replaces=replaces or _latest_withdrawn(organisation_id, about),
        )
        notice.line_count = _insert_lines(notice, lines_select)
        notice.save(update_fields=["line_count"])
        verb = "plan" if notice.state == NoticeState.PLANNED else "publish"
        record_notice(by, verb, notice, on, source=None)
    return notice


def end_notice(*, notice_id: int, on: date, by: Actor) -> Notice:
    """open → ended. Refuses on and before the last day of the notice.

    Undecided objections stay; each goes on holding the person it concerns.
    """
    with transaction.atomic():
        notice = locked_notice(notice_id)
        can_end_notice(by, notice).require()
        target = NOTICE.target_of("end", notice.state)
        if on <= notice.ends_on:
            raise Refusal(
                f"公示到 {notice.ends_on:%Y-%m-%d} 为止，请在此日之后结束。",
                code="too_early",
            )
        return close_notice(notice, target, verb="end", on=on, by=by)


def cancel_notice(*, notice_id: int, reason: str, on: date, by: Actor) -> Notice:
    """planned, open → cancelled, for a list that was wrong. Needs a reason."""
    if not reason.strip():
        raise Refusal("请填写撤销原因。", field="reason")
    with transaction.atomic():
        notice = locked_notice(notice_id)
        can_cancel_notice(by, notice).require()
        target = NOTICE.target_of("cancel", notice.state)
        notice.cancel_reason = reason.strip()
        return close_notice(notice, target, verb="cancel", on=on, by=by)


def file_objection(  # noqa: PLR0913 - who, about what, in which words, with which papers
    *,
    notice_id: int,
    line_id: int | None,
    text: str,
    on: date,
    by: Actor,
    person_id: int | None = None,
    evidence: Sequence[Evidence] = (),
) -> Objection:
    """File a doubt about one line (which is then held) or about the list.

    A worker files his own, a visitor without name, staff what came on paper; only
    staff may name another `person_id`. The receipt is for whoever objected, by name or
    not. Refuses when the notice is over, before it begins, a line of another list, and
    an empty text.
    """
    written = text.strip()
    if not written or len(written) > LONGEST_TEXT:
        raise Refusal(f"请写明异议内容，不超过 {LONGEST_TEXT} 字。", field="text")
    with transaction.atomic():
        notice = locked_notice(notice_id)
        can_file_objection(by, notice).require()
        _refuse_closed(notice, on)
        if line_id is not None:
            _require_line(notice, line_id)
        channel, objector = _objector(by, person_id)
        objection = Objection.objects.create(
            notice=notice,
            line_id=line_id,
            person_id=objector,
            channel=channel,
            text=written,
            filed_on=on,
            filed_by_name=by.name,
            receipt=new_receipt(),
        )
        keep_papers(ObjectionEvidence, evidence, objection=objection)
        _record_objection(by, "file", objection, on, source=None)
    return objection


def decide_objection(
    *,
    objection_id: int,
    upheld: bool,
    verdict: str,
    on: date,
    by: Actor,
    answer: str = "",
) -> Objection:
    """open → upheld or dismissed, with the finding in words and what the objector reads.

    Upheld while the list is still public, some working days are left for others to
    object to what changes: the notice is extended where fewer are.
    """
    if not verdict.strip():
        raise Refusal("请填写核查结论。", field="verdict")
    with transaction.atomic():
        objection = (
            Objection.objects.select_for_update(of=("self",))
            .select_related("notice__organisation")
            .get(pk=objection_id)
        )
        can_decide_objection(by, objection).require()
        source = objection.state
        action = "uphold" if upheld else "dismiss"
        objection.state = OBJECTION.target_of(action, source)
        objection.verdict = verdict.strip()
        objection.answer = answer.strip()
        objection.decided_by_id = by.user_id
        objection.decided_at = Now()
        objection.save(
            update_fields=["state", "verdict", "answer", "decided_by", "decided_at"]
        )
        _record_objection(
            by, action, objection, on, source=source, reason=objection.verdict
        )
        if upheld:
            _leave_time(objection.notice_id, on)
        _tell_objector(objection)
    objection.refresh_from_db()
    return objection


def _leave_time(notice_id: int, on: date) -> None:
    notice = locked_notice(notice_id)
    if notice.state != NoticeState.OPEN or on > notice.ends_on:
        return
    days = notice_kind(notice.about_kind).days_after_upheld
    due = add_working_days(on, days)
    if due.on > notice.ends_on:
        reason = f"异议成立，自认定之日起至少再公示 {days} 个工作日"
        put_off_end(notice, due, reason=reason, on=on, by=SYSTEM)


def put_off_end(
    notice: Notice, due: DueDate, *, reason: str, on: date, by: Actor
) -> None:
    """Move the last day of a locked, open notice to a later one."""
    target = NOTICE.target_of("extend", notice.state)
    before = notice.ends_on
    notice.state = target
    notice.ends_on = due.on
    notice.extended_days += working_days_between(before, due.on)
    notice.is_provisional = due.provisional
    notice.counted = [*notice.counted, f"{reason}，延长到{long_date(due.on)}"]
    notice.save(update_fields=["ends_on", "extended_days", "is_provisional", "counted"])
    record(
        by=by,
        verb="extend",
        subject=notice,
        on=on,
        organisation_id=notice.organisation_id,
        changes={"ends_on": [before.isoformat(), due.on.isoformat()]},
        reason=reason,
    )


def new_receipt() -> str:
    """Twelve signs that nobody guesses (58 bits), without those that look alike."""
    return "".join(secrets.choice(RECEIPT_SIGNS) for _sign in range(RECEIPT_LENGTH))


def _tell_objector(objection: Objection) -> None:
    """The result, to who gave a name; the finding may speak of somebody else."""
    if objection.person_id is None:
        return
    notice = objection.notice
    queue_message(
        person_id=objection.person_id,
        template="members/notices/objection_decided.txt",
        context={
            "union": notice.organisation.short_name,
            "result": str(ObjectionState(objection.state).label),
        },
        about=(Objection._meta.label_lower, objection.pk),
        key=f"members.objection_decided-{objection.pk}",
        organisation_id=notice.organisation_id,
    )


def _insert_lines(notice: Notice, lines_select: LinesSelect) -> int:
    kind = notice_kind(notice.about_kind)
    sql, params = lines_select
    first = notice.starts_on
    adult_born = date(first.year - MINOR_BELOW_YEARS, first.month, min(first.day, 28))
    insert = INSERT_LINES
    values: list[Any] = [adult_born, kind.masks_names]
    if not kind.is_of_people:
        insert, values = INSERT_NAMED_LINES, []
    with connection.cursor() as cursor:
        cursor.execute(
            insert.format(sql), [notice.pk, *values, bool(kind.heads[2]), *params]
        )
        count = int(cursor.rowcount)
    if not count:
        raise Refusal("名单为空，没有可公示的内容；请先完成测算或普查。", code="empty")
    return count


def _refuse_second(organisation_id: int, about: tuple[str, int]) -> None:
    live = Notice.objects.filter(
        organisation_id=organisation_id,
        about_kind=about[0],
        about_id=about[1],
        state__in=(NoticeState.PLANNED, NoticeState.OPEN),
    )
    if live.exists():
        raise Refusal("该事项正在公示，请先结束或撤销原公示。", code="state")


def _latest_withdrawn(organisation_id: int, about: tuple[str, int]) -> Notice | None:
    """The withdrawn notice of the matter that no other repeats yet."""
    return Notice.objects.filter(
        organisation_id=organisation_id,
        about_kind=about[0],
        about_id=about[1],
        state=NoticeState.CANCELLED,
        replaced_by=None,
    ).last()


def _refuse_closed(notice: Notice, on: date) -> None:
    is_over = notice.state != NoticeState.OPEN or on > notice.ends_on
    if is_over or on < notice.starts_on:
        raise Refusal("该公示已结束，如仍有异议，请联系公示工会。", code="state")


def _require_line(notice: Notice, line_id: int) -> None:
    if not NoticeLine.objects.filter(pk=line_id, notice=notice).exists():
        raise Refusal("所选人员不在这份公示名单中，请重新选择。", field="line")


def _objector(by: Actor, person_id: int | None) -> tuple[ObjectionChannel, int | None]:
    """A worker can only speak for himself, whatever person was passed."""
    if by.kind != "worker":
        return ObjectionChannel.STAFF, person_id
    if by.person_id is None:
        return ObjectionChannel.ANONYMOUS, None
    return ObjectionChannel.WORKER, by.person_id


def locked_notice(notice_id: int) -> Notice:
    return (
        Notice.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=notice_id)
    )


def close_notice(
    notice: Notice, target: str, *, verb: str, on: date, by: Actor
) -> Notice:
    source = notice.state
    notice.state = target
    notice.closed_on = on
    notice.closed_by_name = by.name
    notice.save(update_fields=["state", "closed_on", "closed_by_name", "cancel_reason"])
    record_notice(by, verb, notice, on, source=source)
    return notice


def record_notice(
    by: Actor, verb: str, notice: Notice, on: date, *, source: str | None
) -> None:
    record(
        by=by,
        verb=verb,
        subject=notice,
        on=on,
        organisation_id=notice.organisation_id,
        changes={"state": [source, notice.state], "lines": notice.line_count},
        reason=notice.cancel_reason,
    )


def _record_objection(
    by: Actor,
    verb: str,
    objection: Objection,
    on: date,
    *,
    source: str | None,
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=objection,
        on=on,
        organisation_id=objection.notice.organisation_id,
        changes={"state": [source, objection.state]},
        reason=reason,
    )
