"""The authority (授权) of the people whom an applicant for a dossier names.

A grown-up says it by his own link or on paper, the applicant for his children; without
all of them the file does not go to the county. What is said by a link, and taken back
by it, stands in `members.actions.consent`.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from assistance.actions.application_steps import locked_application
from assistance.enums import AidApplicationState
from assistance.models import AidApplication, AidEvidence, HouseholdMember
from assistance.queries.families import find_family
from assistance.queries.households import named_in, without_authority
from assistance.rules.authority import Speaker, speaker_for
from members.actions.consent import (
    ConsentEntry,
    invite_family_member,
    write_consent,
)
from members.enums import ConsentChannel
from members.models import Consent
from members.permissions.privacy import can_record_consent
from members.queries.consent import AID, invitation_of
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.papers import keep_papers
from unionportal.core.uploads.evidence import Evidence

AUTHORITY = "authority"
OPEN = (
    AidApplicationState.SUBMITTED,
    AidApplicationState.ASKED,
    AidApplicationState.ACCEPTED,
    AidApplicationState.VISITED,
    AidApplicationState.NOTICED,
)


def ask_for_authorities(
    application: AidApplication, *, agreed: bool, on: date, by: Actor
) -> None:
    """At the hand-in: the applicant speaks for his children, grown-ups get their link.

    Who has said something already is not asked again. Refused: children without the
    applicant's word for them.
    """
    lacking = without_authority(application)
    subjects = find_family([one.pk for one in lacking])
    for member in lacking:
        subject = subjects[member.pk]
        speaker = speaker_for(member.relation, member.birth_date, on=on)
        if speaker is Speaker.APPLICANT:
            if not agreed:
                raise Refusal(
                    f"{member.name}未成年，请您作为监护人勾选同意。", field="agreed"
                )
            given = ConsentEntry(purpose=AID, is_guardian=True)
            write_consent(subject, given, on=on, by=by)
        elif speaker is Speaker.HIMSELF and member.phone:
            link = invitation_of(subject)
            if link is None or link.phone != member.phone:
                invite_family_member(
                    subject=subject, phone=member.phone, on=on, by=SYSTEM
                )


@transaction.atomic
def file_member_authority(
    *,
    application_id: int,
    member_id: int,
    papers: Sequence[Evidence],
    is_guardian: bool,
    on: date,
    by: Actor,
) -> Consent:
    """Write down what one of the household signed, with photographs of the paper.

    Refused: no photograph; a child below fourteen without its guardian; an application
    that is not under way.
    """
    application = locked_application(application_id)
    can_record_consent(by, application.union.path).require()
    if application.state not in OPEN:
        raise Refusal("申请不在办理中，不能登记授权。", code="state")
    member = named_in(application).filter(pk=member_id).first()
    if member is None:
        raise Refusal("请选择申请里的家庭成员。", field="member")
    if not papers:
        raise Refusal("请附上本人签名的授权书照片。", field="papers")
    held = AidEvidence.objects.filter(application=application)
    known = set(held.filter(item=AUTHORITY).values_list("sha256", flat=True))
    keep_papers(
        AidEvidence,
        [one for one in papers if one.sha256 not in known],
        after=held.count(),
        application=application,
        item=AUTHORITY,
        given_on=on,
    )
    entry = ConsentEntry(
        purpose=AID,
        channel=ConsentChannel.PAPER,
        evidence=f"建档申请 {application.pk} 的授权书照片，{on:%Y-%m-%d}",
        is_guardian=is_guardian,
    )
    return write_consent(find_family([member.pk])[member.pk], entry, on=on, by=by)


def require_authorities(application: AidApplication) -> None:
    """Refuse to go on while somebody's authority is missing or was taken back."""
    lacking: list[HouseholdMember] = without_authority(application)
    if lacking:
        names = "、".join(one.name for one in lacking)
        raise Refusal(
            f"还缺{names}的授权，不能送县级工会：请本人用短信里的链接同意，或签纸质授权书"
            "（未满 14 周岁由监护人签），拍照后“登记家人授权”。",
            code="authority",
        )
