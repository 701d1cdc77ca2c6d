"""Messages: told once, never sent twice, failures on the call list."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.template import autoreload, engines
from django.template.backends.django import DjangoTemplates
from pytest_django import DjangoAssertNumQueries, Settings

from unionportal.core import messages
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue, run_due_jobs, run_job
from unionportal.core.messages import (
    SmsRefused,
    call_list,
    mark_called,
    messages_of,
    queue_message,
    queue_messages_from_sql,
)
from unionportal.core.models import AuditEntry, Job, JobState, Message, MessageState

ON = date(2014, 12, 1)
OFFICER = Actor(kind="staff", name="王经办", user_id=7)
TEMPLATE = "core/notices/test.txt"
PHONES = {1: "13800000001", 2: "13800000002", 3: "13800000003"}
sent: list[tuple[str, str]] = []


class Recorder:
    """A provider that refuses one number and cannot be reached for another."""

    def send(self, phone: str, text: str) -> None:
        if phone.endswith("2"):
            raise SmsRefused("号码已停机，请电话或上门告知。")
        if phone.endswith("3"):
            raise TimeoutError
        sent.append((phone, text))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "core" / "notices"
    folder.mkdir(parents=True)
    (folder / "test.txt").write_text("您的事项有了进展：{{ title }}，请登录查看。\n")
    found = engines["django"]
    assert isinstance(found, DjangoTemplates)
    monkeypatch.setattr(found.engine, "dirs", [tmp_path])
    autoreload.reset_loaders()
    monkeypatch.setattr(settings, "SMS_BACKEND", f"{__name__}.Recorder")
    monkeypatch.setattr(messages, "_phone_books", [phones_of])
    sent.clear()
    yield
    autoreload.reset_loaders()


def phones_of(person_ids: Sequence[int]) -> Mapping[int, str]:
    return {number: PHONES[number] for number in person_ids if number in PHONES}


def tell(person_id: int, key: str = "") -> Message:
    return queue_message(
        person_id=person_id,
        template=TEMPLATE,
        context={"title": "公示开始"},
        about=("assistance.round", 5),
        key=key or f"notice:{person_id}",
        organisation_id=3,
    )


def test_message_is_told_once(db: None, provider: None) -> None:
    first = tell(1)
    assert tell(1) == first
    run_due_jobs()
    tell(1)
    run_due_jobs()
    assert sent == [("13800000001", "您的事项有了进展：公示开始，请登录查看。")]
    first.refresh_from_db()
    assert (first.state, first.text) == (MessageState.SENT, sent[0][1])
    assert first.sent_at is not None


def test_message_vanishes_with_its_cause(committed_db: None, provider: None) -> None:
    with transaction.atomic():
        tell(1)
        transaction.set_rollback(True)
    run_due_jobs()
    assert (sent, Message.objects.count()) == ([], 0)


def test_refused_and_phoneless_end_on_the_call_list(db: None, provider: None) -> None:
    tell(2)
    tell(9)
    run_due_jobs()
    found = [(each.person_id, each.reason) for each in call_list([3])]
    assert found == [
        (2, "号码已停机，请电话或上门告知。"),
        (9, "没有登记手机号，请电话或上门告知。"),
    ]
    assert list(call_list([4])) == []


def test_called_person_leaves_the_list_with_an_audit_entry(
    db: None, provider: None
) -> None:
    message = tell(9)
    run_due_jobs()
    mark_called(message_id=message.pk, by=OFFICER, on=ON, note="已与本人通话")
    assert list(call_list([3])) == []
    entry = AuditEntry.objects.get(subject_kind="core.message", subject_id=message.pk)
    assert entry.changes == {"state": ["failed", "called"]}
    assert (entry.user_id, entry.reason) == (7, "已与本人通话")


def test_calling_is_refused_for_a_message_that_was_sent(
    db: None, provider: None
) -> None:
    message = tell(1)
    run_due_jobs()
    before = AuditEntry.objects.count()
    with pytest.raises(Refusal, match="已发送"):
        mark_called(message_id=message.pk, by=OFFICER, on=ON, note="")
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert AuditEntry.objects.count() == before


def test_unreachable_provider_is_tried_again_and_then_given_up(
    db: None, provider: None
) -> None:
    message = tell(3)
    tell(1)
    job = Job.objects.get(kind=messages.SEND_JOB)
    for turn in range(1, messages.TRY_LIMIT + 1):
        run_job(job.pk)
        message.refresh_from_db()
        assert message.attempt_count == turn
        Job.objects.update(due_at="2000-01-01T00:00:00Z")
    assert message.state == MessageState.FAILED
    assert "多次连接失败" in message.reason
    assert [phone for phone, _text in sent] == ["13800000001"]
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_what_a_dead_sender_left_in_doubt_is_failed_and_not_sent_again(
    db: None, provider: None
) -> None:
    message = tell(1)
    job = Job.objects.get(kind=messages.SEND_JOB)
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENDING, sender_job_id=job.pk, sender_token=0
    )
    run_job(job.pk)
    message.refresh_from_db()
    assert sent == []
    assert message.state == MessageState.FAILED
    assert "不明" in message.reason


def test_many_messages_are_queued_by_one_statement(
    db: None, provider: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tell(1, key="round:5:1")
    with django_assert_max_num_queries(5):
        count = queue_messages_from_sql(
            template=TEMPLATE,
            select=(
                "SELECT %s || n, n, 'assistance.round', 5, 3,"
                " jsonb_build_object('title', '已到账'::text)"
                " FROM generate_series(1, 120) n"
            ),
            params=["round:5:"],
        )
    assert count == 119
    run_due_jobs()
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 1
    assert Message.objects.filter(state=MessageState.FAILED).count() == 118


def test_messages_in_the_portal_do_not_wait_for_the_provider(
    db: None, provider: None
) -> None:
    message = tell(1)
    (note,) = messages_of(1)
    assert note.text == "您的事项有了进展：公示开始，请登录查看。"
    assert (note.message_id, note.about) == (message.pk, ("assistance.round", 5))
    assert messages_of(2) == []


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


def test_file_back_end_appends_a_line(tmp_path: Path, settings: Settings) -> None:
    settings.SMS_FILE = tmp_path / "sms" / "out.txt"
    messages.FileBackend().send("13800000001", "您好")
    messages.FileBackend().send("13800000002", "您好")
    lines = settings.SMS_FILE.read_text().splitlines()
    assert lines == ["13800000001\t您好", "13800000002\t您好"]


def test_console_back_end_masks_the_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        messages.ConsoleBackend().send("13812345678", "您好")
    assert "138****5678" in caplog.text
    assert "13812345678" not in caplog.text


def test_notices_name_no_illness_kind_or_amount() -> None:
    """The screen of a telephone is read by others."""
    folders = [settings.BASE_DIR / "templates"]
    texts = [path for folder in folders for path in folder.glob("*/notices/*.txt")]
    for path in texts:
        words = path.read_text()
        found = [
            word for word in ("元", "¥", "￥", "金额", "病", "amount") if word in words
        ]
        assert found == [], path.name


def test_sending_job_is_one_for_a_transaction(db: None, provider: None) -> None:
    tell(1)
    tell(2)
    assert Job.objects.filter(kind=messages.SEND_JOB).count() == 1
    assert enqueue(kind="x", key="x", arguments={}, by=OFFICER).kind == "x"
