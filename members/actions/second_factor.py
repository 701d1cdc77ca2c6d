"""Verbs of second factors: what is enrolled and dropped leaves a trace; lost ones go."""

from datetime import date

from allauth.mfa.models import Authenticator
from django.db import transaction

from members.actions.session import forget_sessions
from members.models import User
from members.permissions.access import can_reset_second_factor
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def note_second_factor(*, verb: str, kind: str, on: date, by: Actor) -> User:
    """Within the transaction that enrols or drops a factor of the actor himself.

    All sessions of the user end; the door keeps the one that asks.
    """
    if by.user_id is None:
        raise Refusal("请先登录。", code="forbidden")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.user_id)
        forget_sessions(user.pk)
        record(by=by, verb=verb, subject=user, on=on, changes={"kind": kind})
        user.refresh_from_db()
    return user


def reset_second_factor(*, user_id: int, reason: str, on: date, by: Actor) -> int:
    """Remove all factors of a user whose device is lost. Needs a reason.

    His sessions end; he enrols a new device at the next sign-in. Refuses a user
    without a factor.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id, is_staff=True)
        can_reset_second_factor(by, user).require()
        if not reason.strip():
            raise Refusal(
                "请填写重置原因，例如“手机遗失，已当面核实”。", field="reason"
            )
        rows = Authenticator.objects.filter(user=user)
        kinds = sorted(rows.values_list("type", flat=True))
        if not kinds:
            raise Refusal("该用户没有启用双因素验证，无需重置。")
        rows.delete()
        forget_sessions(user.pk)
        record(
            by=by,
            verb="reset_second_factor",
            subject=user,
            on=on,
            changes={"kinds": kinds},
            reason=reason.strip(),
        )
    return len(kinds)
