"""What waits for whom; and who an API client is."""

from datetime import date

import pytest

from members.actions.api_client import register_client, stop_client
from members.actions.notice import ANONYMOUS, file_objection
from members.queries.person import persons_visible_to, phones_of
from members.queries.post import actor_of_client
from members.queries.waiting import (
    account_cards,
    accounts_to_verify,
    notices_to_end,
    objections_to_decide,
)
from tests.members.builders import (
    NEXT_COUNTY,
    ON,
    notice,
    pending_account,
    person,
    staff,
    union,
    verified_account,
    worker,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_pending_card_waits_for_checkers_who_did_not_enter_it() -> None:
    both, checker = staff("maker", "checker"), staff("checker")
    pending_account(person(), by=both)
    assert [item.title for item in accounts_to_verify(checker, ON)] == ["核验收款账户"]
    assert accounts_to_verify(both, ON) == []
    assert accounts_to_verify(staff("maker"), ON) == []
    assert accounts_to_verify(staff("checker", at=NEXT_COUNTY), ON) == []


def test_objection_and_ended_notice_wait_for_their_posts() -> None:
    shown = notice(person())
    file_objection(notice_id=shown.pk, line_id=None, text="x", on=ON, by=ANONYMOUS)
    assert [i.waiting_since for i in objections_to_decide(staff("checker"), ON)] == [ON]
    maker = staff("maker")
    assert notices_to_end(maker, date(2025, 12, 8)) == []
    waiting = notices_to_end(maker, date(2025, 12, 9))
    assert [item.waiting_since for item in waiting] == [date(2025, 12, 8)]


def test_worker_without_a_card_is_asked_for_one() -> None:
    someone = person()
    (asked,) = account_cards(worker(someone), ON)
    assert (asked.needs_action, asked.url) == (True, "/me/accounts/new/")
    pending_account(someone)
    (waits,) = account_cards(worker(someone), ON)
    assert (waits.needs_action, waits.state) == (False, "等工会核验")
    verified_account(someone)
    assert account_cards(worker(someone), ON) == []


def test_client_reaches_its_union_until_it_is_stopped() -> None:
    here = person("张三")
    person("李四", at=NEXT_COUNTY)
    made = register_client(
        organisation_id=union().pk, name="尤溪系统", on=ON, by=staff("administrator")
    )
    actor = actor_of_client(made.client_id, on=ON)
    assert (actor.kind, actor.client_id) == ("client", made.client_id)
    assert list(persons_visible_to(actor)) == [here]
    stop_client(client_pk=made.api_client.pk, reason="换系统", on=ON, by=SYSTEM)
    for client_id in (made.client_id, "unknown"):
        with pytest.raises(Refusal) as refused:
            actor_of_client(client_id, on=ON)
        assert refused.value.code == "forbidden"


def test_phone_book_leaves_out_who_has_none() -> None:
    with_phone, without = person("张三", phone="13812341234"), person("李四")
    assert phones_of([with_phone.pk, without.pk]) == {with_phone.pk: "13812341234"}
