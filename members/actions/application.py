"""Verbs of applications to join: submitted by the worker, decided by the basic union."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction

from members.actions.consent import carry_consents, write_consents
from members.actions.membership import ENDED, write_admission
from members.actions.person import PersonEntry, register_person
from members.actions.real_name import Said, put_particulars, read_particulars
from members.models import Membership, MembershipApplication, Organisation, Person
from members.permissions.membership import (
    can_apply_to_join,
    can_decide_application,
    can_withdraw_application,
)
from members.queries.consent import application_subject, person_subject
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import plain_name
from members.rules.phone_number import read_phone_number
from members.workflow import APPLICATION
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message
from unionportal.core.secrets import blind_index, blind_indexes

DOCUMENT = "入会申请书（在线，第 {number} 号）"
ALREADY = "您已有一份入会申请在办理，请先查看进度；要改投别的工会，请先撤回。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """What the applicant states; the phone is the one he has proven by a code."""

    name: str
    id_number: str
    phone: str
    organisation_id: int
    particulars: Mapping[str, Said] = field(default_factory=dict)
    note: str = ""
    consents: tuple[str, ...] = ()


def submit_application(
    *, entry: ApplicationEntry, on: date, by: Actor
) -> MembershipApplication:
    """Apply to a union. Who is registered is found by the ID number.

    Refuses a wrong number, another person's name, a second application under way,
    and a member. It never tells a stranger whom the register knows: a name that is
    not the registered one is left for the union to see.
    """
    read = read_id_number(entry.id_number, on=on)
    index = blind_index(read.number, kind="id_number")
    phone = read_phone_number(entry.phone) if entry.phone else ""
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        numbers = blind_indexes(read.number, kind="id_number")
        known = Person.objects.filter(id_number_index__in=numbers).first()
        can_apply_to_join(by, known, organisation).require()
        _require_no_member(known, entry.name)
        application = MembershipApplication(
            organisation=organisation,
            person=known if by.person_id else None,
            name=_named(entry.name),
            id_number=read.number,
            id_number_index=index,
            phone=phone or None,
            phone_index=blind_index(phone, kind="phone") if phone else "",
            particulars=read_particulars(entry.particulars),
            note=entry.note.strip(),
            applied_on=on,
            submitted_on=on,
        )
        _save_once(application)
        asked = application_subject(application)
        write_consents(asked, entry.consents, on=on, by=by)
        _record(by, "submit", application, on)
    return application


def resubmit_application(
    *,
    application_id: int,
    particulars: Mapping[str, Said],
    note: str,
    on: date,
    by: Actor,
) -> MembershipApplication:
    """returned → submitted, with what was missing. By the applicant only."""
    with transaction.atomic():
        application = _locked(application_id)
        can_withdraw_application(by, application).require()
        before = application.state
        application.state = APPLICATION.target_of("resubmit", before)
        application.particulars = read_particulars(particulars)
        application.note = note.strip()
        application.submitted_on = on
        application.save(update_fields=["state", "particulars", "note", "submitted_on"])
        _record(by, "resubmit", application, on, before=before)
    return application


def ask_applicant(
    *, application_id: int, answer: str, on: date, by: Actor
) -> MembershipApplication:
    """submitted → returned: say what is missing. The applicant is told."""
    return _answer(application_id, "ask_more", answer, on, by)


def refuse_application(
    *, application_id: int, answer: str, on: date, by: Actor
) -> MembershipApplication:
    """submitted → refused, with the reason. The applicant is told."""
    return _answer(application_id, "refuse", answer, on, by)


def withdraw_application(
    *, application_id: int, on: date, by: Actor
) -> MembershipApplication:
    """submitted or returned → withdrawn, by the applicant."""
    with transaction.atomic():
        application = _locked(application_id)
        can_withdraw_application(by, application).require()
        before = application.state
        application.state = APPLICATION.target_of("withdraw", before)
        application.decided_on = on
        application.decided_by_name = by.name
        application.save(update_fields=["state", "decided_on", "decided_by_name"])
        _record(by, "withdraw", application, on, before=before)
    return application


def approve_application(*, application_id: int, on: date, by: Actor) -> Membership:
    """submitted → approved: the applicant is a member from this day, and has a card.

    Registers who is not registered; writes what he said into the register. Refuses a
    name that is not the registered one, a member, and the applicant himself.
    """
    with transaction.atomic():
        application = _locked(application_id)
        can_decide_application(by, application).require()
        before = application.state
        target = APPLICATION.target_of("approve", before)
        person = _person_of(application, on=on)
        application.state = target
        application.person = person
        application.decided_on = on
        application.decided_by_name = by.name
        application.answer = ""
        application.save(
            update_fields=["state", "person", "decided_on", "decided_by_name", "answer"]
        )
        membership = write_admission(
            person=person,
            organisation=application.organisation,
            document=DOCUMENT.format(number=application.pk),
            on=on,
            by=by,
        )
        put_particulars(person, application.particulars)
        carry_consents(application_subject(application), person_subject(person), by=by)
        _record(by, "approve", application, on, before=before)
        _tell(application)
    return membership


def _person_of(application: MembershipApplication, *, on: date) -> Person:
    """The registered person, locked; a new one when nobody has that number."""
    numbers = blind_indexes(application.id_number, kind="id_number")
    found = Person.objects.select_for_update(of=("self",))
    person = found.filter(id_number_index__in=numbers).first()
    if person is None:
        entry = PersonEntry(
            name=application.name,
            id_number=application.id_number,
            phone=application.phone or "",
            organisation_id=application.organisation_id,
        )
        return register_person(entry=entry, on=on, by=SYSTEM).person
    if person.name != application.name:
        raise Refusal(
            "该身份证号登记的姓名与申请人所填不同，请核对身份证后退回补充或更正登记。",
            code="name",
        )
    if not person.phone_index and application.phone:
        person.phone, person.phone_index = application.phone, application.phone_index
        person.save(update_fields=["phone", "phone_index"])
    return person


def _answer(
    application_id: int, action: str, answer: str, on: date, by: Actor
) -> MembershipApplication:
    if not answer.strip():
        raise Refusal("请写明理由或需要补充的内容，申请人会看到。", field="answer")
    with transaction.atomic():
        application = _locked(application_id)
        can_decide_application(by, application).require()
        before = application.state
        application.state = APPLICATION.target_of(action, before)
        application.answer = answer.strip()
        if action == "refuse":
            application.decided_on = on
            application.decided_by_name = by.name
        application.save(
            update_fields=["state", "answer", "decided_on", "decided_by_name"]
        )
        _record(by, action, application, on, before=before)
        _tell(application)
    return application


def _tell(application: MembershipApplication) -> None:
    """Who is registered gets a message; a stranger sees it by his phone and code."""
    if application.person_id is None:
        return
    queue_message(
        person_id=application.person_id,
        template="members/notices/application_answered.txt",
        context={"union": application.organisation.short_name},
        about=(MembershipApplication._meta.label_lower, application.pk),
        key=f"members.application-{application.pk}-{application.state}"
        f"-{application.submitted_on}",
        organisation_id=application.organisation_id,
    )


def _require_no_member(known: Person | None, name: str) -> None:
    if known is None or plain_name(name) != known.name:
        return
    held = Membership.objects.filter(person=known).exclude(state__in=ENDED).first()
    if held is not None:
        raise Refusal(
            "您已是工会会员，不用再次申请；换了单位的，请登录后办理转会。",
            code="member",
        )


def _named(text: str) -> str:
    name = plain_name(text)
    if not name:
        raise Refusal("请填写姓名。", field="name")
    return name


def _save_once(application: MembershipApplication) -> None:
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        if "application_one_open" not in str(error):
            raise
        raise Refusal(ALREADY, code="open") from None


def _locked(application_id: int) -> MembershipApplication:
    return (
        MembershipApplication.objects.select_for_update(of=("self",))
        .select_related("organisation", "person")
        .get(pk=application_id)
    )


def _record(
    by: Actor,
    verb: str,
    application: MembershipApplication,
    on: date,
    *,
    before: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=application,
        on=on,
        organisation_id=application.organisation_id,
        changes={"state": [before, application.state]},
        reason=application.answer,
    )
