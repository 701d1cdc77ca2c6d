"""A census by its facts: what it flags, sees again, and lets go."""

from datetime import date

import pytest

from members.actions.census import request_census, take_census
from members.actions.office import Taking, take_office
from members.actions.organisation_changes import dissolve_organisation
from members.actions.union_flag import (
    accept_explanation,
    close_with_union,
    explain_flag,
    look_at_flag_paper,
    repair_flag,
    return_explanation,
)
from members.enums import FlagState, Office, Role
from members.models import Organisation, UnionFlag
from tests.core.uploads.evidence_files import PDF
from tests.members.builders import NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry, Job
from unionportal.core.uploads.evidence import Evidence, read_evidence

LATER = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


def agreement() -> list[Evidence]:
    return read_evidence([("协议.pdf", PDF)])


def seat_chair(of: Organisation) -> None:
    entry = Taking(organisation_id=of.pk, name="林一", office=Office.CHAIR)
    take_office(entry=entry, starts_on=date(2025, 1, 1), on=ON, by=SYSTEM)


def states(of: Organisation) -> dict[str, str]:
    return dict(UnionFlag.objects.filter(organisation=of).values_list("rule", "state"))


def one(of: Organisation, rule: str) -> UnionFlag:
    return UnionFlag.objects.get(organisation=of, rule=rule)


def census(on: date = ON) -> tuple[int, int, int, int]:
    done = take_census(organisation_id=union().pk, on=on, by=staff(Role.MAKER))
    return done.unions, done.flags, done.new, done.gone


def test_a_bare_union_is_flagged_with_the_facts_seen() -> None:
    bare, far = basic_union(), basic_union("邻厂", under=union(NEXT_COUNTY))
    census()
    assert set(states(bare)) == {
        *("no_chair", "no_members", "no_account", "no_return", "no_activity"),
        *("no_code", "sign_union", "shell_union"),
    }
    assert states(far) == {}
    flag = one(bare, "no_members")
    assert flag.facts == {
        "level": "basic",
        "members_count": "0",
        "has_unions_below": False,
    }
    assert (flag.first_seen_on, flag.due_on) == (ON, date(2026, 3, 1))


def test_the_same_census_twice_changes_nothing_and_what_vanishes_is_gone() -> None:
    bare = basic_union()
    unions, flags, new, gone = census()
    assert (new, gone) == (flags, 0)
    assert census() == (unions, flags, 0, 0)
    seat_chair(bare)
    assert census(LATER) == (unions, flags - 2, 0, 2)
    assert states(bare)["no_chair"] == states(bare)["sign_union"] == FlagState.GONE
    assert states(bare)["no_code"] == FlagState.OPEN


def test_what_was_repaired_but_shows_again_is_open_again() -> None:
    bare = basic_union()
    census()
    maker = staff(Role.MAKER)
    flag = one(bare, "no_code")
    with pytest.raises(Refusal, match="不能留空"):
        repair_flag(flag_id=flag.pk, answer=" ", on=ON, by=maker)
    with pytest.raises(Refusal, match="办理普查问题"):
        repair_flag(
            flag_id=flag.pk,
            answer="已办",
            on=ON,
            by=staff(Role.MAKER, at=NEXT_COUNTY),
        )
    repair_flag(flag_id=flag.pk, answer="已办证", on=ON, by=maker)
    assert one(bare, "no_code").state == FlagState.REPAIRED
    census(LATER)
    again = one(bare, "no_code")
    assert (again.state, again.reopened, again.answer) == (FlagState.OPEN, 1, "")


def test_an_explanation_is_judged_by_another_above_and_holds_until_its_day() -> None:
    bare = basic_union()
    census()
    flag = one(bare, "no_account")
    maker, approver = staff(Role.MAKER), staff(Role.APPROVER)
    explain_flag(flag_id=flag.pk, answer="由县总代管", on=ON, by=maker)
    with pytest.raises(Refusal, match="变更下级工会"):
        return_explanation(flag_id=flag.pk, reason="不实", on=ON, by=maker)
    return_explanation(flag_id=flag.pk, reason="请附协议", on=ON, by=approver)
    assert one(bare, "no_account").state == FlagState.OPEN
    explain_flag(flag_id=flag.pk, answer="由县总代管，见协议", on=ON, by=maker)
    with pytest.raises(Refusal, match="没有附佐证材料"):
        accept_explanation(flag_id=flag.pk, until=date(2026, 6, 1), on=ON, by=approver)
    return_explanation(flag_id=flag.pk, reason="没有协议", on=ON, by=approver)
    explain_flag(
        flag_id=flag.pk, answer="协议附后", papers=agreement(), on=ON, by=maker
    )
    with pytest.raises(Refusal, match="一年之内"):
        accept_explanation(flag_id=flag.pk, until=date(2027, 6, 1), on=ON, by=approver)
    accept_explanation(flag_id=flag.pk, until=date(2026, 6, 1), on=ON, by=approver)
    census(date(2026, 6, 1))
    assert one(bare, "no_account").state == FlagState.EXPLAINED
    census(date(2026, 6, 2))
    assert one(bare, "no_account").state == FlagState.OPEN
    explain_flag(flag_id=flag.pk, answer="同前", on=LATER, by=maker)
    with pytest.raises(Refusal, match="没有附佐证材料"):
        accept_explanation(
            flag_id=flag.pk, until=date(2026, 6, 1), on=LATER, by=approver
        )


def test_a_paper_is_kept_as_it_came_and_each_look_is_written_down() -> None:
    bare = basic_union()
    census()
    flag = one(bare, "no_code")
    maker = staff(Role.MAKER)
    repair_flag(flag_id=flag.pk, answer="已办证", papers=agreement(), on=ON, by=SYSTEM)
    paper = flag.papers.get()
    assert (paper.number, paper.name, paper.turn, paper.added_on) == (
        *(1, "协议.pdf", 0),
        ON,
    )
    assert PDF not in bytes(paper.content)
    next_ = staff(Role.MAKER, at=NEXT_COUNTY)
    with pytest.raises(Refusal, match="查看佐证材料"):
        look_at_flag_paper(paper_id=paper.pk, on=ON, by=next_)
    assert look_at_flag_paper(paper_id=paper.pk, on=ON, by=maker) == PDF
    looks = AuditEntry.objects.filter(subject_kind="members.unionflag", verb="look")
    assert [look.changes for look in looks] == [{"paper": 1}]


def test_flags_of_a_dissolved_union_end_with_it() -> None:
    bare = basic_union()
    census()
    flag = one(bare, "no_code")
    with pytest.raises(Refusal, match="先在工会页面"):
        close_with_union(flag_id=flag.pk, on=ON, by=SYSTEM)
    dissolve_organisation(organisation_id=bare.pk, document="工字1号", on=ON, by=SYSTEM)
    close_with_union(flag_id=flag.pk, on=ON, by=SYSTEM)
    census(LATER)
    assert set(states(bare).values()) == {FlagState.DISSOLVED}


def test_asked_twice_is_one_job_and_another_county_may_not_ask() -> None:
    maker = staff(Role.MAKER)
    first = request_census(organisation_id=union().pk, on=ON, by=maker)
    assert request_census(organisation_id=union().pk, on=ON, by=maker) == first
    assert Job.objects.filter(kind="members.census").count() == 1
    with pytest.raises(Refusal, match="普查"):
        request_census(organisation_id=union(NEXT_COUNTY).pk, on=ON, by=maker)
