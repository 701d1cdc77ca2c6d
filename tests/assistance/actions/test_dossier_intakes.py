"""From the phone to a dossier: each step another post's, refused where it must be."""

import pytest

from assistance.actions.application_drafts import start_aid_application
from assistance.actions.applications import (
    object_to_refusal,
    submit_aid_application,
)
from assistance.actions.dossier_intakes import (
    announce_dossier,
    decline_dossier,
    file_dossier,
    record_intake_visit,
)
from assistance.actions.rounds import open_round
from assistance.enums import AidApplicationState, HardshipClass, VisitPurpose
from assistance.models import HouseholdDossier
from assistance.queries.application_stories import story_of
from assistance.queries.intakes import intakes_waiting, notice_of
from members.actions.consent import say_consent
from members.enums import Role
from members.models import NoticeLine
from members.queries.consent import AID
from tests.assistance import applying, intakes
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.figures import figure
from unionportal.core.models import Message

pytestmark = pytest.mark.django_db
ON, VISITED, OVER = intakes.APPLYING, intakes.VISITED, intakes.OVER


def test_an_application_walks_from_post_to_post_and_ends_in_a_dossier() -> None:
    make.standard()
    applicant = make.person("陈阿秀")
    found = intakes.intake_accepted(applicant, intakes.intake_window())
    maker = make.staff(Role.MAKER, on=ON)
    checker = make.staff(Role.CHECKER, on=ON)

    def waiting(actor: Actor) -> list[str]:
        return [one.title for one in intakes_waiting(actor, ON)]

    assert (waiting(maker), waiting(checker)) == (["建档申请：入户走访"], [])
    intakes.intake_visited(found, by=maker)
    assert waiting(maker) == ["建档申请：核定类别并公示"]
    intakes.intake_announced(found, by=maker)
    told = story_of(found).public_line
    notice = notice_of(found)
    assert notice is not None
    line = NoticeLine.objects.get(notice=notice)
    assert told == f"{line.name_masked}，{line.unit_name}，{line.note}"
    with pytest.raises(Refusal, match="公示还没有结束"):
        file_dossier(application_id=found.pk, on=VISITED, by=checker)
    intakes.notice_ended(found)
    assert (waiting(maker), waiting(checker)) == ([], ["建档申请：批准建档"])
    with pytest.raises(Refusal, match="不能由公示的人批准"):
        file_dossier(application_id=found.pk, on=OVER, by=maker)
    dossier = file_dossier(application_id=found.pk, on=OVER, by=checker)

    found.refresh_from_db()
    assert found.state == AidApplicationState.FILED
    assert (dossier.principal_id, dossier.hardship_class, dossier.main_cause) == (
        applicant.pk,
        HardshipClass.DEEP,
        "illness",
    )
    assert (dossier.applied_on, dossier.approved_on) == (ON, OVER)
    assert (dossier.other_causes, dossier.household_size) == (["no_job"], 3)
    visit = dossier.visits.get()
    assert (visit.purpose, visit.visited_on) == (VisitPurpose.INTAKE, VISITED)
    assert visit.papers.get().name == "入户调查表.png"
    assert [one.verb for one in history_of(found)][:3] == [
        "file_dossier",
        "announce_dossier",
        "record_intake_visit",
    ]
    templates = Message.objects.filter(person_id=applicant.pk).values_list(
        "template", flat=True
    )
    steps = {name.rpartition("_")[2] for name in templates}
    assert {"received.txt", "accepted.txt", "visited.txt"} <= steps
    assert {"published.txt", "filed.txt"} <= steps
    assert [(one.title, one.state) for one in story_of(found).steps][2:] == [
        ("入户走访", "done"),
        ("县级工会核定类别", "done"),
        ("公示", "done"),
        ("建档", "done"),
    ]


def test_a_step_that_makes_no_sense_is_refused_and_leaves_the_state() -> None:
    make.standard()
    window = intakes.intake_window()
    found = intakes.intake_accepted(make.person("陈阿秀"), window)
    with pytest.raises(Refusal, match="入户日期在申请之后"):
        record_intake_visit(
            application_id=found.pk,
            visited_on=make.APPLIED,
            visitors="陈走访",
            papers=applying.photo(),
            on=VISITED,
            by=SYSTEM,
        )
    with pytest.raises(Refusal, match="签字的入户调查表"):
        record_intake_visit(
            application_id=found.pk,
            visited_on=VISITED,
            visitors="陈走访",
            papers=(),
            on=VISITED,
            by=SYSTEM,
        )
    with pytest.raises(Refusal):
        file_dossier(application_id=found.pk, on=OVER, by=SYSTEM)
    intakes.intake_visited(found)
    with pytest.raises(Refusal, match="核定类别的理由"):
        announce_dossier(
            application_id=found.pk,
            hardship_class=HardshipClass.ACCIDENTAL,
            class_reason=" ",
            on=VISITED,
            by=SYSTEM,
        )
    found.refresh_from_db()
    assert found.state == AidApplicationState.VISITED
    assert HouseholdDossier.objects.count() == 0
    with pytest.raises(Refusal, match="不开轮次"):
        open_round(
            version_id=window.version_id,
            organisation_id=window.organisation_id,
            period_id=window.period_id,
            as_of=ON,
            on=ON,
            by=SYSTEM,
        )


def test_a_refusal_gives_its_reason_and_another_officer_looks_again() -> None:
    make.standard()
    applicant = make.person("陈阿秀")
    found = intakes.intake_accepted(applicant, intakes.intake_window())
    first, second = (make.staff(Role.MAKER, on=ON) for _ in range(2))
    with pytest.raises(Refusal, match="请写明理由"):
        decline_dossier(application_id=found.pk, answer=" ", on=ON, by=first)
    decline_dossier(application_id=found.pk, answer="名下有两套住房", on=ON, by=first)
    found.refresh_from_db()
    assert (found.state, found.answer) == ("refused", "名下有两套住房")
    assert story_of(found).may_object
    object_to_refusal(
        application_id=found.pk, text="一套已拆迁", on=ON, by=make.worker(applicant)
    )
    assert found.refused_by_id == first.user_id != second.user_id


def test_figures_count_what_was_received_filed_and_refused_in_a_period() -> None:
    make.standard()
    window = intakes.intake_window()
    one, other = (
        intakes.intake_accepted(make.person(name), window)
        for name in ("陈阿秀", "林阿福")
    )
    intakes.intake_visited(one)
    intakes.intake_announced(one)
    intakes.notice_ended(one)
    file_dossier(application_id=one.pk, on=OVER, by=SYSTEM)
    decline_dossier(application_id=other.pk, answer="两套住房", on=VISITED, by=SYSTEM)

    def counted(at: str, period: str) -> list[int]:
        path = make.union(at).path
        names = ("received", "filed", "refused")
        return [
            int(figure(f"assistance.intakes_{name}").compute(path, period))
            for name in names
        ]

    assert counted(make.COUNTY, "2025-08") == [2, 1, 1]
    assert counted(make.COUNTY, "2025-07") == [0, 0, 0]
    assert counted(make.NEXT_COUNTY, "2025-08") == [0, 0, 0]


def test_who_takes_his_consent_back_stops_the_path_until_he_signs_anew() -> None:
    make.standard()
    found = intakes.intake_accepted(make.person("陈阿秀"), intakes.intake_window())
    person_id = found.applicant_id

    def say(act: str) -> None:
        by = make.worker(found.applicant)
        say_consent(person_id=person_id, purpose=AID, act=act, on=VISITED, by=by)

    say("withdrawn")
    with pytest.raises(Refusal, match="本人已撤回困难帮扶的同意"):
        intakes.intake_visited(found)
    say("given")
    intakes.intake_visited(found)
    say("withdrawn")
    with pytest.raises(Refusal, match="本人已撤回困难帮扶的同意"):
        intakes.intake_announced(found)
    say("given")
    intakes.intake_announced(found)
    intakes.notice_ended(found)
    say("withdrawn")
    with pytest.raises(Refusal, match="本人已撤回困难帮扶的同意"):
        file_dossier(application_id=found.pk, on=OVER, by=SYSTEM)
    decline_dossier(application_id=found.pk, answer="本人撤回同意", on=OVER, by=SYSTEM)
    assert HouseholdDossier.objects.count() == 0


def test_a_household_that_cannot_be_is_not_taken() -> None:
    applicant = make.person("陈阿秀")
    draft = intakes.intake_drafted(
        applicant,
        intakes.intake_window(),
        said_size="0",
        said_other_cause_1="illness",
    )
    with pytest.raises(Refusal, match="1 到 30 的整数；困难原因不要重复选"):
        submit_aid_application(
            application_id=draft.pk, agreed=True, on=ON, by=make.worker(applicant)
        )


def test_money_applications_do_not_take_the_way_of_dossiers() -> None:
    window = applying.window()
    found = applying.accepted(applying.parent(), window, applying.student())
    with pytest.raises(Refusal, match="不是建档申请"):
        decline_dossier(application_id=found.pk, answer="不符", on=ON, by=SYSTEM)
    again = start_aid_application(
        window_id=window.pk,
        applicant_id=found.applicant_id,
        on=ON,
        by=make.worker(found.applicant),
    )
    assert story_of(again).public_line == ""
