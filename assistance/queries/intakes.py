"""Applications that end in a dossier: their notice, their line in it, who is to act."""

from datetime import date

from django.db.models import QuerySet

from assistance.enums import AidApplicationState
from assistance.models import AidApplication, HouseholdDossier
from assistance.queries.schemes import scheme_of
from members.enums import NoticeState, ObjectionState, Role
from members.models import Notice, Objection
from members.queries.consent import PUBLICATION, has_withdrawn
from unionportal.core.actor import Actor
from unionportal.core.calendar import add_working_days
from unionportal.core.masks import mask_name
from unionportal.core.notice_kinds import LinesSelect
from unionportal.core.queues import QueueItem

INTAKE_KIND = "assistance.dossier_intake"
LINE_NOTE = "建立困难职工档案"
VISIT_WITHIN = 5  # working days for the union's survey (domain notes B1, Yiwu)
DECIDE_WITHIN = 10
NAMELESS = "应本人要求不公开姓名"
SHOWN = 50

# Name, unit and matter; no ID number, card, address or illness (domain notes B1).
_LINE = """
    SELECT %s, application.id, person.id, unit.name, %s
    FROM assistance_aidapplication AS application
    JOIN members_person AS person ON person.id = application.applicant_id
    JOIN members_organisation AS unit ON unit.id = application.union_id
    WHERE application.id = %s
"""


def leads_to_dossier(application: AidApplication) -> bool:
    """Whether it ends in a dossier, and not in a round."""
    return scheme_of(application.window.version).leads_to_dossier


def line_of(application_id: int) -> LinesSelect:
    """The line of an application in its notice."""
    return _LINE, (INTAKE_KIND, LINE_NOTE, application_id)


def line_to_publish(application: AidApplication) -> tuple[str, str, str]:
    """Name as masked, unit and matter: what the public would read, word for word."""
    name = mask_name(application.applicant.name)
    if has_withdrawn(application.applicant_id, PUBLICATION):
        name = NAMELESS
    return name, application.union.name, LINE_NOTE


def notice_of(application: AidApplication) -> Notice | None:
    """The latest notice of an application for a dossier."""
    return (
        Notice.objects.filter(about_kind=INTAKE_KIND, about_id=application.pk)
        .order_by("-id")
        .first()
    )


def dossier_from(application: AidApplication) -> HouseholdDossier | None:
    """The dossier in which an application ended."""
    return HouseholdDossier.objects.filter(intake__application=application).first()


def objections_to(notice: Notice) -> QuerySet[Objection]:
    """What was said against a notice and was not dismissed."""
    return Objection.objects.filter(notice=notice).exclude(
        state=ObjectionState.DISMISSED
    )


def intakes_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """To be visited, to be announced, and to be filed after the notice, by post."""
    del on
    makers = [s.organisation_id for s in actor.seats if s.role == Role.MAKER]
    checkers = [s.organisation_id for s in actor.seats if s.role == Role.CHECKER]
    rows = (
        AidApplication.objects.filter(window__version__body__leads_to="dossier")
        .select_related("organisation", "intake")
        .order_by("decided_on", "id")
    )
    states = AidApplicationState
    taken = rows.filter(state=states.ACCEPTED)
    visit = taken.filter(union__in=makers) | taken.filter(organisation__in=makers)
    announce = rows.filter(state=states.VISITED, organisation__in=makers)
    ended = Notice.objects.filter(about_kind=INTAKE_KIND, state=NoticeState.ENDED)
    file = rows.filter(
        state=states.NOTICED,
        organisation__in=checkers,
        pk__in=ended.values("about_id"),
    ).exclude(intake__announced_by=actor.user_id)
    return [
        *(_item(one, "入户走访", VISIT_WITHIN, Role.MAKER) for one in visit[:SHOWN]),
        *(
            _item(one, "核定类别并公示", DECIDE_WITHIN, Role.MAKER)
            for one in announce[:SHOWN]
        ),
        *(_item(one, "批准建档", DECIDE_WITHIN, Role.CHECKER) for one in file[:SHOWN]),
    ]


def _item(application: AidApplication, title: str, days: int, role: Role) -> QueueItem:
    since = application.decided_on or application.drafted_on
    if application.state == AidApplicationState.VISITED:
        since = application.intake.visited_on
    elif application.state == AidApplicationState.NOTICED:
        notice = notice_of(application)
        since = notice.closed_on or notice.ends_on if notice else since
    return QueueItem(
        title=f"建档申请：{title}",
        detail=application.subject_name,
        url=f"/staff/assistance/applications/{application.pk}/",
        organisation_name=application.organisation.short_name,
        waiting_since=since,
        due_on=add_working_days(since, days).on,
        role=role,
    )
