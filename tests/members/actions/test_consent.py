"""Consents: apart by purpose, as easily withdrawn as given, and what each one stops."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from members.actions.consent import (
    ConsentEntry,
    answer_invitation,
    file_paper_consent,
    invite_family_member,
    say_consent,
    write_consent,
)
from members.actions.real_name import describe_person
from members.enums import ConsentAct, ConsentChannel, Role
from members.models import Consent, Person
from members.queries.consent import (
    ConsentSubject,
    Standing,
    last_said,
    person_subject,
    purposes,
    standings_of,
)
from members.queries.texting import may_text
from members.rules.consent_text import is_child, read_purposes
from tests.members.builders import NEXT_COUNTY, ON, person, staff, worker
from tests.members.joining import applied, approved, basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def subject_of(someone: Person) -> ConsentSubject:
    return person_subject(
        Person.objects.select_related("organisation").get(pk=someone.pk)
    )


def say(someone: Person, purpose: str, act: str = ConsentAct.GIVEN) -> Consent:
    return say_consent(
        person_id=someone.pk, purpose=purpose, act=act, on=ON, by=worker(someone)
    )


def standing(someone: Person, code: str) -> Standing:
    found = standings_of(subject_of(someone), on=ON)
    return next(one for one in found if one.purpose.code == code)


def test_each_purpose_is_given_apart_with_its_text_and_withdrawn_alone() -> None:
    someone = person()
    given = say(someone, "sms")
    say(someone, "hardship_aid")
    say(someone, "sms", ConsentAct.WITHDRAWN)
    assert standing(someone, "sms").is_withdrawn
    assert standing(someone, "hardship_aid").is_given
    assert standing(someone, "membership").said is None
    text = purposes()["sms"].text_on(ON)
    kept = (given.version, given.digest, given.channel, given.on)
    assert kept == (1, text.digest, ConsentChannel.ONLINE, ON)
    assert given.at is not None
    verbs = [entry.verb for entry in history_of(someone)][:3]
    assert verbs == ["consent_withdrawn", "consent_given", "consent_given"]


def test_what_is_said_twice_is_written_once_and_never_changed() -> None:
    someone = person()
    first = say(someone, "sms")
    assert say(someone, "sms") == first
    with pytest.raises(DatabaseError, match="permission"), transaction.atomic():
        Consent.objects.filter(pk=first.pk).update(act=ConsentAct.WITHDRAWN)


def test_a_new_text_is_asked_anew() -> None:
    someone = person()
    say(someone, "sms")
    found = standing(someone, "sms")
    assert not found.is_outdated
    later = replace(found.text, version=2, valid_from=date(2025, 12, 2))
    assert Standing(found.purpose, later, found.said).is_outdated
    assert found.purpose.text_on(date(2024, 1, 1)).version == 1


def test_versions_out_of_order_are_refused() -> None:
    source = (
        "- {code: a, title: A, is_sensitive: false, asks_family: false, stops: s,"
        " keeps: k, versions: [{version: 2, from: 2025-01-01, text: t}]}"
    )
    with pytest.raises(ValueError, match="out of order"):
        read_purposes(source)


def test_nobody_consents_for_another() -> None:
    someone, other = person(), person("李四")
    for by in (worker(other), staff(Role.MAKER)):
        with pytest.raises(Refusal, match="只能由本人"):
            say_consent(person_id=someone.pk, purpose="sms", act="given", on=ON, by=by)
    with pytest.raises(Refusal, match="没有这一项"):
        say(someone, "lottery")
    assert not Consent.objects.exists()


def test_paper_needs_its_place_and_the_union_s_own_staff() -> None:
    subject = subject_of(person())
    entry = ConsentEntry(purpose="hardship_aid", channel=ConsentChannel.PAPER)
    with pytest.raises(Refusal, match="编号和存放处"):
        file_paper_consent(subject=subject, entry=entry, on=ON, by=staff(Role.MAKER))
    signed = replace(entry, evidence="授权书 2025-017，县总档案柜 3")
    with pytest.raises(Refusal, match="登记个人信息同意须有"):
        file_paper_consent(
            subject=subject, entry=signed, on=ON, by=staff(Role.MAKER, at=NEXT_COUNTY)
        )
    maker = staff(Role.MAKER)
    made = file_paper_consent(subject=subject, entry=signed, on=ON, by=maker)
    assert (made.recorded_by_id, made.evidence) == (maker.user_id, signed.evidence)


def test_a_child_below_fourteen_needs_its_guardian() -> None:
    assert is_child(date(2011, 12, 2), on=ON)
    assert not is_child(date(2011, 12, 1), on=ON)
    assert not is_child(None, on=ON)
    child = replace(subject_of(person()), birth_date=date(2015, 5, 1))
    entry = ConsentEntry(
        purpose="hardship_aid", channel=ConsentChannel.PAPER, evidence="同意书 8 号"
    )
    with pytest.raises(Refusal, match="监护人"), transaction.atomic():
        write_consent(child, entry, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="监护人"):
        invite_family_member(subject=child, phone="13700001234", on=ON, by=SYSTEM)
    made = write_consent(child, replace(entry, is_guardian=True), on=ON, by=SYSTEM)
    assert made.is_guardian


def test_a_link_serves_the_holder_of_its_phone_until_the_next_one() -> None:
    subject = subject_of(person())
    first = invite_family_member(subject=subject, phone="13700001234", on=ON, by=SYSTEM)
    stranger = worker(person("李四"))
    with pytest.raises(Refusal, match="短信验证码"):
        answer_invitation(
            invitation_id=first.pk, purpose="sms", act="given", on=ON, by=stranger
        )
    holder = replace(stranger, person_id=None, proven_phone_index=first.phone_index)
    said = answer_invitation(
        invitation_id=first.pk, purpose="sms", act="given", on=ON, by=holder
    )
    assert said.channel == ConsentChannel.LINK
    invite_family_member(subject=subject, phone="13700005678", on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="已停用"):
        answer_invitation(
            invitation_id=first.pk, purpose="sms", act="withdrawn", on=ON, by=holder
        )


# --- what a withdrawal stops


def test_who_withdrew_is_sent_no_message_by_phone() -> None:
    silent, other = person(), person("李四")
    say(silent, "sms")
    say(silent, "sms", ConsentAct.WITHDRAWN)
    assert may_text([silent.pk, other.pk], "sms") == [other.pk]
    say(silent, "sms")
    assert may_text([silent.pk, other.pk], "sms") == [silent.pk, other.pk]


def test_who_withdrew_corrects_his_particulars_himself() -> None:
    someone = person()
    say(someone, "membership", ConsentAct.WITHDRAWN)
    with pytest.raises(Refusal, match="只能由本人更正"):
        describe_person(
            person_id=someone.pk, said={"trade": "焊工"}, on=ON, by=staff(Role.MAKER)
        )
    describe_person(
        person_id=someone.pk, said={"trade": "焊工"}, on=ON, by=worker(someone)
    )
    someone.refresh_from_db()
    assert someone.trade == "焊工"


def test_what_an_applicant_ticked_becomes_the_member_s() -> None:
    application = applied(basic_union())
    subject = replace(
        subject_of(person("占位")),
        kind="members.membershipapplication",
        id=application.pk,
    )
    write_consent(subject, ConsentEntry(purpose="membership"), on=ON, by=SYSTEM)
    membership = approved(application, staff(Role.CHECKER))
    said = last_said("members.person", [membership.person_id])
    assert {code for _, code in said} == {"membership"}
