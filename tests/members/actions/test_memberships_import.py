"""The roster of members: who joins by it, what it leaves alone, what it refuses."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.db import connection

from members.enums import Role
from members.models import MemberCard, Membership, Person, Standing
from tests.members.builders import COUNTY, ON, id_number, person, staff
from tests.members.joining import basic_union, member
from unionportal.core.actor import Actor
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import Upload, UploadRow, UploadState
from unionportal.core.uploads.steps import confirm_upload, receive_upload

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "身份证号", "工会代码", "入会日期", "民族", "技能等级", "重点群体")


def handed_in(by: Actor, *rows: tuple[str, ...]) -> Upload:
    text = StringIO()
    csv.writer(text).writerows((HEAD, *rows))
    upload = receive_upload(
        kind="memberships",
        name="会员名册.csv",
        content=text.getvalue().encode("gb18030"),
        on=ON,
        by=by,
    )
    run_due_jobs()
    upload.refresh_from_db()
    return upload


def applied(upload: Upload, by: Actor, *, only_right: bool = False) -> Upload:
    confirm_upload(upload_id=upload.pk, only_right=only_right, on=ON, by=by)
    run_due_jobs()
    upload.refresh_from_db()
    return upload


def counts(upload: Upload) -> tuple[int, ...]:
    return (upload.new_count, upload.changed_count, upload.same_count)


def test_the_roster_makes_members_once() -> None:
    maker, known = staff(Role.MAKER), person("已登记")
    rows = (
        (
            "新来的",
            id_number(),
            COUNTY,
            "2014/5/1",
            "畲",
            "四级（中级工）",
            "农民工、女职工",
        ),
        ("已登记", known.id_number, COUNTY, "2010.9.1", "", "", ""),
    )
    first = applied(handed_in(maker, *rows), maker)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert (first.state, counts(first)) == (UploadState.APPLIED, (1, 1, 0))

    new = Person.objects.get(name="新来的")
    assert (new.nation, new.skill_grade, new.target_groups) == (
        "畲族",
        "four",
        ["migrant", "women"],
    )
    assert (new.membership.joined_on, known.membership.joined_on) == (
        date(2014, 5, 1),
        date(2010, 9, 1),
    )
    assert Standing.objects.filter(act="join").count() == 2
    assert MemberCard.objects.filter(state="valid").count() == 2
    assert new.membership.number != known.membership.number

    again = handed_in(maker, *rows)
    assert counts(again) == (0, 0, 2)
    changed = handed_in(maker, (*rows[1][:5], "五级（初级工）", ""))
    assert counts(changed) == (0, 1, 0)
    applied(changed, maker)
    known.refresh_from_db()
    assert (known.skill_grade, Membership.objects.count()) == ("five", 2)


def test_what_the_roster_may_not_do() -> None:
    maker = staff(Role.MAKER)
    elsewhere = member("在别处", at=basic_union())
    rows = (
        ("在别处", elsewhere.person.id_number, COUNTY, "2014-05-01", "", "", ""),
        ("太年轻", id_number(born=date(2005, 1, 1)), COUNTY, "2014-05-01", "", "", ""),
        ("在明天", id_number(), COUNTY, "2025-12-02", "", "", ""),
        ("写错的", id_number(), COUNTY, "去年", "火星", "八级", "宇航员"),
    )
    upload = handed_in(maker, *rows)
    found = UploadRow.objects.filter(upload_id=upload.pk).order_by("number")
    errors = [sorted(text for _key, text in row.errors) for row in found]
    assert [len(row) for row in errors] == [1, 1, 1, 4]
    assert "会籍在“B1纺织有限公司工会委员会”" in errors[0][0]
    assert "十六周岁" in errors[1][0]
    assert "不能晚于今天" in errors[2][0]
    assert Membership.objects.count() == 1
