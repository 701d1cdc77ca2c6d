"""What notices do by themselves on their days, and how one is put off or repeated."""

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from members.actions.notice import (
    close_notice,
    locked_notice,
    publish_notice,
    put_off_end,
    record_notice,
)
from members.enums import NoticeState
from members.models import Notice
from members.permissions.notices import can_extend_notice, can_republish_notice
from members.workflow import NOTICE
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.calendar import add_working_days
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.core.models.jobs import Job
from unionportal.core.notice_kinds import notice_kind

TEND_JOB = "members.tend_notices"
LONGEST_EXTENSION = 30


@transaction.atomic
def request_tending(*, on: date, by: Actor) -> Job | None:
    """Have the notices opened and ended whose day it is; nothing where there are none.

    Written down once for a day: what a killed runner left is found by the next look.
    """
    if not notices_to_tend(on).exists():
        return None
    return enqueue(
        kind=TEND_JOB, key=on.isoformat(), arguments={"on": on.isoformat()}, by=by
    )


def notices_to_tend(on: date) -> QuerySet[Notice]:
    """Those whose first day has come, whose last is over, or which may end later."""
    due = Q(state=NoticeState.PLANNED, starts_on__lte=on)
    due |= Q(state=NoticeState.OPEN, ends_on__lt=on)
    due |= Q(state=NoticeState.OPEN, is_provisional=True)
    return Notice.objects.filter(due).order_by("id")


def tend_notices(*, on: date) -> dict[str, int]:
    """Open, put off and end notices as the day asks, each in its own transaction.

    Repeatable: what is open or over already is left alone. An opening that comes late
    keeps the number of working days, and the last day moves with it.
    """
    counts = {"opened": 0, "extended": 0, "ended": 0}
    for number in list(notices_to_tend(on).values_list("pk", flat=True)):
        with transaction.atomic():
            done = _tend(locked_notice(number), on)
        if done:
            counts[done] += 1
    return counts


def _tend(notice: Notice, on: date) -> str:
    if notice.state == NoticeState.PLANNED and notice.starts_on <= on:
        _open(notice, on)
        return "opened"
    if notice.state != NoticeState.OPEN:
        return ""
    if notice.is_provisional and _recount(notice, on):
        return "extended"
    if notice.ends_on < on:
        target = NOTICE.target_of("end", notice.state)
        close_notice(notice, target, verb="end", on=on, by=SYSTEM)
        return "ended"
    return ""


def _open(notice: Notice, on: date) -> None:
    source = notice.state
    due = add_working_days(on, notice.working_days)
    notice.state = NOTICE.target_of("open", source)
    notice.starts_on, notice.ends_on = on, due.on
    notice.is_provisional, notice.counted = due.provisional, list(due.steps)
    notice.save(
        update_fields=["state", "starts_on", "ends_on", "is_provisional", "counted"]
    )
    record_notice(SYSTEM, "open", notice, on, source=source)


def _recount(notice: Notice, on: date) -> bool:
    """Count again once the year's holidays are known; the end only moves back."""
    days = notice.working_days + notice.extended_days
    due = add_working_days(notice.starts_on, days)
    if due.on <= notice.ends_on:
        return False
    put_off_end(notice, due, reason="放假安排公布后重新计算", on=on, by=SYSTEM)
    notice.extended_days = days - notice.working_days
    notice.save(update_fields=["extended_days"])
    return True


def extend_notice(
    *, notice_id: int, working_days: int, reason: str, on: date, by: Actor
) -> Notice:
    """open → open, some working days longer. Needs a reason; refuses after the end."""
    if not reason.strip():
        raise Refusal("请填写延长的原因。", field="reason")
    if not 1 <= working_days <= LONGEST_EXTENSION:
        raise Refusal(f"延长 1 至 {LONGEST_EXTENSION} 个工作日。", field="working_days")
    with transaction.atomic():
        notice = locked_notice(notice_id)
        can_extend_notice(by, notice).require()
        NOTICE.target_of("extend", notice.state)
        if on > notice.ends_on:
            raise Refusal("公示期已满，不能延长；名单有变的，请重新公示。", code="late")
        due = add_working_days(notice.ends_on, working_days)
        put_off_end(notice, due, reason=reason.strip(), on=on, by=by)
    return notice


def republish_notice(*, notice_id: int, reason: str, on: date, by: Actor) -> Notice:
    """Publish a list anew after a change: the old one is withdrawn, the new one counts.

    The lines are those of the matter today, for the full number of working days; both
    notices name each other. Refuses a notice that was repeated already, and a kind or a
    matter whose list cannot be made again.
    """
    if not reason.strip():
        raise Refusal("请填写重新公示的原因。", field="reason")
    with transaction.atomic():
        old = locked_notice(notice_id)
        can_republish_notice(by, old).require()
        kind = notice_kind(old.about_kind)
        if kind.lines is None:
            raise Refusal("这类名单请回到原来的业务页面重新公示。", code="kind")
        if Notice.objects.filter(replaces=old).exists():
            raise Refusal("这份公示已经重新公示过，请到新的公示办理。", code="state")
        if old.state in {NoticeState.PLANNED, NoticeState.OPEN}:
            old.cancel_reason = reason.strip()
            target = NOTICE.target_of("cancel", old.state)
            close_notice(old, target, verb="republish", on=on, by=by)
        made = publish_notice(
            organisation_id=old.organisation_id,
            title=old.title,
            about=(old.about_kind, old.about_id),
            lines_select=kind.lines(old.about_id, old.organisation_id),
            on=on,
            working_days=old.working_days,
            by=by,
            replaces=old,
        )
        if kind.announced is not None:
            kind.announced(made.about_id, made.organisation_id)
    return made
