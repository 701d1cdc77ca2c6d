"""What the union does with an application: ask for more, accept it for the round, refuse.

The decision on money is the round's; accepting says that the papers are in order and
who the person is that the aid is for.
"""

from datetime import date

from django.db import IntegrityError, transaction

from assistance.actions.application_steps import (
    locked_application,
    record_step,
    tell_applicant,
)
from assistance.enums import AidApplicationState
from assistance.models import AidApplication, AidEvidence
from assistance.permissions.applications import (
    can_decide_aid_application,
    can_look_at_aid_evidence,
)
from assistance.queries.applications import form_of
from assistance.workflow import AID_APPLICATION
from members.actions.person import PersonEntry, register_person
from members.models import Person
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.calendar import add_working_days
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.papers import content_of
from unionportal.core.secrets import blind_indexes

BEFORE_ACCEPT = declare_crashpoint("accept_aid_application.before_commit")
AFTER_ACCEPT = declare_crashpoint("accept_aid_application.after_commit")
ANSWER_DAYS = 10  # working days to bring what is missing


def accept_aid_application(
    *, application_id: int, on: date, by: Actor
) -> AidApplication:
    """submitted → accepted: the next round of this occurrence answers it.

    Registers the student whom the register does not know. Accepted twice is accepted
    once. Refused: another name than the registered one; a person for whom an
    application was accepted already.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_decide_aid_application(by, application).require()
        before = application.state
        if before == AidApplicationState.ACCEPTED:
            return application
        target = AID_APPLICATION.target_of("accept", before)
        application.subject = _subject_of(application, on=on)
        application.state, application.answer = target, ""
        _decide(application, on=on, by=by)
        _save_accepted(application)
        _record(by, "accept_aid_application", application, on, before)
        tell_applicant(application, "accepted", on=on)
        crashpoint(BEFORE_ACCEPT)
    crashpoint(AFTER_ACCEPT)
    return application


def ask_for_more(
    *, application_id: int, answer: str, on: date, by: Actor
) -> AidApplication:
    """submitted → asked: say what is missing, and until when.

    Ten working days, or the day that the scheme names. Refused: once that has passed.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_decide_aid_application(by, application).require()
        before = application.state
        application.state = AID_APPLICATION.target_of("ask", before)
        application.answer = _reason(answer)
        application.answer_by = _answer_by(application, on)
        application.save(update_fields=["state", "answer", "answer_by"])
        _record(by, "ask_for_more", application, on, before)
        tell_applicant(application, "asked", on=on)
    return application


def _answer_by(application: AidApplication, on: date) -> date:
    year = application.window.period.year
    named = form_of(application.window).window.resubmit_until(year)
    if named is not None and named < on:
        raise Refusal(
            f"重新提交已于 {named:%Y-%m-%d} 截止，不能再退回补充；请受理或写明理由不予受理。",
            code="late",
        )
    return named or add_working_days(on, ANSWER_DAYS).on


def refuse_aid_application(
    *, application_id: int, answer: str, on: date, by: Actor
) -> AidApplication:
    """submitted → refused, with the reason; asked → refused once the day has passed."""
    with transaction.atomic():
        application = locked_application(application_id)
        can_decide_aid_application(by, application).require()
        before = application.state
        target = AID_APPLICATION.target_of("refuse", before)
        if application.answer_by is not None and on <= application.answer_by:
            raise Refusal(
                f"已请申请人在 {application.answer_by:%Y-%m-%d} 前补充材料，"
                "到期没有补充的才能不予受理。",
                code="early",
            )
        application.state, application.answer = target, _reason(answer)
        application.answer_by = None
        _decide(application, on=on, by=by)
        if application.refused_by_id is None:
            application.refused_by_id = by.user_id
        application.save(
            update_fields=[
                *("state", "answer", "answer_by", "decided_on", "decided_by"),
                *("decided_by_name", "refused_by"),
            ]
        )
        _record(by, "refuse_aid_application", application, on, before)
        tell_applicant(application, "refused", on=on)
    return application


@transaction.atomic
def look_at_aid_evidence(*, evidence_id: int, on: date, by: Actor) -> bytes:
    """One file, unsealed; which officer looked at which is in the trail."""
    evidence = AidEvidence.objects.select_related(
        "application__organisation", "application__union"
    ).get(pk=evidence_id)
    application = evidence.application
    can_look_at_aid_evidence(by, application).require()
    record(
        by=by,
        verb="look_at_aid_evidence",
        subject=application,
        on=on,
        organisation_id=application.organisation_id,
        changes={"evidence": evidence.number},
    )
    return content_of(evidence)


def _subject_of(application: AidApplication, *, on: date) -> Person:
    """The registered person of that number; a new one when nobody has it."""
    number = application.id_number or ""
    found = Person.objects.select_related("merged_into").filter(
        id_number_index__in=blind_indexes(number, kind="id_number")
    )
    person = found.select_for_update(of=("self",), no_key=True).first()
    if person is None:
        entry = PersonEntry(
            name=application.subject_name,
            id_number=number,
            organisation_id=application.union_id,
        )
        return register_person(entry=entry, on=on, by=SYSTEM).person
    if person.name != application.subject_name:
        raise Refusal(
            "该身份证号登记的姓名与申请所填不同，请核对证件后退回补充或更正登记。",
            code="name",
        )
    return person.merged_into or person


def _save_accepted(application: AidApplication) -> None:
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        if "aid_application_accepted_once" not in str(error):
            raise
        raise Refusal(
            f"{application.subject_name}本期已有一份受理的申请，请核对是否重复登记。",
            code="accepted_already",
        ) from None


def _decide(application: AidApplication, *, on: date, by: Actor) -> None:
    application.decided_on = on
    application.decided_by_id = by.user_id
    application.decided_by_name = by.name


def _reason(answer: str) -> str:
    if not answer.strip():
        raise Refusal("请写明理由或要补充的内容，申请人会看到。", field="answer")
    return answer.strip()


def _record(
    by: Actor, verb: str, application: AidApplication, on: date, before: str
) -> None:
    moved: dict[str, object] = {"state": [before, application.state]}
    record_step(by, verb, application, on, moved, reason=application.answer)
