"""Visits at home: written down once, sealed papers, refused where they make no sense."""

from dataclasses import replace
from datetime import date

import pytest

from assistance.actions.visits import VisitEntry, look_at_visit_paper, record_visit
from assistance.enums import ExitReason, VisitPurpose
from assistance.models import HouseholdDossier, Visit, VisitPaper
from assistance.queries.holdings import holdings_in_aid
from members.actions.consent import say_consent
from members.actions.privacy_request import (
    ask_deletion,
    endorse_deletion,
    grant_privacy_request,
)
from members.enums import Role
from tests.assistance import builders as make
from tests.core.uploads.evidence_files import png
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.uploads.evidence import read_evidence

pytestmark = pytest.mark.django_db
ENTRY = VisitEntry(
    purpose=VisitPurpose.CARE,
    visited_on=make.ON,
    visitors="陈走访、林走访",
    found="一家三口在家，户主卧床",
    papers=read_evidence([("入户调查表.png", png())]),
)


def record(dossier: HouseholdDossier, entry: VisitEntry = ENTRY) -> Visit:
    return record_visit(dossier_id=dossier.pk, entry=entry, on=make.ON, by=SYSTEM)


def test_a_visit_is_kept_with_its_paper_sealed_and_the_trail_has_its_digest() -> None:
    dossier = make.dossier()
    visit = record(dossier)
    paper = visit.papers.get()
    assert (visit.visitors, visit.found) == (ENTRY.visitors, ENTRY.found)
    assert (paper.name, paper.sha256) == ("入户调查表.png", ENTRY.papers[0].sha256)
    assert png() not in bytes(paper.content)
    newest = history_of(dossier)[0]
    assert newest.verb == "record_visit"
    assert newest.changes["papers"] == [paper.sha256]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"visited_on": date(2025, 12, 2)}, "走访日期不能晚于今天"),
        ({"visited_on": date(2025, 2, 28)}, "走访日期不能早于申请日期"),
        ({"visitors": " "}, "请写明走访人的姓名"),
        ({"found": "\n"}, "请写明走访时见到的情况"),
        ({"purpose": VisitPurpose.RETURN}, "退出回访在退出以后登记"),
    ],
)
def test_a_visit_that_makes_no_sense_is_refused_and_leaves_nothing(
    changed: dict[str, object], sentence: str
) -> None:
    dossier = make.dossier()
    with pytest.raises(Refusal, match=sentence):
        record(dossier, replace(ENTRY, **changed))  # type: ignore[arg-type]
    assert (Visit.objects.count(), VisitPaper.objects.count()) == (0, 0)


def test_the_same_visit_is_written_down_once() -> None:
    dossier = make.dossier()
    record(dossier)
    with pytest.raises(Refusal, match="2025年12月1日的“走访慰问”已经登记"):
        record(dossier)
    assert (Visit.objects.count(), VisitPaper.objects.count()) == (1, 1)


def test_after_an_exit_only_return_visits_are_written_down() -> None:
    dossier = make.dossier()
    make.left(dossier)
    with pytest.raises(Refusal, match="只能登记退出回访"):
        record(dossier)
    back = record(dossier, replace(ENTRY, purpose=VisitPurpose.RETURN))
    assert back.get_purpose_display() == "退出回访"


def test_who_withdrew_his_consent_is_not_visited() -> None:
    dossier = make.dossier()
    say_consent(
        person_id=dossier.principal_id,
        purpose="hardship_aid",
        act="withdrawn",
        on=make.ON,
        by=make.worker(dossier.principal),
    )
    with pytest.raises(Refusal, match="本人已撤回困难帮扶的同意"):
        record(dossier)


def test_a_paper_is_looked_at_under_a_trail_by_who_works_on_the_file() -> None:
    dossier = make.dossier()
    paper = record(dossier).papers.get()
    checker = make.staff(Role.CHECKER)
    content = look_at_visit_paper(paper_id=paper.pk, on=make.ON, by=checker)
    assert content == ENTRY.papers[0].content
    newest = history_of(dossier)[0]
    assert (newest.verb, newest.user_id) == ("look", checker.user_id)
    assert newest.changes == {"visit": paper.visit_id, "paper": 1}


def test_visits_and_papers_are_refused_to_the_next_county_and_the_cashier() -> None:
    dossier = make.dossier()
    paper = record(dossier).papers.get()
    for stranger in (
        make.staff(Role.MAKER, at=make.NEXT_COUNTY),
        make.staff(Role.PAYER),
    ):
        with pytest.raises(Refusal, match="“登记走访”需要.*“经办”岗位"):
            record_visit(dossier_id=dossier.pk, entry=ENTRY, on=make.ON, by=stranger)
        with pytest.raises(Refusal, match="“查看走访材料”需要"):
            look_at_visit_paper(paper_id=paper.pk, on=make.ON, by=stranger)
    assert Visit.objects.count() == 1


def test_of_a_forgotten_household_neither_words_nor_papers_of_visits_are_left() -> None:
    dossier = make.dossier(with_account=False, class_reason="户主患病")
    visit = record(dossier)
    make.left(dossier, exit_reason=ExitReason.TRANSFERRED)
    person = dossier.principal
    asked = ask_deletion(
        person_id=person.pk, said="", on=make.ON, by=make.worker(person)
    )
    endorse_deletion(
        request_id=asked.pk,
        opinion="无须留档",
        on=make.ON,
        by=make.staff(Role.MAKER),
    )
    grant_privacy_request(
        request_id=asked.pk,
        answer="已办",
        on=make.ON,
        by=make.staff(Role.CHECKER),
    )
    visit.refresh_from_db()
    dossier.refresh_from_db()
    assert (visit.found, visit.papers.count()) == ("已注销", 0)
    assert dossier.class_reason == ""


def test_the_person_reads_in_his_record_who_came_to_see_him() -> None:
    dossier = make.dossier()
    record(dossier)
    told = [one.value for one in holdings_in_aid(dossier.principal)]
    assert "陈走访、林走访：一家三口在家，户主卧床，材料 1 份" in told
