"""Verbs of people on messages: call, give up, send again, word a template."""

from datetime import date

from django.db import transaction

from members.actions.disclosure import write_unmasking
from members.models import Organisation, Person
from members.permissions.messages import (
    can_call_person,
    can_resend_message,
    can_word_messages,
)
from members.queries.disclosure import FULL_NUMBERS, PHONE_TO_CALL, unmasked_until
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.messages import enqueue_sending
from unionportal.core.messages.wordings import check_wording, template_of
from unionportal.core.models.messages import (
    MESSAGE,
    CallOutcome,
    Message,
    MessageCall,
    MessageState,
    MessageWording,
)

MESSAGE_KIND = "core.message"


def record_call(
    *, message_id: int, number: int, outcome: str, note: str, on: date, by: Actor
) -> Message:
    """failed → called when the person was told; else the call is kept and he stays listed.

    `number` says which call of this message it is, as the caller saw the list: the same
    call said twice stays one. Refuses a message that is not on the call list, an outcome
    that is none, and a number under which another call was written meanwhile.
    """
    if outcome not in CallOutcome.values:
        raise Refusal("请选择通话结果。", field="outcome")
    with transaction.atomic():
        message, union = _locked(message_id)
        can_call_person(by, union).require()
        note = note.strip()[:200]
        if _is_written(message, number, (outcome, note, by.user_id)):
            return message
        target = MESSAGE.target_of("call", message.state)
        before = message.state
        MessageCall.objects.create(
            message=message,
            number=number,
            on=on,
            outcome=outcome,
            note=note,
            caller_id=by.user_id,
            caller_name=by.name,
        )
        if outcome == CallOutcome.TOLD:
            message.state = target
            message.save(update_fields=["state"])
        _record(message, "call_person", before, on=on, by=by, reason=note)
    return message


def give_up_calling(*, message_id: int, reason: str, on: date, by: Actor) -> Message:
    """failed → unreached, once somebody has called at least once. Needs a reason."""
    if not reason.strip():
        raise Refusal("请写明为什么不再联系，例如已上门走访。", field="reason")
    with transaction.atomic():
        message, union = _locked(message_id)
        can_call_person(by, union).require()
        before = message.state
        target = MESSAGE.target_of("give_up", before)
        if not message.calls.exists():
            raise Refusal("还没有打过电话，请先联系并登记通话结果。", code="no_call")
        message.state = target
        message.save(update_fields=["state"])
        _record(message, "give_up", before, on=on, by=by, reason=reason.strip())
    return message


def resend_message(*, message_id: int, reason: str, on: date, by: Actor) -> Message:
    """failed → queued, by a person who answers for it: the phone may get it twice."""
    if not reason.strip():
        raise Refusal("请写明为什么重新发送，例如已更换手机号。", field="reason")
    with transaction.atomic():
        message, union = _locked(message_id)
        can_resend_message(by, union).require()
        before = message.state
        message.state = MESSAGE.target_of("resend", before)
        message.text, message.reason = "", ""
        message.attempt_count, message.not_before = 0, None
        message.resend_count += (
            1  # a reference of its own: the gateway knows the old one
        )
        message.sent_at = message.reported_at = None
        message.save()
        _record(message, "resend", before, on=on, by=by, reason=reason.strip())
        enqueue_sending()
    return message


@transaction.atomic
def show_message_phone(*, message_id: int, reason: str, on: date, by: Actor) -> str:
    """Tell the number to call, for a reason; the person sees who asked and why.

    It counts among the people whose numbers somebody may have shown on a day; within the
    half hour the same number is told again. Empty where none is known.
    Refused: no reason, a post without the right, the day's limit.
    """
    message, union = _locked(message_id)
    can_call_person(by, union).require()
    person = Person.objects.select_related("organisation").get(pk=message.person_id)
    if person.phone and not _still_shown(person, by):
        write_unmasking(person, reason=reason, on=on, by=by, what=PHONE_TO_CALL)
        _record(message, "show_phone", message.state, on=on, by=by, reason=reason)
    return person.phone or ""


def _is_written(
    message: Message, number: int, call: tuple[str, str, int | None]
) -> bool:
    """Whether this very call stands already; the message is locked."""
    if number == message.calls.count() + 1:
        return False
    said = message.calls.filter(number=number)
    if said.values_list("outcome", "note", "caller_id").first() == call:
        return True
    raise Refusal(
        "您打开页面之后，这条通知又登记了通话；请看过通话记录后再登记。", code="state"
    )


def _still_shown(person: Person, by: Actor) -> bool:
    return bool(unmasked_until(by.user_id, person.pk, FULL_NUMBERS, PHONE_TO_CALL))


@transaction.atomic
def set_wording(
    *, template: str, organisation_id: int, text: str, on: date, by: Actor
) -> MessageWording:
    """Keep a union's own words for a template, for it and those below; a new version.

    Nothing but blanks goes back to the words above. Refuses words that name an illness,
    a kind of aid or an amount, are too long, unsigned, or have blanks nobody fills.
    """
    union = Organisation.objects.get(pk=organisation_id)
    can_word_messages(by, union).require()
    shipped = template_of(template)
    written = check_wording(template, text) if text.strip() else ""
    made = MessageWording.objects.create(
        template=template,
        organisation_id=union.pk,
        text=written,
        set_on=on,
        set_by_name=by.name,
    )
    record(
        by=by,
        verb="set_wording",
        subject=made,
        on=on,
        organisation_id=union.pk,
        changes={"template": shipped.code, "text": written},
    )
    return made


def _locked(message_id: int) -> tuple[Message, Organisation | None]:
    message = Message.objects.select_for_update().get(pk=message_id)
    union = Organisation.objects.filter(pk=message.organisation_id).first()
    return message, union


def _record(
    message: Message, verb: str, before: str, *, on: date, by: Actor, reason: str = ""
) -> None:
    record(
        by=by,
        verb=verb,
        subject=message,
        on=on,
        organisation_id=message.organisation_id,
        changes={"state": [before, str(MessageState(message.state))]},
        reason=reason,
    )
