"""Verbs of requests about one's own data: asked, answered, applied (PIPL 44-50)."""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction

from members.actions.forgetting import forget_person
from members.actions.person import correct_person
from members.enums import CorrectedField, PrivacyRequestKind
from members.models import Person, PrivacyRequest
from members.permissions.privacy import (
    can_ask_privacy,
    can_decide_privacy,
    can_endorse_privacy,
    can_withdraw_privacy,
)
from members.queries.holdings import duties_of
from members.workflow import PRIVACY_REQUEST
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.calendar import add_working_days
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message


def ask_correction(
    *, person_id: int, field: str, value: str, said: str, on: date, by: Actor
) -> PrivacyRequest:
    """Ask for a name, a number or a phone to be put right, with what proves it.

    Refused: a field that is no such, nothing stated, the same asked already.
    """
    if field not in CorrectedField.values:
        raise Refusal("请选择要更正的一项。", field="field")
    if not value.strip() or not said.strip():
        raise Refusal("请写明正确的内容和证明材料。", field="value")
    asked = PrivacyRequest(
        kind=PrivacyRequestKind.CORRECT, field=field, value=value.strip(), said=said
    )
    return _ask(asked, person_id, on=on, by=by)


def ask_deletion(*, person_id: int, said: str, on: date, by: Actor) -> PrivacyRequest:
    """Ask to be forgotten; the answer says what a law keeps and until when."""
    asked = PrivacyRequest(kind=PrivacyRequestKind.DELETE, said=said.strip() or None)
    return _ask(asked, person_id, on=on, by=by)


def _ask(
    asked: PrivacyRequest, person_id: int, *, on: date, by: Actor
) -> PrivacyRequest:
    try:
        with transaction.atomic():
            person = Person.objects.select_related("organisation").get(pk=person_id)
            can_ask_privacy(by, person).require()
            asked.person, asked.organisation = person, person.organisation
            asked.asked_on = on
            asked.due_on = add_working_days(on, settings.PRIVACY_ANSWER_DAYS).on
            asked.save()
            _record(asked, "ask", on=on, by=by)
    except IntegrityError as error:
        if "privacy_request_one_open" not in str(error):
            raise
        raise Refusal("这一项您已提出，正在处理。", code="open") from None
    return asked


def withdraw_privacy_request(*, request_id: int, on: date, by: Actor) -> PrivacyRequest:
    """submitted or endorsed → withdrawn, by the person."""
    with transaction.atomic():
        asked = _locked(request_id)
        can_withdraw_privacy(by, asked).require()
        return _close(asked, "withdraw", on=on, by=by)


def endorse_deletion(
    *, request_id: int, opinion: str, on: date, by: Actor
) -> PrivacyRequest:
    """submitted → endorsed: the first of two people says what he found."""
    if not opinion.strip():
        raise Refusal("请写明处理意见。", field="opinion")
    with transaction.atomic():
        asked = _locked(request_id)
        can_endorse_privacy(by, asked).require()
        before = asked.state
        asked.state = PRIVACY_REQUEST.target_of("endorse", before)
        asked.endorsed_by_id, asked.opinion = by.user_id, opinion.strip()
        asked.save(update_fields=["state", "endorsed_by", "opinion"])
        _record(asked, "endorse", on=on, by=by, before=before, reason=asked.opinion)
    return asked


def refuse_privacy_request(
    *, request_id: int, answer: str, on: date, by: Actor
) -> PrivacyRequest:
    """→ refused, with the reason the person reads."""
    if not answer.strip():
        raise Refusal("请写明不同意的理由，本人会看到。", field="answer")
    with transaction.atomic():
        asked = _locked(request_id)
        can_decide_privacy(by, asked).require()
        asked.answer = answer.strip()
        return _close(asked, "refuse", on=on, by=by)


def grant_privacy_request(
    *, request_id: int, answer: str, on: date, by: Actor
) -> PrivacyRequest:
    """→ granted, and done at once: corrected, or deleted as far as no duty stands.

    Refused: a number that does not check or is another's; a deletion while something
    goes on (membership, a dossier on file), by one person alone, or by a stranger.
    """
    with transaction.atomic():
        asked = _locked(request_id)
        can_decide_privacy(by, asked).require()
        asked.answer = answer.strip()
        if asked.kind == PrivacyRequestKind.CORRECT:
            correct_person(
                person_id=asked.person_id,
                field=asked.field,
                value=asked.value or "",
                on=on,
                by=by,
            )
            return _close(asked, "grant", on=on, by=by)
        duties = duties_of(asked.person)
        running = [duty.what for duty in duties if duty.until is None]
        if running:
            raise Refusal(f"还不能删除：{'；'.join(running)}。", code="duty")
        asked.kept = [
            {"what": duty.what, "law": duty.law, "until": f"{duty.until}"}
            for duty in duties
            if duty.until is not None and duty.until >= on
        ]
        _close(asked, "grant", on=on, by=by)
        forget_person(asked.person, is_whole=not asked.kept, on=on, by=by)
    return asked


def _close(
    asked: PrivacyRequest, action: str, *, on: date, by: Actor
) -> PrivacyRequest:
    before = asked.state
    asked.state = PRIVACY_REQUEST.target_of(action, before)
    asked.closed_on, asked.value, asked.said = on, None, None
    if action != "withdraw":
        asked.decided_by_id = by.user_id
    asked.save()
    _record(asked, action, on=on, by=by, before=before, reason=asked.answer)
    return asked


def _record(
    asked: PrivacyRequest,
    verb: str,
    *,
    on: date,
    by: Actor,
    before: str = "",
    reason: str = "",
) -> None:
    """Write the step, and tell the person of it."""
    record(
        by=by,
        verb=verb,
        subject=asked,
        on=on,
        organisation_id=asked.organisation_id,
        changes={"state": [before, asked.state], "kind": asked.kind},
        reason=reason,
    )
    queue_message(
        person_id=asked.person_id,
        template="members/notices/privacy_answered.txt",
        context={
            "union": asked.organisation.short_name,
            "step": asked.get_state_display(),
        },
        about=(PrivacyRequest._meta.label_lower, asked.pk),
        key=f"members.privacy-{asked.pk}-{asked.state}",
        organisation_id=asked.organisation_id,
    )


def _locked(request_id: int) -> PrivacyRequest:
    return (
        PrivacyRequest.objects.select_for_update(of=("self",))
        .select_related("organisation", "person__organisation", "endorsed_by")
        .get(pk=request_id)
    )
