"""Reads of sessions: one's own, and who is on line."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from members.queries.supervision import users_overseen
from unionportal.core.actor import Actor


def own_sessions(actor: Actor) -> QuerySet[UserSession]:
    """The sessions of the user himself, the latest first."""
    rows: QuerySet[UserSession] = UserSession.objects.filter(user_id=actor.user_id)
    return rows.order_by("-last_seen_at")


def sessions_overseen(actor: Actor, *, since: datetime) -> QuerySet[UserSession]:
    """The sessions of the staff in an overseer's reach that were used after an instant."""
    users = users_overseen(actor).order_by().values("pk")
    rows: QuerySet[UserSession] = UserSession.objects.filter(
        user__in=users, last_seen_at__gte=since
    )
    return rows.select_related("user").order_by("-pk")
