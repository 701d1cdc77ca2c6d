"""Applications that wait for a post: the county's maker, at his union, by due date."""

from datetime import date

from assistance.enums import AidApplicationState
from assistance.models import AidApplication
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.calendar import add_working_days
from unionportal.core.queues import QueueItem

ANSWERED_WITHIN = 15  # working days from the hand-in
SHOWN = 50


def applications_to_take(actor: Actor, on: date) -> list[QueueItem]:
    """Handed in, or looked at again, and not answered; those longest waiting first.

    Also those that were sent back and whose day has passed: they are to be refused.
    """
    unions = [s.organisation_id for s in actor.seats if s.role == Role.MAKER]
    rows = AidApplication.objects.filter(organisation__in=unions).select_related(
        "scheme", "organisation"
    )
    waiting = rows.filter(state=AidApplicationState.SUBMITTED)
    lapsed = rows.filter(state=AidApplicationState.ASKED, answer_by__lt=on)
    return [
        *(_item(one) for one in waiting.order_by("waiting_since", "id")[:SHOWN]),
        *(_item(one) for one in lapsed.order_by("answer_by", "id")[:SHOWN]),
    ]


def due_on(application: AidApplication) -> date | None:
    """By when the union answers; while papers are asked for, nobody waits for it."""
    if application.state == AidApplicationState.ASKED:
        return application.answer_by
    if application.state != AidApplicationState.SUBMITTED:
        return None
    since = application.waiting_since
    return add_working_days(since, ANSWERED_WITHIN).on if since else None


def _item(application: AidApplication) -> QueueItem:
    asked = application.state == AidApplicationState.ASKED
    title = "逾期未补材料的申请" if asked else "受理帮扶申请"
    if application.objected_on is not None and not asked:
        title = "复核帮扶申请"
    return QueueItem(
        title=title,
        detail=f"{application.scheme}：{application.subject_name}",
        url=f"/staff/assistance/applications/{application.pk}/",
        organisation_name=application.organisation.short_name,
        waiting_since=application.waiting_since or application.drafted_on,
        due_on=due_on(application),
        role=Role.MAKER,
    )
