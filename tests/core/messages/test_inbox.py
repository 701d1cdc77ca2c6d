"""Messages in the portal."""

from tests.core.messages.provider import down, tell
from unionportal.core.jobs import run_due_jobs
from unionportal.core.messages.inbox import mark_read, messages_of, unread_count
from unionportal.core.models import Message


def test_messages_in_the_portal_do_not_wait_for_the_provider(
    db: None, provider: None
) -> None:
    down.add("13800000001")
    message = tell(1)
    run_due_jobs()
    (note,) = messages_of(1)
    assert note.text == "【明溪县总工会】您的事项有了进展：公示开始，请登录查看。"
    assert (note.message_id, note.about) == (message.pk, ("assistance.round", 5))
    assert messages_of(2) == []


def test_reading_is_ones_own_and_once(db: None, provider: None) -> None:
    first, second, others = tell(1, key="a"), tell(1, key="b"), tell(5)
    assert (unread_count(1), unread_count(5), unread_count(9)) == (2, 1, 0)
    assert mark_read(1, others.pk) == 0
    assert (mark_read(1, first.pk), mark_read(1, first.pk)) == (1, 0)
    assert [note.is_read for note in messages_of(1)] == [False, True]
    assert (mark_read(1), unread_count(1), unread_count(5)) == (1, 0, 1)
    second.refresh_from_db()
    assert second.read_at is not None


def test_a_message_with_a_hole_is_told_without_its_words(
    db: None, provider: None
) -> None:
    tell(1)
    Message.objects.update(context={})
    assert messages_of(1)[0].text == "有一件事有了进展，请到“首页”查看。"
