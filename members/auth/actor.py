"""The actor behind a request with a session; the other doors ask here."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from members.queries.post import actor_of
from unionportal.core.actor import Actor

_KEPT = "portal_actor"


def business_date() -> date:
    """Today in the portal's time zone; doors pass it on as `on`.

    A demonstration may play on another day (`BUSINESS_DATE`).
    """
    played: date | None = settings.BUSINESS_DATE
    return played or timezone.localdate()


def request_actor(request: HttpRequest) -> Actor:
    """Staff with their seats, a worker with his person, or a stranger with neither.

    Looked up once per request.
    """
    kept = vars(request)
    if _KEPT not in kept:
        kept[_KEPT] = actor_of(request.user, on=business_date())
    actor: Actor = kept[_KEPT]
    return actor
