"""Two school aids of one group: who had 阳光助学 gets no 金秋助学 in the same year."""

from datetime import date, timedelta

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import submit_aid_application
from assistance.actions.computations import compute_round
from assistance.actions.intake import accept_aid_application
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round
from assistance.actions.windows import extend_aid_window, open_aid_window
from assistance.enums import AidApplicationState
from assistance.models import AidApplication, AidWindow, Round
from assistance.queries.schemes import scheme_version_in_force
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.uploads.evidence import read_evidence
from unionportal.demo.cast import Cast
from unionportal.demo.messages import shop_photo

SUNSHINE = "sunshine_school_aid"
EARLIER = timedelta(days=21)  # the notice of five working days lies in between


def play_school_pair(root: Organisation, autumn: AidWindow, *, on: date) -> None:
    """阳光助学 released three weeks after its notice; then 金秋助学 is computed.

    One of the two students whose autumn application was accepted applied for both: the
    computed round refuses him, names the earlier aid, and takes the other.
    """
    cast = Cast(on)
    maker = cast.holder(Role.MAKER, root)
    window = _window(root, autumn, on=on, by=maker)
    chosen = AidApplication.objects.filter(
        window=autumn, state=AidApplicationState.ACCEPTED
    ).select_related("applicant", "organisation")
    both = chosen.earliest("id")
    clerk = cast.holder(Role.MAKER, both.organisation)
    _apply_too(both, window, clerk, on=on - EARLIER)
    first = _computed(root, window, on=on - EARLIER, by=maker)
    publish_round_notice(round_id=first.pk, on=on - EARLIER, by=maker)
    release_round(round_id=first.pk, on=on, by=maker)
    _computed(root, autumn, on=on, by=maker)


def _window(root: Organisation, autumn: AidWindow, *, on: date, by: Actor) -> AidWindow:
    window = open_aid_window(
        version_id=scheme_version_in_force(SUNSHINE, on).pk,
        organisation_id=root.pk,
        period_id=autumn.period_id,
        phone=autumn.phone,
        hours=autumn.hours,
        on=on - EARLIER,
        by=by,
    )
    return extend_aid_window(
        window_id=window.pk,
        closes_on=autumn.closes_on,
        reason="与金秋助学同时受理",
        on=on - EARLIER,
        by=by,
    )


def _apply_too(
    autumn: AidApplication, window: AidWindow, clerk: Actor, *, on: date
) -> None:
    """The same parent for the same student."""
    person = autumn.applicant
    by = Actor(kind="worker", name=person.name, person_id=person.pk)
    draft = start_aid_application(
        window_id=window.pk, applicant_id=person.pk, on=on, by=by
    )
    statement = Statement(
        subject_name=autumn.subject_name,
        id_number=autumn.id_number or "",
        answers={
            "stage": "college",
            "school": str(autumn.answers["school"]),
            "amount_asked": "4000.00",
        },
    )
    save_aid_answers(application_id=draft.pk, statement=statement, on=on, by=by)
    add_aid_evidence(
        application_id=draft.pk,
        item="enrolment",
        papers=read_evidence([("在读证明.png", shop_photo())]),
        on=on,
        by=by,
    )
    submit_aid_application(application_id=draft.pk, agreed=True, on=on, by=by)
    accept_aid_application(application_id=draft.pk, on=on, by=clerk)


def _computed(root: Organisation, window: AidWindow, *, on: date, by: Actor) -> Round:
    opened = open_round(
        version_id=window.version_id,
        organisation_id=root.pk,
        period_id=window.period_id,
        as_of=on,
        on=on,
        by=by,
    )
    return compute_round(round_id=opened.pk, on=on, by=by)
