"""Notices: published by one statement, shown for working days, doubted line by line."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from members.actions.notice import (
    ANONYMOUS,
    cancel_notice,
    decide_objection,
    end_notice,
    file_objection,
)
from members.enums import NoticeState, ObjectionState
from members.models import Notice, NoticeLine, Objection
from members.queries.notice import (
    lines_held,
    lines_matching,
    lines_of,
    notices_public,
    notices_visible_to,
    objections_open,
)
from tests.members.builders import NEXT_COUNTY, ON, notice, person, staff, worker
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.messages.inbox import message_text
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.django_db


def test_notice_holds_masked_lines_and_five_working_days() -> None:
    people = [person("张三"), person("李四")]
    published = notice(*people)
    assert (published.state, published.line_count) == (NoticeState.OPEN, 2)
    assert (published.starts_on, published.ends_on) == (ON, date(2025, 12, 8))
    assert [line.name_masked for line in lines_of(published)] == ["张*", "李*"]
    assert published.counted != []


def test_lines_are_written_by_the_same_number_of_statements() -> None:
    counts = []
    for number, size in ((1, 1), (2, 30)):
        people = [person(f"张{n}") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            notice(*people, about=number)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_empty_list_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        notice()
    assert refused.value.code == "empty"
    assert not Notice.objects.exists()


def test_second_open_notice_of_one_matter_is_refused() -> None:
    someone = person()
    first = notice(someone)
    with pytest.raises(Refusal, match="正在公示"):
        notice(someone)
    cancel_notice(notice_id=first.pk, reason="名单有误", on=ON, by=SYSTEM)
    assert notice(someone).state == NoticeState.OPEN


def test_publishing_needs_reach() -> None:
    with pytest.raises(Refusal):
        notice(person(), by=staff("maker", at=NEXT_COUNTY))
    assert not NoticeLine.objects.exists()


def test_notice_is_public_from_its_first_to_its_last_day() -> None:
    published = notice(person())
    days = [date(2025, 11, 30), ON, date(2025, 12, 8), date(2025, 12, 9)]
    shown = [published in notices_public(day) for day in days]
    assert shown == [False, True, True, False]


def test_notice_ends_only_after_its_last_day() -> None:
    published = notice(person())
    maker = staff("maker")
    with pytest.raises(Refusal) as refused:
        end_notice(notice_id=published.pk, on=date(2025, 12, 8), by=maker)
    assert refused.value.code == "too_early"
    published.refresh_from_db()
    assert published.state == NoticeState.OPEN
    ended = end_notice(notice_id=published.pk, on=date(2025, 12, 9), by=maker)
    assert (ended.state, ended.closed_on) == (NoticeState.ENDED, date(2025, 12, 9))
    with pytest.raises(Refusal):
        cancel_notice(notice_id=published.pk, reason="x", on=ON, by=staff("approver"))


def test_database_refuses_to_change_what_was_public() -> None:
    published = notice(person())
    attempts = (
        lambda: NoticeLine.objects.update(name_masked="李*"),
        lambda: NoticeLine.objects.all().delete(),
        lambda: Notice.objects.update(title="另一份名单"),
        lambda: Notice.objects.update(state="ended"),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    published.refresh_from_db()
    assert published.title == "2025年冬送温暖拟慰问名单"


def test_objection_holds_the_person_it_concerns_and_nobody_else() -> None:
    doubted, other = person("张三"), person("李四")
    published = notice(doubted, other)
    line = NoticeLine.objects.get(about_id=doubted.pk)
    objection = file_objection(
        notice_id=published.pk, line_id=line.pk, text="已不在本县", on=ON, by=ANONYMOUS
    )
    held = {row["about_id"] for row in lines_held("members.person")}
    assert held == {doubted.pk}
    assert list(objections_open(("members.person", doubted.pk))) == [objection]
    assert list(objections_open(("members.person", other.pk))) == []
    assert list(objections_open(("test.round", 1))) == [objection]
    assert (objection.channel, objection.person_id) == ("anonymous", None)


def test_decided_objection_holds_nobody() -> None:
    doubted = person("张三")
    published = notice(doubted)
    line = NoticeLine.objects.get()
    objection = file_objection(
        notice_id=published.pk, line_id=line.pk, text="不符", on=ON, by=ANONYMOUS
    )
    decided = decide_objection(
        objection_id=objection.pk,
        upheld=False,
        verdict="经核查属实困难",
        on=ON,
        by=staff("checker"),
    )
    assert (decided.state, decided.verdict) == (
        ObjectionState.DISMISSED,
        "经核查属实困难",
    )
    assert list(lines_held("members.person")) == []
    with pytest.raises(Refusal) as refused:
        decide_objection(
            objection_id=objection.pk,
            upheld=True,
            verdict="x",
            on=ON,
            by=staff("checker"),
        )
    assert refused.value.code == "state"


def test_who_objected_by_name_is_told_the_result_and_nothing_of_the_finding() -> None:
    doubted, other = person("张三"), person("李四")
    published = notice(doubted)
    for by in (worker(other), ANONYMOUS):
        objection = file_objection(
            notice_id=published.pk, line_id=None, text="不符", on=ON, by=by
        )
        decide_objection(
            objection_id=objection.pk,
            upheld=False,
            verdict="张三确有困难",
            on=ON,
            by=staff("checker"),
        )

    (told,) = Message.objects.all()

    assert told.person_id == other.pk
    assert message_text(told) == (
        "【尤溪县】您对一份公示名单提出的异议已经核查，结论：异议不成立。"
        "理由请凭受理编号在门户“公示”页查看。"
    )


def test_worker_objects_in_his_own_name_whatever_is_passed() -> None:
    someone, other = person("张三"), person("李四")
    objection = file_objection(
        notice_id=notice(someone).pk,
        line_id=None,
        text="漏了我",
        on=ON,
        by=worker(other),
        person_id=someone.pk,
    )
    assert (objection.channel, objection.person_id) == ("worker", other.pk)


def test_nobody_decides_his_own_objection() -> None:
    officer = person("王五")
    checker = staff("checker", of=officer)
    objection = file_objection(
        notice_id=notice(person()).pk,
        line_id=None,
        text="x",
        on=ON,
        by=staff("maker"),
        person_id=officer.pk,
    )
    with pytest.raises(Refusal, match="自己提出"):
        decide_objection(
            objection_id=objection.pk, upheld=False, verdict="无", on=ON, by=checker
        )
    objection.refresh_from_db()
    assert objection.state == ObjectionState.OPEN


def test_objection_is_refused_when_it_cannot_concern_the_list() -> None:
    first, second = notice(person(), about=1), notice(person(), about=2)
    foreign = NoticeLine.objects.get(notice=second)
    cancel_notice(notice_id=second.pk, reason="有误", on=ON, by=SYSTEM)
    for notice_id, line_id, text in (
        (first.pk, foreign.pk, "不符"),
        (second.pk, None, "不符"),
        (first.pk, None, "  "),
    ):
        with pytest.raises(Refusal):
            file_objection(
                notice_id=notice_id, line_id=line_id, text=text, on=ON, by=ANONYMOUS
            )
    assert not Objection.objects.exists()


def test_lines_come_by_key_and_by_surname_or_unit() -> None:
    people = [person(name) for name in ("张三", "李四", "张五")]
    published = notice(*people)
    first = lines_of(published, limit=2)
    assert [line.name_masked for line in first] == ["张*", "李*"]
    rest = lines_of(published, after=first[-1].pk, limit=2)
    assert [line.name_masked for line in rest] == ["张*"]
    assert len(lines_matching(published, "张三")) == 2
    assert len(lines_matching(published, "尤溪县总工会")) == 3
    assert lines_matching(published, "王") == []


def test_notices_are_seen_by_the_unions_above_only() -> None:
    published = notice(person())
    assert list(notices_visible_to(staff("maker", at="350400"))) == [published]
    assert list(notices_visible_to(staff("maker", at=NEXT_COUNTY))) == []
