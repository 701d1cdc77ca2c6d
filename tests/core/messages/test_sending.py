"""Messages: told once, never sent twice, at the right hour, failures with a reason."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F
from pytest_django import DjangoAssertNumQueries, Settings

from tests.core.messages.provider import (
    TEMPLATE,
    URGENT,
    down,
    sent,
    tell,
    unwilling,
)
from unionportal.core import leases
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import JobRun, Later, run_due_jobs, run_job
from unionportal.core.leases import Heartbeat, Progress
from unionportal.core.messages import (
    SEND_JOB,
    ConsoleBackend,
    FileBackend,
    queue_message,
    queue_messages_from_sql,
)
from unionportal.core.messages.pace import PAUSES, quiet_until
from unionportal.core.messages.sending import send_messages
from unionportal.core.models import Job, JobState, Message, MessageState

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=SHANGHAI)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
WORDS = "【明溪县总工会】您的事项有了进展：公示开始，请登录查看。"


def claimed(job: Job | None = None) -> JobRun:
    """A job, by default the one of this transaction, as a worker holds it."""
    found = job or Job.objects.get(kind=SEND_JOB)
    Job.objects.filter(pk=found.pk).update(due_at=F("due_at") - timedelta(days=1))
    claim = leases.claim(found.pk)
    assert claim is not None
    return JobRun(
        job_id=claim.lease.job_id,
        kind=SEND_JOB,
        arguments={},
        by=SYSTEM,
        organisation_id=None,
        attempt=1,
        heartbeat=Heartbeat(claim.lease, Progress()),
    )


def states() -> list[tuple[int, str]]:
    return list(Message.objects.order_by("id").values_list("person_id", "state"))


def test_message_is_told_once(db: None, provider: None) -> None:
    first = tell(1)
    assert tell(1) == first
    run_due_jobs()
    tell(1)
    run_due_jobs()
    assert sent == [("13800000001", WORDS)]
    first.refresh_from_db()
    assert (first.state, first.text) == (MessageState.SENT, WORDS)
    assert first.sent_at is not None


def test_message_vanishes_with_its_cause(committed_db: None, provider: None) -> None:
    with transaction.atomic():
        tell(1)
        transaction.set_rollback(True)
    run_due_jobs()
    assert (sent, Message.objects.count()) == ([], 0)


def test_what_was_not_sent_fails_with_its_reason(db: None, provider: None) -> None:
    """Refused, in doubt, without a number, and with a hole in its words."""
    for person_id in (2, 4, 9):
        tell(person_id)
    tell(1)
    Message.objects.filter(person_id=1).update(context={})
    run_due_jobs()
    failed = Message.objects.filter(state=MessageState.FAILED).order_by("person_id")
    assert [(each.person_id, each.reason) for each in failed] == [
        (1, "短信模板的填空没有内容：'union'，请电话告知。"),
        (2, "号码已停机，请电话或上门告知。"),
        (4, "发送过程中断，对方是否收到不明，请电话告知。"),
        (9, "没有登记手机号，请电话或上门告知。"),
    ]
    assert sent == []


def test_unreachable_provider_is_tried_again_with_pauses_and_then_given_up(
    db: None, provider: None
) -> None:
    down.add("13800000003")
    message = tell(3)
    tell(1)
    job = Job.objects.get(kind=SEND_JOB)
    for turn, minutes in enumerate(PAUSES, start=1):
        run_job(job.pk)
        message.refresh_from_db()
        assert (message.attempt_count, message.state) == (turn, MessageState.QUEUED)
        assert message.not_before is not None
        job.refresh_from_db()
        waits = job.due_at - message.not_before
        assert abs(waits.total_seconds()) < 30, minutes
        Message.objects.filter(pk=message.pk).update(not_before=NOON)
        Job.objects.update(due_at="2000-01-01T00:00:00Z")
    run_job(job.pk)
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "多次连接失败" in message.reason
    assert [phone for phone, _text in sent] == ["13800000001"]
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_one_job_waits_for_the_rest_and_the_others_end(
    db: None, provider: None
) -> None:
    down.add("13800000003")
    tell(3)
    first = claimed()
    with pytest.raises(Later):
        send_messages(first, at=NOON)
    Job.objects.filter(pk=first.job_id).update(
        state=JobState.QUEUED, lease_until=None, due_at=NOON + timedelta(minutes=1)
    )
    second = Job.objects.create(kind=SEND_JOB, key="second", arguments={}, actor={})
    assert send_messages(claimed(second), at=NOON) == {"sent": 0}


def test_what_a_dead_sender_left_in_doubt_is_failed_and_not_sent_again(
    db: None, provider: None
) -> None:
    message = tell(1)
    job = Job.objects.get(kind=SEND_JOB)
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENDING, sender_job_id=job.pk, sender_token=0
    )
    run_job(job.pk)
    message.refresh_from_db()
    assert sent == []
    assert message.state == MessageState.FAILED
    assert "不明" in message.reason


@pytest.mark.parametrize(
    ("hour", "minute", "day", "until"),
    [
        (20, 59, 22, None),
        (21, 0, 22, 23),
        (23, 59, 22, 23),
        (0, 0, 23, 23),
        (7, 59, 23, 23),
        (8, 0, 23, None),
    ],
)
def test_the_night_is_quiet_from_nine_to_eight(
    hour: int, minute: int, day: int, until: int | None
) -> None:
    at = datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, until, 8, tzinfo=SHANGHAI) if until else None
    assert quiet_until(at, "21:00-08:00") == morning
    assert quiet_until(at, "") is None


def test_at_night_only_what_is_urgent_goes_out_and_the_rest_in_the_morning(
    db: None, provider: None, settings: Settings
) -> None:
    settings.SMS_QUIET_HOURS = "21:00-08:00"
    tell(1)
    tell(5, template=URGENT)
    run = claimed()
    with pytest.raises(Later) as later:
        send_messages(run, at=NIGHT)
    assert later.value.seconds == pytest.approx(8.5 * 3600, abs=60)
    assert states() == [(1, "queued"), (5, "sent")]
    send_messages(run, at=NIGHT + timedelta(hours=8, minutes=30))
    assert [text for _phone, text in sent] == ["【明溪县总工会】请看。", WORDS]


def test_a_run_that_reaches_into_the_night_leaves_the_rest_for_the_morning(
    db: None, provider: None, settings: Settings
) -> None:
    settings.SMS_QUIET_HOURS = "21:00-08:00"
    for number, template in enumerate((TEMPLATE, TEMPLATE, URGENT)):
        tell(1, key=f"k{number}", template=template)
    seconds = iter((0.0, 59.0, 60.0, 61.0))
    evening = NIGHT.replace(hour=20, minute=59)
    with pytest.raises(Later) as later:
        send_messages(claimed(), at=evening, stopwatch=lambda: next(seconds))
    assert [state for _id, state in states()] == ["sent", "queued", "sent"]
    waiting = Message.objects.get(state=MessageState.QUEUED)
    assert waiting.not_before == evening.replace(day=23, hour=8, minute=0)
    assert waiting.attempt_count == 0
    assert later.value.seconds == 11 * 3600 - 1


def test_a_phone_gets_so_many_a_day_whoever_they_are_for(
    db: None, provider: None, settings: Settings
) -> None:
    """What is over the number waits for the next morning, untried; urgent ones go."""
    settings.SMS_PER_PHONE_PER_DAY = 2
    for number, person_id in enumerate((1, 5, 1)):
        tell(person_id, key=f"k{number}")
    tell(5, key="urgent", template=URGENT)
    today = datetime.now(SHANGHAI).replace(hour=12, minute=0)
    with pytest.raises(Later):
        send_messages(claimed(), at=today)
    assert states() == [(1, "sent"), (5, "sent"), (1, "queued"), (5, "sent")]
    waiting = Message.objects.get(state=MessageState.QUEUED)
    assert waiting.not_before is not None
    morning = waiting.not_before.astimezone(SHANGHAI)
    assert (morning.date(), morning.hour) == (today.date() + timedelta(days=1), 8)
    assert waiting.attempt_count == 0


def test_no_more_go_out_in_a_day_than_the_setting_says(
    db: None, provider: None, settings: Settings
) -> None:
    settings.SMS_PER_DAY = 1
    tell(1)
    tell(5)
    today = datetime.now(SHANGHAI).replace(hour=12, minute=0)
    with pytest.raises(Later):
        send_messages(claimed(), at=today)
    assert states() == [(1, "sent"), (5, "queued")]


def test_who_withdrew_his_consent_finds_the_message_in_the_portal_only(
    db: None, provider: None
) -> None:
    unwilling.add(1)
    tell(1)
    tell(5)
    run_due_jobs()
    assert states() == [(1, "portal"), (5, "sent")]
    assert (
        Message.objects.get(person_id=1).reason == "本人已撤回短信同意，只在站内告知。"
    )


def test_many_messages_are_queued_by_one_statement(
    db: None, provider: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tell(1, key="round:5:1")
    with django_assert_max_num_queries(5):
        count = queue_messages_from_sql(
            template=TEMPLATE,
            select=(
                "SELECT %s || n, n, 'assistance.round', 5, 3,"
                " jsonb_build_object('title', '已到账'::text, 'union', '工会'::text)"
                " FROM generate_series(1, 120) n"
            ),
            params=["round:5:"],
        )
    assert count == 119
    assert Job.objects.filter(kind=SEND_JOB).count() == 1
    run_due_jobs()
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 0
    assert Message.objects.filter(state=MessageState.FAILED).count() == 117


def test_a_chunk_is_sent_in_as_many_queries_whatever_its_size(
    db: None, provider: None
) -> None:
    def cost(*keys: str) -> int:
        for key in keys:
            tell(1, key=key)
        run = claimed()
        before = len(connection.queries_log)
        connection.force_debug_cursor = True
        try:
            send_messages(run, at=NOON)
        finally:
            connection.force_debug_cursor = False
        found = len(connection.queries_log) - before
        Job.objects.all().delete()
        return found

    assert cost("a") == cost(*(f"b{number}" for number in range(8)))


def test_text_outside_the_notices_is_a_fault(db: None) -> None:
    with pytest.raises(ValueError, match="notice template"):
        queue_message(
            person_id=1,
            template="../secrets.txt",
            context={},
            about=("core.job", 1),
            key="k",
        )
    assert Message.objects.count() == 0


def test_file_back_end_appends_a_line(tmp_path: object, settings: Settings) -> None:
    settings.SMS_FILE = f"{tmp_path}/sms/out.txt"
    FileBackend().send("13800000001", "您好")
    FileBackend().send("13800000002", "您好")
    with open(settings.SMS_FILE, encoding="utf-8") as file:  # noqa: PTH123
        lines = file.read().splitlines()
    assert lines == ["13800000001\t您好", "13800000002\t您好"]


def test_console_back_end_masks_the_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        ConsoleBackend().send("13812345678", "您好")
    assert "138****5678" in caplog.text
    assert "13812345678" not in caplog.text
