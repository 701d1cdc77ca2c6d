"""The adapter before a gateway that really listens: faults, repetitions, reports."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from tests.core.messages.provider import tell
from tests.core.messages.sms_gateway import KEY, SECRET, Gateway, running_gateway
from unionportal.core.jobs import run_due_jobs
from unionportal.core.messages import SmsInDoubt, SmsRefused, enqueue_sending
from unionportal.core.messages.gateway import GatewayError, HttpBackend
from unionportal.core.messages.reports import Report, enter_reports, request_reports
from unionportal.core.models import Job, Message, MessageReport, MessageState

HTTP = "unionportal.core.messages.gateway.HttpBackend"


@pytest.fixture
def gateway(provider: None, settings: Settings) -> Iterator[Gateway]:
    with running_gateway() as found:
        settings.SMS_BACKEND = HTTP
        settings.SMS_HTTP_URL = found.url
        settings.SMS_HTTP_KEY, settings.SMS_HTTP_SECRET = KEY, SECRET
        settings.SMS_HTTP_SECONDS = 0.3
        settings.SMS_HTTP_REPEATABLE = True
        yield found


def state_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def send(phone: str = "13800000001") -> None:
    HttpBackend().send(phone, "您好", reference="message-7")


def test_message_goes_out_once_and_is_reported_delivered(
    db: None, gateway: Gateway
) -> None:
    message, refused = tell(1), tell(2)
    run_due_jobs()
    assert state_of(message) == (MessageState.SENT, "")
    assert state_of(refused) == (MessageState.FAILED, "短信网关拒绝：空号")
    assert list(gateway.taken) == [f"message-{message.pk}"]
    gateway.report("code-abc", "delivered")
    gateway.report("message-999", "failed")
    gateway.report(f"message-{message.pk}", "delivered")
    for _twice in range(2):
        request_reports()
        run_due_jobs()
    assert state_of(message) == (MessageState.DELIVERED, "")
    assert message.reported_at is not None
    numbers = list(MessageReport.objects.values_list("number", "message_id"))
    assert numbers == [(1, 0), (2, 999), (3, message.pk)]


def test_a_report_of_failure_puts_the_person_on_the_call_list(
    db: None, gateway: Gateway
) -> None:
    message, silent = tell(1), tell(3)
    run_due_jobs()
    gateway.report(f"message-{message.pk}", "failed", "用户关机")
    gateway.report(f"message-{silent.pk}", "failed")
    request_reports()
    run_due_jobs()
    assert state_of(message) == (MessageState.FAILED, "用户关机")
    assert state_of(silent) == (
        MessageState.FAILED,
        "运营商回执：没有送达，请电话告知。",
    )


def test_what_took_too_long_is_repeated_under_its_reference_and_sent_once(
    db: None, gateway: Gateway
) -> None:
    gateway.slow_seconds = 1.0
    message = tell(1)
    run_due_jobs()
    assert state_of(message)[0] == MessageState.QUEUED
    gateway.slow_seconds = 0.0
    Message.objects.update(not_before=None)
    Job.objects.update(due_at="2000-01-01T00:00:00Z")
    tell(5)
    run_due_jobs()
    assert state_of(message)[0] == MessageState.SENT
    assert list(gateway.taken) == [
        f"message-{number}" for number in (message.pk, message.pk + 1)
    ]
    assert gateway.asked == 3


def test_without_repetition_what_was_not_answered_is_in_doubt(
    db: None, gateway: Gateway, settings: Settings
) -> None:
    """It may have arrived: nobody is texted twice, somebody calls. A report ends it."""
    settings.SMS_HTTP_REPEATABLE = False
    gateway.break_after_taking = True
    message = tell(1)
    run_due_jobs()
    assert state_of(message)[0] == MessageState.FAILED
    assert "不明" in message.reason
    assert gateway.asked == 1
    enter_reports([Report(1, message.pk, is_delivered=True)])
    assert state_of(message) == (MessageState.DELIVERED, "")


@pytest.mark.parametrize(
    ("status", "page", "expected"),
    [
        (500, b"", GatewayError),
        (302, b"", GatewayError),
        (200, b"not json", SmsInDoubt),
        (200, b"[1]", SmsInDoubt),
        (200, b'{"result": "perhaps"}', SmsInDoubt),
    ],
)
def test_an_answer_that_says_nothing_is_no_success(
    gateway: Gateway,
    settings: Settings,
    status: int,
    page: bytes,
    expected: type[Exception],
) -> None:
    settings.SMS_HTTP_REPEATABLE = False
    gateway.status, gateway.bad_page = status, page
    with pytest.raises(expected):
        send()


def test_a_gateway_that_does_not_listen_may_be_tried_again(
    gateway: Gateway, settings: Settings
) -> None:
    settings.SMS_HTTP_REPEATABLE = False
    settings.SMS_HTTP_URL = "http://127.0.0.1:9"
    with pytest.raises(GatewayError):
        send()


def test_a_wrong_secret_is_not_accepted(gateway: Gateway, settings: Settings) -> None:
    settings.SMS_HTTP_SECRET = "another"
    with pytest.raises(GatewayError):
        send()
    assert gateway.taken == {}


def test_a_refusal_tells_why(gateway: Gateway) -> None:
    with pytest.raises(SmsRefused, match="空号"):
        send("13800000002")


def test_a_report_that_overtakes_the_sender_holds(db: None, gateway: Gateway) -> None:
    message = tell(1)
    Message.objects.update(
        state=MessageState.SENDING, sender_job_id=1, sender_token=1, attempt_count=1
    )
    assert enter_reports([Report(1, message.pk, is_delivered=True)]) == 1
    assert state_of(message)[0] == MessageState.DELIVERED
    late = [
        Report(1, message.pk, is_delivered=True),
        Report(2, message.pk, is_delivered=False, reason="超时"),
    ]
    assert enter_reports(late) == 0
    assert state_of(message) == (MessageState.DELIVERED, "")


def test_a_report_on_somebody_who_was_called_changes_nothing(
    db: None, provider: None
) -> None:
    message = tell(9)
    run_due_jobs()
    Message.objects.update(state=MessageState.CALLED)
    assert enter_reports([Report(1, message.pk, is_delivered=True)]) == 0
    assert state_of(message)[0] == MessageState.CALLED


def test_a_back_end_without_reports_is_not_asked(db: None, provider: None) -> None:
    assert request_reports() is None


def test_a_message_nobody_reports_on_is_called_about_after_some_days(
    db: None, gateway: Gateway, settings: Settings
) -> None:
    settings.SMS_REPORT_DAYS = 3
    fresh, silent, told, old = tell(1), tell(3), tell(5), tell(6)
    run_due_jobs()
    hours = {fresh: 71, silent: 73, told: 73, old: 11 * 24}
    for message, ago in hours.items():
        Message.objects.filter(pk=message.pk, state=MessageState.SENT).update(
            sent_at=Now() - timedelta(hours=ago)
        )
    gateway.report(f"message-{told.pk}", "delivered")
    request_reports()
    run_due_jobs()
    assert [state_of(one)[0] for one in (fresh, told)] == ["sent", "delivered"]
    assert state_of(silent) == ("failed", "发出后一直没有送达回执，请电话告知。")
    # It came after all, late and twice: told is told.
    for _twice in range(2):
        gateway.report(f"message-{silent.pk}", "delivered")
        request_reports()
        run_due_jobs()
    assert state_of(silent) == ("delivered", "")


def test_what_a_person_sends_again_goes_out_again_and_old_reports_do_not_hold_it(
    db: None, gateway: Gateway
) -> None:
    """The gateway sends nothing twice under one reference."""
    message = tell(1)
    run_due_jobs()
    gateway.report(f"message-{message.pk}", "failed", "空号")
    request_reports()
    run_due_jobs()
    assert state_of(message) == ("failed", "空号")
    Message.objects.filter(pk=message.pk).update(
        state="queued", text="", reason="", sent_at=None, reported_at=None,
        resend_count=1, attempt_count=0,
    )  # fmt: skip
    enqueue_sending()
    run_due_jobs()
    assert list(gateway.taken) == [f"message-{message.pk}", f"message-{message.pk}-1"]
    gateway.report(f"message-{message.pk}", "failed", "空号")
    gateway.report(f"message-{message.pk}-x", "failed", "空号")
    request_reports()
    run_due_jobs()
    assert state_of(message) == ("sent", "")
    gateway.report(f"message-{message.pk}-1", "delivered")
    request_reports()
    run_due_jobs()
    assert state_of(message) == ("delivered", "")
