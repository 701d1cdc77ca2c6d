"""Notices on their days: opened, put off, ended and repeated, whoever is at his desk."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from members.actions.notice import (
    ANONYMOUS,
    cancel_notice,
    decide_objection,
    file_objection,
)
from members.actions.notice_life import (
    TEND_JOB,
    extend_notice,
    republish_notice,
    request_tending,
    tend_notices,
)
from members.enums import NoticeState
from members.models import Notice, NoticeLine, Person
from members.queries.notice import lines_of, notices_public
from tests.members.builders import (
    LISTED,
    NEXT_COUNTY,
    ON,
    notice,
    person,
    staff,
)
from unionportal.core import leases
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import AuditEntry, Job, JobState

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 8)
AFTER = date(2025, 12, 9)


def fresh(published: Notice) -> Notice:
    return Notice.objects.get(pk=published.pk)


def verbs(published: Notice) -> list[str]:
    entries = AuditEntry.objects.filter(
        subject_kind="members.notice", subject_id=published.pk
    )
    return list(entries.order_by("id").values_list("verb", flat=True))


def test_notice_ends_by_itself_the_day_after_its_last() -> None:
    published = notice(person())
    assert request_tending(on=LAST, by=SYSTEM) is None
    assert tend_notices(on=LAST) == {"opened": 0, "extended": 0, "ended": 0}
    job = request_tending(on=AFTER, by=SYSTEM)
    assert job is not None
    assert request_tending(on=AFTER, by=SYSTEM) == job
    run_due_jobs()
    ended = fresh(published)
    assert (ended.state, ended.closed_on) == (NoticeState.ENDED, AFTER)
    assert ended.closed_by_name == "系统"
    assert verbs(published) == ["publish", "end"]
    assert tend_notices(on=AFTER) == {"opened": 0, "extended": 0, "ended": 0}


def test_a_runner_killed_between_two_notices_loses_no_closing() -> None:
    """One was closed, the runner died holding the job; the next one does the rest."""
    first, second = notice(person("张三")), notice(person("李四"), about=2)
    job = request_tending(on=AFTER, by=SYSTEM)
    assert job is not None
    assert leases.claim(job.pk) is not None
    with transaction.atomic():
        tend_notices(on=AFTER)
        transaction.set_rollback(True)
    assert fresh(first).state == NoticeState.OPEN
    Job.objects.filter(pk=job.pk).update(lease_until="2000-01-01T00:00:00Z")
    run_due_jobs()
    assert {fresh(each).state for each in (first, second)} == {NoticeState.ENDED}
    assert (verbs(first), verbs(second)) == (["publish", "end"], ["publish", "end"])
    job.refresh_from_db()
    assert (job.kind, job.state) == (TEND_JOB, JobState.DONE)


def test_planned_notice_opens_on_its_day_and_is_not_public_before() -> None:
    planned = notice(person(), opens_on=date(2025, 12, 3))
    assert (planned.state, verbs(planned)) == (NoticeState.PLANNED, ["plan"])
    assert planned not in notices_public(ON)
    assert tend_notices(on=date(2025, 12, 2))["opened"] == 0
    assert tend_notices(on=date(2025, 12, 3))["opened"] == 1
    opened = fresh(planned)
    assert (opened.starts_on, opened.ends_on) == (
        date(2025, 12, 3),
        date(2025, 12, 10),
    )
    assert opened in notices_public(date(2025, 12, 3))


def test_late_opening_keeps_the_number_of_working_days() -> None:
    """Planned for Wednesday, opened on Friday: five working days all the same."""
    planned = notice(person(), opens_on=date(2025, 12, 3))
    tend_notices(on=date(2025, 12, 5))
    opened = fresh(planned)
    assert (opened.starts_on, opened.ends_on) == (
        date(2025, 12, 5),
        date(2025, 12, 12),
    )


def test_shifted_weekends_count_and_holidays_do_not() -> None:
    """调休: 2025-09-28 is a worked Sunday, 10-01 to 10-08 are off, 10-11 is worked."""
    published = notice(person(), on=date(2025, 9, 26))
    assert published.ends_on == date(2025, 10, 10)
    assert any("调休上班" in step for step in published.counted)


def test_planned_notice_may_be_withdrawn_and_blocks_a_second() -> None:
    someone = person()
    planned = notice(someone, opens_on=date(2025, 12, 3))
    with pytest.raises(Refusal, match="正在公示"):
        notice(someone)
    cancel_notice(notice_id=planned.pk, reason="名单有误", on=ON, by=SYSTEM)
    assert tend_notices(on=date(2025, 12, 3))["opened"] == 0


def test_upheld_objection_leaves_two_working_days_at_least() -> None:
    published = notice(person())
    for day, ends_on, extended in (
        (date(2025, 12, 3), LAST, 0),
        (LAST, date(2025, 12, 10), 2),
    ):
        objection = file_objection(
            notice_id=published.pk, line_id=None, text="不符", on=day, by=ANONYMOUS
        )
        decide_objection(
            objection_id=objection.pk,
            upheld=True,
            verdict="属实",
            on=day,
            by=staff("checker"),
        )
        found = fresh(published)
        assert (found.ends_on, found.extended_days) == (ends_on, extended)
    assert "异议成立" in fresh(published).counted[-1]
    assert tend_notices(on=AFTER)["ended"] == 0
    assert tend_notices(on=date(2025, 12, 11))["ended"] == 1


def test_dismissed_objection_extends_nothing() -> None:
    published = notice(person())
    objection = file_objection(
        notice_id=published.pk, line_id=None, text="不符", on=LAST, by=ANONYMOUS
    )
    decide_objection(
        objection_id=objection.pk,
        upheld=False,
        verdict="不实",
        on=LAST,
        by=staff("checker"),
    )
    assert fresh(published).ends_on == LAST


def test_extension_needs_an_approver_of_the_place_a_reason_and_an_open_notice() -> None:
    published = notice(person())
    approver = staff("approver")
    for by, reason, days, on, sentence in (
        (staff("maker"), "群众要求", 2, ON, "审批"),
        (staff("approver", at=NEXT_COUNTY), "群众要求", 2, ON, "审批"),
        (approver, " ", 2, ON, "原因"),
        (approver, "群众要求", 31, ON, "工作日"),
        (approver, "群众要求", 2, AFTER, "公示期已满"),
    ):
        with pytest.raises(Refusal, match=sentence):
            extend_notice(
                notice_id=published.pk, working_days=days, reason=reason, on=on, by=by
            )
    assert fresh(published).ends_on == LAST
    extend_notice(
        notice_id=published.pk, working_days=2, reason="群众要求", on=ON, by=approver
    )
    assert fresh(published).ends_on == date(2025, 12, 10)


def test_the_database_lets_nobody_shorten_a_notice() -> None:
    published = notice(person())
    with pytest.raises(DatabaseError, match="不能缩短"), transaction.atomic():
        Notice.objects.filter(pk=published.pk).update(ends_on=LAST - timedelta(days=1))
    assert fresh(published).ends_on == LAST


def test_list_is_published_anew_after_a_change() -> None:
    stays, leaves = person("张三"), person("李四")
    old = notice(stays, leaves)
    LISTED[1] = [stays.pk]
    made = republish_notice(
        notice_id=old.pk, reason="李四重复", on=date(2025, 12, 3), by=staff("approver")
    )
    old = fresh(old)
    assert (old.state, old.cancel_reason) == (NoticeState.CANCELLED, "李四重复")
    assert (made.replaces_id, made.line_count) == (old.pk, 1)
    assert (made.starts_on, made.ends_on) == (date(2025, 12, 3), date(2025, 12, 10))
    assert [line.name_masked for line in lines_of(made)] == ["张*"]
    assert verbs(old) == ["publish", "republish"]
    with pytest.raises(Refusal, match="已经重新公示过"):
        republish_notice(notice_id=old.pk, reason="再来", on=ON, by=staff("approver"))
    assert Notice.objects.count() == 2


def test_publishing_after_a_withdrawal_names_the_withdrawn_one() -> None:
    someone = person()
    old = notice(someone)
    cancel_notice(notice_id=old.pk, reason="名单有误", on=ON, by=SYSTEM)
    assert notice(someone).replaces_id == old.pk


def test_republishing_an_empty_list_changes_nothing() -> None:
    old = notice(person())
    LISTED[1] = []
    with pytest.raises(Refusal, match="名单为空"):
        republish_notice(notice_id=old.pk, reason="都不符", on=ON, by=SYSTEM)
    assert fresh(old).state == NoticeState.OPEN
    assert Notice.objects.count() == 1


def test_name_of_a_minor_is_never_shown() -> None:
    """The day before eighteen is a minor, the birthday is not."""
    child, grown, parent = person("小明"), person("大明"), person("老明")
    Person.objects.filter(pk=child.pk).update(birth_date=date(2007, 12, 2))
    Person.objects.filter(pk=grown.pk).update(birth_date=date(2007, 12, 1))
    published = notice(child, grown, parent)
    names = NoticeLine.objects.filter(notice=published).order_by("about_id")
    assert list(names.values_list("name_masked", flat=True)) == [
        "（未成年人）",
        "大*",
        "老*",
    ]
