"""Reads of sessions: one's own, and who is on line."""

from datetime import date, datetime

from allauth.usersessions.models import UserSession
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from members.queries.post import posts_in_force
from members.queries.supervision import users_overseen
from unionportal.core.actor import Actor


def own_sessions(actor: Actor) -> QuerySet[UserSession]:
    """The sessions of the user himself, the latest first."""
    rows: QuerySet[UserSession] = UserSession.objects.filter(user_id=actor.user_id)
    return rows.order_by("-last_seen_at")


def sessions_overseen(
    actor: Actor, *, since: datetime, on: date
) -> QuerySet[UserSession]:
    """The sessions of the staff in an overseer's reach that were used after an instant.

    `unions` are those in which the user holds a post on the day.
    """
    users = users_overseen(actor).order_by().values("pk")
    rows: QuerySet[UserSession] = UserSession.objects.filter(
        user__in=users, last_seen_at__gte=since
    )
    held = posts_in_force(on).filter(user=OuterRef("user"))
    names = held.order_by("organisation__short_name").distinct()
    unions = ArraySubquery(names.values("organisation__short_name"))
    told: QuerySet[UserSession] = rows.select_related("user").annotate(unions=unions)
    return told.order_by("-pk")
