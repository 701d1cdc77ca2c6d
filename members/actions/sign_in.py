"""Verbs of signing in: each try leaves an entry; a lock is lifted with a reason."""

from dataclasses import dataclass
from datetime import date

from axes.models import AccessAttempt
from django.db import transaction

from members.enums import SignInMethod, SignInOutcome
from members.models import SignInEntry, User
from members.permissions.access import can_lift_lock
from members.queries.post import actor_of
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

LONGEST_AGENT = 200
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Knock:
    """From where somebody knocks, and how he shows who he is."""

    method: SignInMethod
    address: str | None = None
    agent: str = ""


def note_sign_in(
    *, username: str, outcome: SignInOutcome, knock: Knock, on: date
) -> SignInEntry:
    """Write down a try, whoever it was; success of staff stands in the audit as well."""
    name = username[:LONGEST_NAME]
    with transaction.atomic():
        user = User.objects.filter(username=name).first()
        entry = SignInEntry.objects.create(
            on=on,
            user=user,
            username=name,
            method=knock.method,
            outcome=outcome,
            address=knock.address,
            agent=knock.agent[:LONGEST_AGENT],
        )
        if user is not None and user.is_staff and outcome == SignInOutcome.SUCCEEDED:
            record(by=actor_of(user, on=on), verb="sign_in", subject=user, on=on)
    return entry


def lift_lock(*, username: str, reason: str, on: date, by: Actor) -> int:
    """Forget the failures of an account at all addresses. Needs a reason.

    Refuses whoever does not administer the account's unions, and an account that was
    not tried.
    """
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        can_lift_lock(by, user).require()
        if not reason.strip():
            raise Refusal("请填写解除锁定的原因。", field="reason")
        lifted = forget_failures(username)
        if not lifted:
            raise Refusal("该用户名没有登录失败记录，无需解除。")
        record(
            by=by,
            verb="lift_lock",
            subject=user or ("members.user", 0),
            on=on,
            changes={"username": username, "failures": lifted},
            reason=reason.strip(),
        )
    return lifted


def forget_failures(username: str) -> int:
    """Within the action that calls it: the account begins anew. Returns how many."""
    name = username.strip().lower()
    rows = AccessAttempt.objects.filter(username=name)
    lifted: int = sum(rows.values_list("failures_since_start", flat=True))
    rows.delete()
    return lifted
