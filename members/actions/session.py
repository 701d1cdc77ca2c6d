"""Verbs of sessions: one's own, and those of users one administers."""

from datetime import date

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F

from members.models import User
from members.permissions.access import can_end_session
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def forget_sessions(*user_ids: int) -> None:
    """Within the action that calls it: every session of these users is over.

    Each request compares the epoch with its session's, so no cache can keep one alive.
    """
    users = User.objects.filter(pk__in=user_ids)
    users.update(session_epoch=F("session_epoch") + 1)
    UserSession.objects.filter(user_id__in=user_ids).delete()


def end_session(*, session_id: int, on: date, by: Actor) -> UserSession:
    """End one session: one's own, or one of a user one administers."""
    with transaction.atomic():
        session = UserSession.objects.select_related("user").get(pk=session_id)
        can_end_session(by, session.user).require()
        session.end()
        record(
            by=by,
            verb="end_session",
            subject=session.user,
            on=on,
            changes={"address": session.ip},
        )
    return session


def end_other_sessions(*, kept_key: str, on: date, by: Actor) -> int:
    """End all of one's own sessions but the one that asks. Returns how many."""
    if by.user_id is None:
        raise Refusal("请先登录。", code="forbidden")
    with transaction.atomic():
        user = User.objects.get(pk=by.user_id)
        others = UserSession.objects.filter(user=user).exclude(session_key=kept_key)
        ended = [session.end() for session in others]
        if ended:
            record(
                by=by,
                verb="end_session",
                subject=user,
                on=on,
                changes={"count": len(ended)},
            )
    return len(ended)
