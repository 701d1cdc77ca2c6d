"""The same request: carried out once, answered again, refused with another body."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from unionportal.core.errors import Refusal
from unionportal.core.idempotency import digest_of, forget_replies, once
from unionportal.core.models import StoredReply
from unionportal.core.tasks import forget_replies_nightly

acts: list[str] = []


def request(key: str, body: str) -> object:
    with once(key=key, scope="client-1", body_digest=digest_of(body)) as reply:
        if not reply.is_stored:
            acts.append(body)
            reply.store({"batch": len(acts)}, status=201)
    return reply.status, reply.body


@pytest.fixture(autouse=True)
def no_acts() -> None:
    acts.clear()


def test_repeated_request_gets_the_stored_reply(db: None) -> None:
    assert request("k", "a") == (201, {"batch": 1})
    assert request("k", "a") == (201, {"batch": 1})
    assert acts == ["a"]


def test_key_with_another_body_is_refused(db: None) -> None:
    request("k", "a")
    with pytest.raises(Refusal) as refused:
        request("k", "b")
    assert refused.value.code == "key_reused"
    assert acts == ["a"]
    assert request("k", "a") == (201, {"batch": 1})


def test_key_of_another_scope_is_another_key(db: None) -> None:
    request("k", "a")
    with once(key="k", scope="client-2", body_digest=digest_of("b")) as reply:
        assert not reply.is_stored


def test_request_that_failed_may_be_repeated(db: None) -> None:
    with (
        pytest.raises(Refusal),
        once(key="k", scope="client-1", body_digest=digest_of("a")),
    ):
        raise Refusal("资金不足。")
    assert StoredReply.objects.count() == 0
    assert request("k", "a") == (201, {"batch": 1})


def test_parallel_requests_act_once(committed_db: None) -> None:
    replies: list[object] = []

    def elsewhere() -> None:
        replies.append(request("k", "a"))
        connection.close()

    threads = [threading.Thread(target=elsewhere) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [(201, {"batch": 1})] * 8
    assert acts == ["a"]


def test_digest_of_a_mapping_does_not_depend_on_its_order() -> None:
    assert digest_of({"a": 1, "b": "二"}) == digest_of({"b": "二", "a": 1})
    assert digest_of(b"x") == digest_of("x")
    assert digest_of("x") != digest_of("y")


def test_old_replies_are_forgotten(db: None) -> None:
    request("k", "a")
    assert forget_replies(before=datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert forget_replies(before=datetime(2100, 1, 1, tzinfo=UTC)) == 1
    assert StoredReply.objects.count() == 0


def test_every_night_replies_older_than_a_week_are_forgotten(db: None) -> None:
    request("old", "a")
    request("young", "b")
    for key, days in (("old", 8), ("young", 6)):
        aged = F("created_at") - timedelta(days=days)
        StoredReply.objects.filter(key=key).update(created_at=aged)

    forget_replies_nightly()

    assert [reply.key for reply in StoredReply.objects.all()] == ["young"]
    schedule = settings.CELERY_BEAT_SCHEDULE["forget-replies-nightly"]
    assert schedule["task"] == forget_replies_nightly.name
