"""Flags of the staff's own: refused where wrong, tried, approved by another, withdrawn."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from members.actions.census import take_census
from members.actions.own_flag import (
    OwnFlagEntry,
    approve_own_flag,
    refuse_own_flag,
    try_own_flag,
    withdraw_own_flag,
    write_own_flag,
)
from members.enums import FlagState, OwnFlagState, Role
from members.models import Organisation, OwnFlag, UnionFlag
from members.queries.own_flag import own_flags_visible_to
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    staff,
    staff_user,
    union,
)
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.models import AuditEntry

LATER = date(2026, 3, 1)
# However many unions: a savepoint around, the union, own flags, lock, census, audit entry.
STATEMENTS = 8

pytestmark = pytest.mark.django_db


def entry(at: str = COUNTY, **changed: Any) -> OwnFlagEntry:
    written = OwnFlagEntry(
        organisation_id=union(at).pk,
        code="few_members",
        title="会员太少",
        condition='层级 == "基层工会" and 会员人数 < 3',
        document="县总〔2025〕9号",
        days=30,
        hit="层级=基层工会\n会员人数＝2",
        miss="层级=基层工会\n会员人数=3",
    )
    return replace(written, **changed)


def written(at: str = COUNTY, **changed: Any) -> OwnFlag:
    writer = staff(Role.ADMINISTRATOR, at=at)
    return write_own_flag(entry=entry(at, **changed), on=ON, by=writer)


def in_force(at: str = COUNTY, *, approver: Actor | None = None) -> OwnFlag:
    flag = written(at)
    by = approver or staff(Role.APPROVER, at=at)
    try_own_flag(flag_id=flag.pk, on=ON, by=by)
    return approve_own_flag(flag_id=flag.pk, on=ON, by=by)


def marked(flag: OwnFlag) -> dict[str, str]:
    found = UnionFlag.objects.filter(rule=flag.rule)
    return dict(found.values_list("organisation__short_name", "state"))


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        (
            {"condition": "会员人数 > 0\nand 党员人数 < 3"},
            "condition",
            "第 2 行第 5 列：没有名为“党员人数”的事实",
        ),
        ({"condition": "会员人数"}, "condition", "第 1 行第 1 列：这里应为是非"),
        ({"condition": "有在任主席 > 1"}, "condition", "第 1 行第 "),
        ({"condition": "是"}, "hit", "“不命中的例子”结果不符"),
        ({"condition": "会员人数 < 3" + " " * 1000}, "condition", "1000 字"),
        ({"hit": "层级=基层工会\n会员人数=3"}, "hit", "“命中的例子”结果不符"),
        ({"miss": "层级=基层工会\n会员人数=2"}, "hit", "“不命中的例子”结果不符"),
        ({"hit": "会员人数=很少"}, "hit", "“会员人数”应为数字"),
        ({"hit": "会员人数"}, "hit", "一行写一个"),
        ({"hit": "会员人数=1\n会员人数=2"}, "hit", "写了两次"),
        ({"miss": " "}, "miss", "至少要写一个"),
        ({"code": "no_chair"}, "code", "已在使用"),
        ({"code": "2Few"}, "code", "小写字母开头"),
        ({"title": "无主席"}, "title", "系统自带"),
        ({"title": " "}, "title", "名称"),
        ({"document": " "}, "document", "依据文件"),
        ({"days": 0}, "days", "1 至 730"),
        ({"days": 731}, "days", "1 至 730"),
    ],
)
def test_what_is_written_wrong_is_refused_and_nothing_is_kept(
    changed: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        written(**changed)
    assert refused.value.field == field
    assert not OwnFlag.objects.exists()


def test_only_an_administrator_there_or_above_writes_and_a_refusal_says_who() -> None:
    refused = (staff(Role.MAKER), staff(Role.ADMINISTRATOR, at=NEXT_COUNTY))
    for actor in refused:
        with pytest.raises(Refusal, match="“管理员”岗位，您没有；请由该工会的管理员"):
            write_own_flag(entry=entry(), on=ON, by=actor)
    with pytest.raises(Refusal, match="登录后编写"):
        write_own_flag(entry=entry(), on=ON, by=SYSTEM)
    write_own_flag(entry=entry(), on=ON, by=staff(Role.ADMINISTRATOR, at=CITY))
    with pytest.raises(Refusal, match="已在使用"):
        written()
    written(NEXT_COUNTY)
    assert OwnFlag.objects.count() == 2


def test_a_trial_counts_its_reach_and_marks_nobody() -> None:
    few, far = basic_union("少"), basic_union("邻厂", under=union(NEXT_COUNTY))
    flag = written()
    tried = try_own_flag(flag_id=flag.pk, on=ON, by=staff(Role.APPROVER))
    reach = Organisation.objects.filter(path__startswith=union().path, state="normal")
    assert (tried.tried_on, tried.tried_unions) == (ON, reach.count())
    assert (tried.tried_hits, tried.tried_first) == (1, [few.pk])
    assert far.pk not in tried.tried_first
    assert not UnionFlag.objects.exists()
    with pytest.raises(Refusal, match="您没有"):
        try_own_flag(flag_id=flag.pk, on=ON, by=staff(Role.MAKER))


def test_a_second_person_approves_after_a_trial() -> None:
    writer = staff(Role.ADMINISTRATOR, Role.APPROVER)
    flag = write_own_flag(entry=entry(), on=ON, by=writer)
    approver = staff(Role.APPROVER)
    with pytest.raises(Refusal, match="还没有试查"):
        approve_own_flag(flag_id=flag.pk, on=ON, by=approver)
    try_own_flag(flag_id=flag.pk, on=ON, by=writer)
    with pytest.raises(Refusal, match="不能是同一人"):
        approve_own_flag(flag_id=flag.pk, on=ON, by=writer)
    with pytest.raises(Refusal, match="“审批”"):
        approve_own_flag(flag_id=flag.pk, on=ON, by=staff(Role.MAKER))
    assert OwnFlag.objects.get().state == OwnFlagState.WAITING
    approve_own_flag(flag_id=flag.pk, on=ON, by=approver)
    kept = OwnFlag.objects.get()
    assert (kept.state, kept.decided_by_id) == ("in_force", approver.user_id)
    entries = AuditEntry.objects.filter(subject_kind="members.ownflag")
    assert list(entries.order_by("id").values_list("verb", flat=True)) == [
        *("write", "try", "approve")
    ]


def test_the_database_refuses_the_writer_an_untried_one_and_any_change() -> None:
    flag = written()
    row = OwnFlag.objects.filter(pk=flag.pk)
    decided = {"state": "in_force", "decided_on": ON}
    writer, other = flag.written_by_id, staff(Role.APPROVER).user_id
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        row.update(**decided, decided_by=writer, tried_on=ON)
    with pytest.raises(IntegrityError, match="tried_and_appr"), transaction.atomic():
        row.update(**decided, decided_by=other)
    row.update(**decided, decided_by=other, tried_on=ON)
    for changed in ({"condition": "会员人数 < 9"}, {"days": 9}, {"tried_hits": 9}):
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            row.update(**changed)
        assert refusal_from(error.value) is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="with_reason"), transaction.atomic():
        row.update(state="withdrawn")


def test_a_census_judges_by_it_in_its_own_reach_only() -> None:
    basic_union("少")
    basic_union("邻厂", under=union(NEXT_COUNTY))
    waiting = written(code="waiting")
    flag = in_force()
    take_census(organisation_id=union(CITY).pk, on=ON, by=SYSTEM)
    assert marked(flag) == {"少": FlagState.OPEN}
    assert marked(waiting) == {}
    found = UnionFlag.objects.get(rule=flag.rule)
    assert (found.title, found.due_on) == ("会员太少", date(2025, 12, 31))
    assert found.facts == {"level": "basic", "members_count": "0"}


def test_one_from_above_holds_in_a_census_of_a_county() -> None:
    basic_union("少")
    flag = in_force(CITY)
    take_census(organisation_id=union().pk, on=ON, by=SYSTEM)
    assert marked(flag) == {"少": FlagState.OPEN}


def test_withdrawn_with_a_reason_it_is_gone_with_the_next_census() -> None:
    basic_union("少")
    approver = staff(Role.APPROVER)
    flag = in_force(approver=approver)
    take_census(organisation_id=union().pk, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="写明原因"):
        withdraw_own_flag(flag_id=flag.pk, reason=" ", on=LATER, by=approver)
    with pytest.raises(Refusal, match="停用自定普查问题"):
        withdraw_own_flag(flag_id=flag.pk, reason="x", on=ON, by=staff(Role.MAKER))
    ended = withdraw_own_flag(flag_id=flag.pk, reason="已另写", on=LATER, by=approver)
    assert (ended.state, ended.ended_on, ended.end_reason) == (
        *("withdrawn", LATER),
        "已另写",
    )
    take_census(organisation_id=union().pk, on=LATER, by=SYSTEM)
    assert marked(flag) == {"少": FlagState.GONE}
    assert written().state == OwnFlagState.WAITING


def test_one_turned_down_never_judges() -> None:
    flag = written()
    approver = staff(Role.APPROVER)
    refused = refuse_own_flag(flag_id=flag.pk, reason="口径不清", on=ON, by=approver)
    assert (refused.state, refused.decided_by_id) == ("refused", approver.user_id)
    with pytest.raises(Refusal):
        approve_own_flag(flag_id=flag.pk, on=ON, by=approver)


def test_a_county_sees_its_own_and_those_in_force_above() -> None:
    own, next_, city = written(), written(NEXT_COUNTY), written(CITY)
    county = staff(Role.MAKER)
    assert set(own_flags_visible_to(county)) == {own}
    approver = staff(Role.APPROVER, at=CITY)
    try_own_flag(flag_id=city.pk, on=ON, by=approver)
    approve_own_flag(flag_id=city.pk, on=ON, by=approver)
    assert set(own_flags_visible_to(county)) == {own, city}
    assert set(own_flags_visible_to(approver)) == {own, next_, city}


def test_a_flag_naming_a_fact_that_is_gone_is_set_aside_and_the_others_judge(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    few = basic_union("少")
    read = in_force()
    told: dict[str, Any] = {"title": "旧问题", "condition": "旧事实 < 3"}
    gone = OwnFlag.objects.create(
        **told,
        organisation=union(),
        code="old",
        document="县总〔2020〕1号",
        days=30,
        hit_facts={},
        miss_facts={},
        written_on=ON,
        written_by=staff_user("旧人"),
        tried_on=ON,
    )
    with pytest.raises(Refusal, match="没有名为“旧事实”的事实"):
        approve_own_flag(flag_id=gone.pk, on=ON, by=staff(Role.APPROVER))
    OwnFlag.objects.filter(pk=gone.pk).update(
        state="in_force", decided_on=ON, decided_by=staff_user("批人")
    )
    days: dict[str, Any] = {"first_seen_on": ON, "last_seen_on": ON, "due_on": ON}
    UnionFlag.objects.create(organisation=few, rule=gone.rule, facts={}, **told, **days)
    with django_assert_num_queries(STATEMENTS):
        done = take_census(organisation_id=union().pk, on=LATER, by=SYSTEM)
    assert [why.split("：")[0] for why in done.set_aside] == [
        "“旧问题”的条件现在读不懂，普查时跳过"
    ]
    assert (marked(gone), marked(read)) == ({"少": "open"}, {"少": "open"})
    withdraw_own_flag(flag_id=gone.pk, reason="事实已取消", on=LATER, by=SYSTEM)
    take_census(organisation_id=union().pk, on=LATER, by=SYSTEM)
    assert marked(gone) == {"少": "gone"}
