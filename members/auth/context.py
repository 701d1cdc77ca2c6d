"""What every worker page shows of the signed-in person."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from members.auth.actor import request_actor
from unionportal.core.messages.inbox import unread_count


def unread_messages(request: HttpRequest) -> dict[str, Any]:
    """How many messages the worker has not read; asked only where a page shows it."""

    def count() -> int:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        actor = request_actor(request)
        is_worker = actor.kind == "worker" and actor.person_id is not None
        return unread_count(actor.person_id or 0) if is_worker else 0

    return {"unread_messages": SimpleLazyObject(count)}
