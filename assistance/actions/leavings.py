"""Before a file is closed the household is told why, and may speak; then it is decided.

States and moves: `LEAVING` in `assistance/workflow.py`.
"""

from datetime import date

from django.db import transaction

from assistance.enums import DossierState, ExitReason
from assistance.models import HouseholdDossier, Leaving
from assistance.permissions.dossiers import (
    can_decide_leaving,
    can_hear_leaving,
    can_tell_leaving,
)
from assistance.queries.leavings import LEAVING_KIND, open_leaving
from assistance.workflow import LEAVING
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.calendar import add_working_days, long_date
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message

HEARING_DAYS = 5  # working days to speak, the day of telling not counted


@transaction.atomic
def tell_leaving(
    *, dossier_id: int, exit_reason: ExitReason, reason: str, on: date, by: Actor
) -> Leaving:
    """Tell a household on file that it is to leave, why, and until when it may speak.

    Five working days (社会救助法 art. 48 as a model). Refused: without a reason; a death,
    which nobody can speak to; a file already closed, or told of already.
    """
    dossier = _dossier(dossier_id)
    can_tell_leaving(by, dossier).require()
    if dossier.state != DossierState.ON_FILE:
        raise Refusal("档案已退出。", code="state")
    if exit_reason == ExitReason.DIED:
        raise Refusal("本人去世的不用告知，请由复核直接办理退出。", field="exit_reason")
    if not reason.strip():
        raise Refusal("请写明事实和理由，职工会看到它。", field="reason")
    if (told := open_leaving(dossier)) is not None:
        raise Refusal(
            f"{long_date(told.told_on)}已经告知本人，还没有决定。", code="told"
        )
    due = add_working_days(on, HEARING_DAYS)
    made = Leaving.objects.create(
        dossier=dossier,
        exit_reason=exit_reason,
        reason=reason.strip(),
        told_on=on,
        told_by_id=by.user_id,
        told_by_name=by.name,
        hear_until=due.on,
    )
    _record(made, "tell_leaving", made.reason, on=on, by=by)
    _tell(made, "told")
    return made


@transaction.atomic
def hear_leaving(*, leaving_id: int, statement: str, on: date, by: Actor) -> Leaving:
    """Write down what the household says; once, in the principal's own words.

    Refused: nothing said, said already, decided already.
    """
    leaving = _locked(leaving_id)
    can_hear_leaving(by, leaving.dossier).require()
    LEAVING.target_of("close", leaving.state)
    if not statement.strip():
        raise Refusal("请写明您的意见。", field="statement")
    if leaving.heard_on is not None:
        raise Refusal("陈述已经收到；要补充的，请打电话给工会。", code="heard")
    leaving.statement, leaving.heard_on = statement.strip(), on
    leaving.save(update_fields=("statement", "heard_on"))
    _record(leaving, "hear_leaving", "", on=on, by=by)
    return leaving


@transaction.atomic
def keep_on_file(*, leaving_id: int, reason: str, on: date, by: Actor) -> Leaving:
    """The household stays on file, with the reason; not by who told it."""
    leaving = _locked(leaving_id)
    can_decide_leaving(by, leaving).require()
    if not reason.strip():
        raise Refusal("请写明保留在档的理由，职工会看到它。", field="reason")
    end_leaving(leaving, "keep", reason, on=on, by=by)
    _record(leaving, "keep_on_file", reason.strip(), on=on, by=by)
    return leaving


def end_leaving(
    leaving: Leaving, action: str, decision: str, *, on: date, by: Actor
) -> None:
    """Write the decision down and tell the household; within the caller's act."""
    leaving.state = LEAVING.target_of(action, leaving.state)
    leaving.decided_on, leaving.decided_by_id = on, by.user_id
    leaving.decision = decision.strip()
    leaving.save(update_fields=("state", "decided_on", "decided_by", "decision"))
    _tell(leaving, "decided")


def _dossier(dossier_id: int) -> HouseholdDossier:
    return (
        HouseholdDossier.objects.select_for_update(of=("self",))
        .select_related("organisation", "principal")
        .get(pk=dossier_id)
    )


def _locked(leaving_id: int) -> Leaving:
    """The dossier first, as everywhere, then what it was told."""
    dossier_id = Leaving.objects.values_list("dossier", flat=True).get(pk=leaving_id)
    dossier = _dossier(dossier_id)
    leaving = Leaving.objects.select_for_update(of=("self",)).get(pk=leaving_id)
    leaving.dossier = dossier
    return leaving


def _tell(leaving: Leaving, step: str) -> None:
    queue_message(
        person_id=leaving.dossier.principal_id,
        template=f"assistance/notices/leaving_{step}.txt",
        context={
            "union": leaving.dossier.organisation.short_name,
            "until": long_date(leaving.hear_until),
        },
        about=(LEAVING_KIND, leaving.pk),
        key=f"assistance.leaving_{step}-{leaving.pk}",
        organisation_id=leaving.dossier.organisation_id,
    )


def _record(leaving: Leaving, verb: str, reason: str, *, on: date, by: Actor) -> None:
    record(
        by=by,
        verb=verb,
        subject=leaving.dossier,
        on=on,
        organisation_id=leaving.dossier.organisation_id,
        changes={"leaving": leaving.pk, "state": leaving.state},
        reason=reason,
    )
