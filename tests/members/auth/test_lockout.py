"""R15: brute force, stuffing, enumeration: bounds that hold whatever the cache forgets."""

import re
import threading
import time

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from members.actions.post import appoint
from members.actions.sign_in import lift_lock
from members.actions.user import reset_password
from members.enums import Role, SignInOutcome
from members.models import SignInEntry
from members.rules.lockout import Failures
from tests.members.builders import ON, PASSWORD, staff, staff_user, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
WRONG = "wrong"
LOCKED = "登录失败次数过多"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def knock(username: str, password: str = WRONG, *, address: str = "127.0.0.1") -> str:
    """One try; returns what the page says, empty when it let in."""
    client = Client(REMOTE_ADDR=address)
    entered = {"username": username, "password": password, "next": "/staff/"}
    answer = client.post("/staff/login/", entered)
    if answer.status_code == 302:
        return ""
    return TOKEN.sub("", answer.content.decode())


def outcomes(username: str) -> list[str]:
    rows = SignInEntry.objects.filter(username=username).order_by("id")
    return list(rows.values_list("outcome", flat=True))


def test_r15_five_failures_lock_the_account_at_that_address_only() -> None:
    name = staff_user().username
    for _ in range(5):
        assert LOCKED not in knock(name)

    assert LOCKED in knock(name, PASSWORD)
    assert knock(name, PASSWORD, address="10.0.0.9") == ""
    assert outcomes(name) == [*["wrong"] * 5, "locked", "succeeded"]


def test_r15_a_thousand_tries_from_one_address_test_five_passwords() -> None:
    name = staff_user().username
    looked_at = sum(LOCKED not in knock(name, f"guess-{n}") for n in range(60))

    assert looked_at == 5
    assert SignInEntry.objects.filter(outcome=SignInOutcome.LOCKED).count() == 55


def test_r15_fifty_addresses_together_test_five_passwords() -> None:
    name = staff_user().username
    looked_at = sum(
        LOCKED not in knock(name, f"guess-{n}", address=f"10.0.0.{n % 50}")
        for n in range(100)
    )

    assert looked_at == 5
    assert LOCKED in knock(name, PASSWORD, address="10.9.9.9")


def test_r15_one_address_that_tries_many_accounts_is_locked_for_all() -> None:
    right = staff_user().username
    for number in range(20):
        assert LOCKED not in knock(f"somebody-{number}")

    assert LOCKED in knock(right, PASSWORD)
    assert knock(right, PASSWORD, address="10.0.0.9") == ""


def test_r15_the_lock_survives_the_loss_of_the_cache() -> None:
    name = staff_user().username
    for _ in range(5):
        knock(name)
    cache.clear()

    assert LOCKED in knock(name, PASSWORD)


def test_r15_unknown_names_are_answered_and_locked_alike() -> None:
    known, unknown = staff_user().username, "staff-nobody"
    said = [(knock(known), knock(unknown)) for _ in range(6)]

    assert [text.replace(known, "X") for text, _ in said] == [
        text.replace(unknown, "X") for _, text in said
    ]
    assert [LOCKED in text for _, text in said] == [False] * 5 + [True]


def test_r15_unknown_names_take_about_the_same_time(
    settings: Settings,
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    name = staff_user().username

    def taken(username: str, number: int) -> float:
        # The processor's time: on a busy machine the clock tells of others.
        begun = time.thread_time()
        knock(username, address=f"10.1.{number}.1")
        return time.thread_time() - begun

    known = [taken(name, number) for number in range(4)]
    unknown = [taken("staff-nobody", 100 + number) for number in range(4)]

    assert min(unknown) == pytest.approx(min(known), rel=0.35)


def test_r15_many_tries_at_once_do_not_slip_under_the_limit(committed_db: None) -> None:
    name = staff_user().username
    said: list[str] = []

    def try_once(number: int) -> None:
        said.append(knock(name, f"guess-{number}"))
        connection.close()

    threads = [threading.Thread(target=try_once, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    failures = sum(AccessAttempt.objects.values_list("failures_since_start", flat=True))
    assert len(said) == 12
    assert failures <= 5


def test_an_administrator_lifts_the_lock_with_a_reason() -> None:
    user = staff_user()
    appoint(
        user_id=user.pk,
        organisation_id=union().pk,
        role=Role.MAKER,
        on=ON,
        by=SYSTEM,
    )
    for _ in range(5):
        knock(user.username)
    neighbour = staff(Role.ADMINISTRATOR, at="350430")
    own = staff(Role.ADMINISTRATOR)
    with pytest.raises(Refusal, match="尤溪县总工会或其上级工会的“管理员”岗位"):
        lift_lock(username=user.username, reason="已核实", on=ON, by=neighbour)
    with pytest.raises(Refusal, match="原因"):
        lift_lock(username=user.username, reason=" ", on=ON, by=own)

    assert lift_lock(username=user.username, reason="已核实", on=ON, by=own) == 5
    assert knock(user.username, PASSWORD) == ""
    entry = AuditEntry.objects.get(verb="lift_lock")
    assert (entry.reason, entry.subject_id) == ("已核实", user.pk)
    with pytest.raises(Refusal, match="没有登录失败记录"):
        lift_lock(username=user.username, reason="再来", on=ON, by=own)


def test_a_new_password_lifts_the_lock_as_well() -> None:
    user = staff_user()
    for _ in range(5):
        knock(user.username)
    reset_password(user_id=user.pk, password="Another-9-word", on=ON, by=SYSTEM)

    assert knock(user.username, "Another-9-word") == ""


@pytest.mark.parametrize(
    ("failures", "is_locked"),
    [
        (Failures(here=4, of_account=4, addresses=1, of_address=4), False),
        (Failures(here=5, of_account=5, addresses=1, of_address=5), True),
        (Failures(here=0, of_account=5, addresses=1), False),
        (Failures(here=0, of_account=5, addresses=2), True),
        (Failures(here=1, of_account=4, addresses=4), False),
        (Failures(of_address=19), False),
        (Failures(of_address=20), True),
    ],
)
def test_the_rule_of_the_lock(failures: Failures, is_locked: bool) -> None:
    assert failures.is_locked is is_locked
