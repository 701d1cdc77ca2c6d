"""Verbs of consents: said by the person, by a family member's link, or on paper."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from members.enums import ConsentAct, ConsentChannel
from members.models import Consent, ConsentInvitation, Person
from members.permissions.privacy import (
    can_answer_invitation,
    can_record_consent,
    can_say_consent,
)
from members.queries.consent import (
    ConsentSubject,
    last_said,
    person_subject,
    purposes_for,
    subject_by_kind,
)
from members.rules.consent_text import Purpose, is_child
from members.rules.phone_number import read_phone_number
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.core.secrets import blind_index

LINK_JOB = "members.send_consent_link"
CHILD = "未满 14 周岁，须由监护人同意；请监护人到工会签署纸质同意书。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """What was said, how, and what proves it; on paper the evidence says where it is."""

    purpose: str
    act: str = ConsentAct.GIVEN
    channel: str = ConsentChannel.ONLINE
    evidence: str = ""
    is_guardian: bool = False


def say_consent(
    *, person_id: int, purpose: str, act: str, on: date, by: Actor
) -> Consent:
    """Give or withdraw on line; both by the same button on the same page."""
    with transaction.atomic():
        person = _locked_person(person_id)
        can_say_consent(by, person).require()
        entry = ConsentEntry(purpose=purpose, act=act)
        return write_consent(person_subject(person), entry, on=on, by=by)


def file_paper_consent(
    *, subject: ConsentSubject, entry: ConsentEntry, on: date, by: Actor
) -> Consent:
    """Write down what was signed on paper; refuses a paper nobody can find again."""
    with transaction.atomic():
        can_record_consent(by, subject.path).require()
        if not entry.evidence.strip():
            raise Refusal("请写明纸质同意书的编号和存放处。", field="evidence")
        return write_consent(subject, entry, on=on, by=by)


def invite_family_member(
    *, subject: ConsentSubject, phone: str, on: date, by: Actor
) -> ConsentInvitation:
    """Make the link of a grown-up family member and text it; an earlier one ends.

    Refused: a child, for whom the guardian signs.
    """
    number = read_phone_number(phone)
    with transaction.atomic():
        can_record_consent(by, subject.path).require()
        if is_child(subject.birth_date, on=on):
            raise Refusal(CHILD, code="child")
        _earlier(subject).update(ended_on=on)
        made = ConsentInvitation.objects.create(
            token=secrets.token_hex(16),
            subject_kind=subject.kind,
            subject_id=subject.id,
            organisation_id=subject.organisation_id,
            phone=number,
            phone_index=blind_index(number, kind="phone"),
            invited_by_id=by.user_id,
            invited_on=on,
        )
        record(
            by=by,
            verb="consent_invite",
            subject=(subject.kind, subject.id),
            on=on,
            organisation_id=subject.organisation_id,
        )
        enqueue(
            kind=LINK_JOB,
            key=f"consent-link-{made.pk}",
            arguments={"invitation": made.pk},
            by=by,
            organisation_id=subject.organisation_id,
        )
    return made


def answer_invitation(
    *, invitation_id: int, purpose: str, act: str, on: date, by: Actor
) -> Consent:
    """Give or withdraw by the link; only with the phone proven by a code."""
    with transaction.atomic():
        invitation = ConsentInvitation.objects.select_for_update(of=("self",)).get(
            pk=invitation_id
        )
        can_answer_invitation(by, invitation).require()
        subject = subject_by_kind(invitation.subject_kind, invitation.subject_id)
        if subject is None or invitation.ended_on is not None:
            raise Refusal("这个链接已停用，请联系工会重新发送。", code="ended")
        entry = ConsentEntry(purpose=purpose, act=act, channel=ConsentChannel.LINK)
        return write_consent(subject, entry, on=on, by=by)


def write_consent(
    subject: ConsentSubject, entry: ConsentEntry, *, on: date, by: Actor
) -> Consent:
    """Write what was said, with the text in force, inside the caller's transaction.

    Said twice is written once. What was never given can be withdrawn too: then it is a
    refusal. Refused: a purpose not asked of this subject, a child speaking for itself.
    """
    purpose = _purpose(subject, entry.purpose)
    text = purpose.text_on(on)
    if is_child(subject.birth_date, on=on) and not entry.is_guardian:
        raise Refusal(CHILD, code="child")
    last = last_said(subject.kind, [subject.id]).get((subject.id, purpose.code))
    if last is not None and (last.act, last.version) == (entry.act, text.version):
        return last
    made = Consent.objects.create(
        subject_kind=subject.kind,
        subject_id=subject.id,
        organisation_id=subject.organisation_id,
        purpose=purpose.code,
        version=text.version,
        digest=text.digest,
        act=ConsentAct(entry.act),
        channel=entry.channel,
        is_guardian=entry.is_guardian,
        evidence=entry.evidence.strip(),
        recorded_by_id=by.user_id if entry.channel == ConsentChannel.PAPER else None,
        on=on,
    )
    record(
        by=by,
        verb=f"consent_{made.act}",
        subject=(subject.kind, subject.id),
        on=on,
        organisation_id=subject.organisation_id,
        changes={"purpose": purpose.code, "version": text.version},
        reason=made.evidence,
    )
    return made


def write_consents(
    subject: ConsentSubject, codes: Iterable[str], *, on: date, by: Actor
) -> None:
    """What was ticked on a form."""
    for code in codes:
        write_consent(subject, ConsentEntry(purpose=code), on=on, by=by)


def carry_consents(
    source: ConsentSubject, target: ConsentSubject, *, by: Actor
) -> None:
    """What an applicant said becomes the person's, with its day, now that he is known."""
    for said in last_said(source.kind, [source.id]).values():
        entry = ConsentEntry(purpose=said.purpose, act=said.act, channel=said.channel)
        write_consent(target, entry, on=said.on, by=by)


def _purpose(subject: ConsentSubject, code: str) -> Purpose:
    for one in purposes_for(subject):
        if one.code == code:
            return one
    raise Refusal("没有这一项，请刷新页面。", code="purpose")


def _earlier(subject: ConsentSubject) -> QuerySet[ConsentInvitation]:
    return ConsentInvitation.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, ended_on=None
    )


def _locked_person(person_id: int) -> Person:
    return (
        Person.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=person_id)
    )
