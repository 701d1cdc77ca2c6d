"""Bank accounts: a second person verifies, versions are only added."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from members.actions.account import open_account, stop_account, verify_account
from members.actions.post import deputise
from members.actions.user import create_staff_user
from members.enums import AccountState
from members.models import BankAccount, Post
from members.queries.account import account_in_use, accounts_of
from members.queries.post import actor_of
from tests.members.builders import (
    ON,
    PASSWORD,
    card_number,
    pending_account,
    person,
    staff,
    verified_account,
    worker,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.messages.inbox import message_text
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.django_db


def test_opened_account_waits_and_shows_four_digits() -> None:
    someone = person()
    account = pending_account(someone, by=worker(someone))
    stored = BankAccount.objects.get(pk=account.pk)
    assert (stored.state, stored.version, stored.number[-4:]) == (
        AccountState.PENDING,
        1,
        stored.number_last4,
    )
    assert account_in_use(someone.pk) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "6222020200112233448"}, "number"),
        ({"holder_name": "李四"}, "holder_name"),
        ({"bank_name": " "}, "bank_name"),
    ],
)
def test_wrong_card_is_refused(changes: dict[str, str], field: str) -> None:
    someone = person()
    entered = {
        "bank_name": "工行",
        "number": card_number(),
        "holder_name": "张小三",
    } | changes
    with pytest.raises(Refusal) as refused:
        open_account(person_id=someone.pk, on=ON, by=SYSTEM, **entered)
    assert refused.value.field == field
    assert accounts_of(someone).count() == 0


def test_worker_opens_his_own_account_only() -> None:
    someone, other = person("张三"), person("李四")
    with pytest.raises(Refusal, match="本人"):
        pending_account(someone, by=worker(other))
    assert BankAccount.objects.count() == 0


def test_verified_account_stops_the_one_in_use() -> None:
    someone = person()
    first = verified_account(someone)
    second = verified_account(someone)
    first.refresh_from_db()
    assert (first.state, second.state, second.version) == (
        AccountState.STOPPED,
        AccountState.VERIFIED,
        2,
    )
    assert account_in_use(someone.pk) == second
    trail = [(e.verb, e.changes["state"]) for e in history_of(first)]
    assert trail == [
        ("stop", ["verified", "stopped"]),
        ("verify", ["pending", "verified"]),
        ("open", [None, "pending"]),
    ]


def test_who_gave_a_new_card_is_told_when_it_is_in_use() -> None:
    someone = person()
    verified_account(someone)
    assert Message.objects.count() == 0

    second = verified_account(someone)

    told = Message.objects.get()
    assert (told.person_id, told.about_id) == (someone.pk, second.pk)
    assert f"尾号 {second.number_last4} 的银行卡已核对" in message_text(told)


def test_who_entered_an_account_cannot_verify_it() -> None:
    both = staff("maker", "checker")
    account = pending_account(person(), by=both)
    with pytest.raises(Refusal, match="同一人"):
        verify_account(account_id=account.pk, on=ON, by=both)
    account.refresh_from_db()
    assert account.state == AccountState.PENDING


def test_second_sign_in_of_the_same_person_is_the_same_person() -> None:
    """One person with a maker's user; another user of the same name is not linked."""
    officer = person("王五")
    maker = staff("maker", of=officer)
    account = pending_account(person(), by=maker)
    twin = staff("checker")
    same_person = type(twin)(
        kind="staff",
        name=twin.name,
        user_id=twin.user_id,
        person_id=officer.pk,
        seats=twin.seats,
    )
    with pytest.raises(Refusal, match="同一人"):
        verify_account(account_id=account.pk, on=ON, by=same_person)


def test_deputy_of_who_entered_it_cannot_verify_it() -> None:
    principal = staff("maker", "checker")
    account = pending_account(person(), by=principal)
    post = Post.objects.get(user_id__in=[principal.user_id], role="checker")
    deputy_user = create_staff_user(
        username="deputy", name="代理人", password=PASSWORD, on=ON, by=SYSTEM
    )
    deputise(post_id=post.pk, user_id=deputy_user.pk, on=ON, ends_on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="含代理"):
        verify_account(account_id=account.pk, on=ON, by=actor_of(deputy_user, on=ON))
    account.refresh_from_db()
    assert account.state == AccountState.PENDING


def test_holder_cannot_verify_his_own_account() -> None:
    officer = person("王五")
    account = pending_account(officer)
    with pytest.raises(Refusal, match="自己的"):
        verify_account(account_id=account.pk, on=ON, by=staff("checker", of=officer))


def test_stopping_needs_a_reason_and_is_final() -> None:
    account = verified_account(person())
    maker = staff("maker")
    with pytest.raises(Refusal, match="停用原因"):
        stop_account(account_id=account.pk, reason=" ", on=ON, by=maker)
    stopped = stop_account(account_id=account.pk, reason="挂失", on=ON, by=maker)
    assert (stopped.state, stopped.stop_reason) == (AccountState.STOPPED, "挂失")
    with pytest.raises(Refusal) as refused:
        verify_account(account_id=account.pk, on=ON, by=staff("checker"))
    assert refused.value.code == "state"


@pytest.mark.parametrize(
    "changes",
    [{"bank_name": "别的银行"}, {"number_last4": "0000"}, {"holder_name": "李四"}],
)
def test_database_refuses_to_change_what_stands_on_the_card(
    changes: dict[str, str],
) -> None:
    account = verified_account(person())
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(**changes)
    refusal = refusal_from(error.value)
    assert refusal is not None
    assert "另行登记" in str(refusal)


def test_database_refuses_removal_and_moves_outside_the_table() -> None:
    account = verified_account(person())
    rows = BankAccount.objects.filter(pk=account.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="pending", verified_at=None, verified_by=None)
    assert rows.get().state == AccountState.VERIFIED


def test_database_refuses_two_accounts_in_use_and_a_self_verified_one() -> None:
    someone = person()
    verified_account(someone)
    maker = staff("maker")
    second = pending_account(someone, by=maker)
    rows = BankAccount.objects.filter(pk=second.pk)
    other = staff("checker")
    with (
        pytest.raises(IntegrityError, match="account_one_in_use"),
        transaction.atomic(),
    ):
        rows.update(
            state="verified", verified_by=other.user_id, verified_at=second.created_at
        )
    with (
        pytest.raises(IntegrityError, match="account_second_person_verifies"),
        transaction.atomic(),
    ):
        rows.update(
            state="verified", verified_by=maker.user_id, verified_at=second.created_at
        )
