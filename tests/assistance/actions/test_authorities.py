"""Each grown-up of a household says for himself that his data may be used."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from assistance.actions.applications import submit_aid_application
from assistance.actions.authorities import file_member_authority
from assistance.actions.dossier_intakes import (
    announce_dossier,
    file_dossier,
    record_intake_visit,
)
from assistance.actions.household_rows import put_household_member
from assistance.actions.intake import accept_aid_application, ask_for_more
from assistance.enums import HardshipClass, Relation
from assistance.models import AidApplication, AidEvidence, HouseholdMember
from assistance.queries.families import find_family, members_with_consent
from assistance.queries.households import household_of, without_authority
from assistance.rules.authority import Speaker, speaker_for
from members.actions.consent import LINK_JOB, answer_invitation
from members.actions.consent_links import send_consent_link
from members.enums import Role
from members.models import ConsentInvitation
from members.queries.consent import AID, invitation_of
from tests.assistance import builders as make
from tests.assistance import intakes
from tests.assistance.applying import photo
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models import Job

pytestmark = pytest.mark.django_db
ON, VISITED, OVER = intakes.APPLYING, intakes.VISITED, intakes.OVER


def member_of(application: AidApplication, name: str) -> HouseholdMember:
    return HouseholdMember.objects.get(application=application, name=name)


def says(member: HouseholdMember, act: str) -> None:
    """What he presses behind his own link, with the code from his phone."""
    link = invitation_of(find_family([member.pk])[member.pk])
    assert link is not None
    himself = Actor(
        kind="worker", name="家庭成员本人", proven_phone_index=link.phone_index
    )
    answer_invitation(
        invitation_id=link.pk, purpose=AID, act=act, on=VISITED, by=himself
    )


def test_a_file_goes_to_the_county_only_with_every_word_and_stops_when_one_is_taken(
    settings: Settings, tmp_path: Path
) -> None:
    make.standard()
    found = intakes.intake_accepted(make.person("陈阿秀"), intakes.intake_window())
    wife, child = member_of(found, "王建国"), member_of(found, "王小明")
    asked, spoken_for = [one.authority for one in household_of(found)]
    assert asked.startswith("已发短信到 139****")
    assert spoken_for == "监护人已同意"
    link = ConsentInvitation.objects.get(subject_id=wife.pk)
    settings.SMS_BACKEND = "unionportal.core.messages.FileBackend"
    settings.SMS_FILE = tmp_path / "sms.txt"
    assert Job.objects.get(kind=LINK_JOB).arguments == {"invitation": link.pk}
    assert send_consent_link(link.pk) == "sent"
    phone, text = settings.SMS_FILE.read_text(encoding="utf-8").split("\t")
    assert (phone, f"/consent/{link.token}/" in text) == (wife.phone, True)
    assert "困难" not in text

    visit = {"visited_on": VISITED, "visitors": "陈走访", "papers": photo(), "on": OVER}
    with pytest.raises(Refusal, match="还缺王建国的授权，不能送县级工会"):
        record_intake_visit(application_id=found.pk, by=SYSTEM, **dict[str, Any](visit))
    says(wife, "given")
    assert without_authority(found) == []
    record_intake_visit(application_id=found.pk, by=SYSTEM, **dict[str, Any](visit))
    says(wife, "withdrawn")
    announce: dict[str, Any] = {
        "application_id": found.pk,
        "hardship_class": HardshipClass.DEEP,
        "class_reason": "",
        "on": VISITED,
        "by": make.staff(Role.MAKER, on=ON),
    }
    with pytest.raises(Refusal, match="还缺王建国的授权"):
        announce_dossier(**announce)
    says(wife, "given")
    announce_dossier(**announce)
    intakes.notice_ended(found)
    says(wife, "withdrawn")
    with pytest.raises(Refusal, match="还缺王建国的授权"):
        file_dossier(application_id=found.pk, on=OVER, by=SYSTEM)
    says(wife, "given")
    dossier = file_dossier(application_id=found.pk, on=OVER, by=SYSTEM)
    assert [(one.pk, said) for one, _, said in members_with_consent(dossier)] == [
        (wife.pk, "同意"),
        (child.pk, "同意"),
    ]
    says(wife, "withdrawn")
    assert members_with_consent(dossier)[0][2] == "撤回"


def test_paper_is_photographed_and_a_child_needs_its_guardian() -> None:
    make.standard()
    applicant, window = make.person("陈阿秀"), intakes.intake_window()
    draft = intakes.intake_drafted(applicant, window, said_size="4")
    by = make.worker(applicant)
    nephew = intakes.child("王小侄", relation=Relation.OTHER)
    put_household_member(application_id=draft.pk, row=nephew, on=ON, by=by)
    submit_aid_application(application_id=draft.pk, agreed=True, on=ON, by=by)
    row = member_of(draft, "王小侄")
    lacking = [one.name for one in without_authority(draft)]
    assert lacking == ["王建国", "王小侄"]
    clerk = make.staff(Role.MAKER, on=ON)
    keys: dict[str, Any] = {"application_id": draft.pk, "on": ON, "by": clerk}
    with pytest.raises(Refusal, match="监护人"):
        file_member_authority(
            member_id=row.pk, papers=photo(), is_guardian=False, **keys
        )
    with pytest.raises(Refusal, match="照片"):
        file_member_authority(member_id=row.pk, papers=[], is_guardian=True, **keys)
    stranger = make.staff(Role.APPROVER, on=ON)
    with pytest.raises(Refusal, match="登记个人信息同意"):
        file_member_authority(
            member_id=row.pk,
            papers=photo(),
            is_guardian=True,
            **keys | {"by": stranger},
        )
    for _twice in range(2):
        said = file_member_authority(
            member_id=row.pk, papers=photo(), is_guardian=True, **keys
        )
    assert (said.is_guardian, said.channel, said.recorded_by_id) == (
        True,
        "paper",
        clerk.user_id,
    )
    assert AidEvidence.objects.filter(application=draft, item="authority").count() == 1
    assert [one.name for one in without_authority(draft)] == ["王建国"]

    ask_for_more(application_id=draft.pk, answer="补户口簿", on=ON, by=clerk)
    changed = intakes.spouse("王建国", id_number="", phone="13912340000")
    keys = {"application_id": draft.pk, "on": ON, "by": by}
    wife = member_of(draft, "王建国")
    put_household_member(row=changed, member_id=wife.pk, **keys)
    submit_aid_application(agreed=False, **keys)
    links = ConsentInvitation.objects.filter(subject_id=wife.pk).order_by("pk")
    assert [one.ended_on for one in links] == [ON, None]
    assert links[1].phone == "13912340000"
    assert send_consent_link(links[0].pk) == "ended"
    accept_aid_application(application_id=draft.pk, on=ON, by=SYSTEM)


@pytest.mark.parametrize(
    ("relation", "born", "speaker"),
    [
        (Relation.SPOUSE, date(1980, 1, 1), Speaker.HIMSELF),
        (Relation.CHILD, date(2007, 8, 1), Speaker.HIMSELF),
        (Relation.CHILD, date(2007, 8, 2), Speaker.APPLICANT),
        (Relation.OTHER, date(2011, 8, 1), Speaker.HIMSELF),
        (Relation.OTHER, date(2011, 8, 2), Speaker.GUARDIAN),
        (Relation.PARENT, None, Speaker.HIMSELF),
    ],
)
def test_who_speaks_follows_from_age_and_relation(
    relation: Relation, born: date | None, speaker: Speaker
) -> None:
    assert speaker_for(relation, born, on=ON) is speaker
