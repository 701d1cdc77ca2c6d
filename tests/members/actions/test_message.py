"""The call list: called, given up, sent again, each with a trace, by whom it is due."""

from datetime import date

import pytest
from pytest_django.fixtures import Settings

from members.actions.message import (
    give_up_calling,
    record_call,
    resend_message,
    set_wording,
    show_message_phone,
)
from members.actions.person import change_phone, reveal_identity, revealed_still
from members.models import Disclosure, Person
from members.queries.message import (
    calls_waiting,
    delivered_share,
    messages_written,
    people_not_reached,
    people_to_call,
    wordings_of,
)
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    person,
    staff,
    union,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.messages import queue_message
from unionportal.core.models import (
    AuditEntry,
    Message,
    MessageCall,
    MessageState,
    MessageWording,
)

pytestmark = pytest.mark.django_db
PAID = "assistance/notices/paid.txt"


def failed(phone: str = "", at: str = COUNTY) -> Message:
    """A message to somebody without a phone, which therefore failed."""
    someone = person("欧阳某", phone=phone) if phone else person("欧阳某")
    if not phone:
        Person.objects.filter(pk=someone.pk).update(phone=None, phone_index="")
    message = queue_message(
        person_id=someone.pk,
        template=PAID,
        context={"union": "尤溪县"},
        about=("assistance.determination", 1),
        key=f"test-{someone.pk}",
        organisation_id=union(at).pk,
    )
    run_due_jobs()
    message.refresh_from_db()
    return message


def shown(message: Message, *, by: Actor, reason: str = "电话告知") -> str:
    return show_message_phone(message_id=message.pk, reason=reason, on=ON, by=by)


def called(
    message: Message, number: int, outcome: str, *, by: Actor, note: str = ""
) -> Message:
    return record_call(
        message_id=message.pk, number=number, outcome=outcome, note=note, on=ON, by=by
    )


def trail(message: Message) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(
        subject_kind="core.message", subject_id=message.pk
    )
    return list(entries.order_by("id").values_list("verb", "reason"))


def test_who_was_told_leaves_the_list_and_who_was_not_stays() -> None:
    message, maker = failed(), staff("maker")
    assert message.state == MessageState.FAILED
    for number, outcome, note in ((1, "no_answer", "占线"), (2, "told", "本人已知")):
        assert list(calls_waiting(maker)) == [message]
        called(message, number, outcome, by=maker, note=note)
    assert list(calls_waiting(maker)) == []
    message.refresh_from_db()
    assert message.state == MessageState.CALLED
    calls = MessageCall.objects.order_by("number").values_list("number", "outcome")
    assert list(calls) == [(1, "no_answer"), (2, "told")]
    assert trail(message) == [("call_person", "占线"), ("call_person", "本人已知")]
    with pytest.raises(Refusal, match="已电话告知"):
        called(message, 3, "told", by=maker)
    assert MessageCall.objects.count() == 2


def test_one_call_said_twice_is_one_row() -> None:
    message, maker = failed(), staff("maker")
    for outcome in ("no_answer", "told"):
        number = message.calls.count() + 1
        for _click in range(2):
            called(message, number, outcome, by=maker, note="占线 ")
    for number, outcome in ((1, "told"), (3, "wrong_number"), (0, "no_answer")):
        with pytest.raises(Refusal):
            called(message, number, outcome, by=maker)
    calls = MessageCall.objects.order_by("number").values_list("number", "outcome")
    assert list(calls) == [(1, "no_answer"), (2, "told")]
    assert trail(message) == [("call_person", "占线")] * 2


def test_a_call_that_another_wrote_meanwhile_is_not_taken_for_ones_own() -> None:
    message, first, second = failed(), staff("maker"), staff("checker")
    called(message, 1, "no_answer", by=first)
    with pytest.raises(Refusal, match="又登记了通话"):
        called(message, 1, "no_answer", by=second)
    assert MessageCall.objects.count() == 1


def test_giving_up_needs_a_call_and_a_reason() -> None:
    message, maker = failed(), staff("maker")
    for reason, sentence in ((" ", "写明"), ("号码是空号", "还没有打过电话")):
        with pytest.raises(Refusal, match=sentence):
            give_up_calling(message_id=message.pk, reason=reason, on=ON, by=maker)
    called(message, 1, "no_answer", by=maker)
    give_up_calling(message_id=message.pk, reason="已上门留条", on=ON, by=maker)
    message.refresh_from_db()
    assert message.state == MessageState.UNREACHED


def test_resending_is_one_more_try_under_the_same_key() -> None:
    message = failed()
    change_phone(person_id=message.person_id, phone="13812341234", on=ON, by=SYSTEM)
    resend_message(
        message_id=message.pk, reason="已补登手机号", on=ON, by=staff("maker")
    )
    run_due_jobs()
    message.refresh_from_db()
    assert (message.state, message.attempt_count) == (MessageState.SENT, 1)
    assert message.reference == f"message-{message.pk}-1"
    assert Message.objects.count() == 1
    with pytest.raises(Refusal, match="已发送"):
        resend_message(message_id=message.pk, reason="x", on=ON, by=staff("maker"))


def test_number_is_shown_with_a_trace() -> None:
    message = failed()
    change_phone(person_id=message.person_id, phone="13812341234", on=ON, by=SYSTEM)
    maker = staff("maker")
    for reason, said in ((" ", "理由"), ("电话告知", "")):
        if said:
            with pytest.raises(Refusal, match=said):
                shown(message, by=maker, reason=reason)
            continue
        # The second time within the half hour is the same look.
        for _again in range(2):
            assert shown(message, by=maker, reason=reason) == "13812341234"
    assert trail(message) == [("show_phone", "电话告知")]
    (look,) = Disclosure.objects.filter(person=message.person_id)
    assert (look.user_id, look.what, look.reason, look.kind) == (
        maker.user_id,
        "手机号（电话名单）",
        "电话告知",
        "unmask",
    )
    # A phone to call opens no ID number.
    assert revealed_still(person_id=message.person_id, by=maker) is None


def test_the_call_list_shows_no_more_people_a_day_than_the_register(
    settings: Settings,
) -> None:
    settings.UNMASK_DAILY_LIMIT = 2
    maker, messages = staff("maker"), [failed() for _each in range(3)]
    for at, message in enumerate(messages):
        phone = f"1381234123{at}"
        change_phone(person_id=message.person_id, phone=phone, on=ON, by=SYSTEM)
    reveal_identity(person_id=messages[0].person_id, reason="核对", on=ON, by=maker)
    assert [shown(message, by=maker) for message in messages[:2]] == [
        "13812341230",
        "13812341231",
    ]
    with pytest.raises(Refusal, match="每日上限"):
        shown(messages[2], by=maker)
    assert trail(messages[2]) == []
    assert shown(messages[2], by=staff("maker")) == "13812341232"


def test_the_next_county_and_those_without_the_role_do_nothing() -> None:
    message = failed()
    before = AuditEntry.objects.count()
    for by in (staff("maker", at=NEXT_COUNTY), staff("payer")):
        for attempt in (
            lambda by=by: called(message, 1, "told", by=by),
            lambda by=by: resend_message(
                message_id=message.pk, reason="x", on=ON, by=by
            ),
            lambda by=by: shown(message, by=by),
            lambda by=by: set_wording(
                template=PAID, organisation_id=union().pk, text="", on=ON, by=by
            ),
        ):
            with pytest.raises(Refusal, match="岗位"):
                attempt()
    assert list(calls_waiting(staff("maker", at=NEXT_COUNTY))) == []
    found = AuditEntry.objects.exclude(
        subject_kind__in=("members.user", "members.post")
    )
    assert found.count() <= before
    assert not MessageCall.objects.exists()


def test_a_unions_wording_is_versioned_and_refused_when_it_tells() -> None:
    administrator = staff("administrator")
    with pytest.raises(Refusal, match="金额"):
        set_wording(
            template=PAID,
            organisation_id=union().pk,
            text="【{{ union }}】您的 600 元已到账。",
            on=ON,
            by=administrator,
        )
    assert not MessageWording.objects.exists()
    for text in ("【{{ union }}】请登录查看。", ""):
        set_wording(
            template=PAID,
            organisation_id=union().pk,
            text=text,
            on=ON,
            by=administrator,
        )
        (line,) = [each for each in wordings_of(union().pk) if each.code == PAID]
        assert (line.own.text if line.own else "") == text
    assert MessageWording.objects.count() == 2


def test_figures_count_what_arrived_and_who_was_not_reached() -> None:
    message = failed()
    year = str(message.created_at.year)
    path = union(CITY).path
    told = failed()
    called(told, 1, "told", by=staff("maker"))
    assert messages_written(path, year) == 2
    assert delivered_share(path, year) == 50
    assert people_not_reached(path, year) == 1
    assert messages_written(union(NEXT_COUNTY).path, year) == 0
    assert delivered_share(union(NEXT_COUNTY).path, year) == 0


def test_callers_find_their_union_in_the_queue() -> None:
    failed()
    (item,) = people_to_call(staff("maker"), date(2025, 12, 1))
    assert "1 条通知没有送到" in item.detail
    assert item.url.endswith(f"?under={COUNTY}")
    assert people_to_call(staff("payer"), ON) == []
    assert people_to_call(staff("maker", at=NEXT_COUNTY), ON) == []
