"""Whose record a page has shown: noted by the page, written after it is answered.

Answering a GET runs in a read-only transaction, so the note is written outside of it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from members.actions.disclosure import note_views
from members.auth.actor import business_date, request_actor

_NOTED = "portal_looks"


def note_look(request: HttpRequest, what: str, person_id: int | None) -> None:
    """Remember that this page shows a person's record."""
    if person_id is not None:
        vars(request).setdefault(_NOTED, []).append((what, person_id))


class LookMiddleware:
    """Stands before the read-only one, and writes what the pages have noted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then write."""
        answer = self.get_response(request)
        for what, person_id in vars(request).get(_NOTED, ()):
            actor = request_actor(request)
            if actor.kind == "staff" and actor.seats:
                note_views(
                    what=what, person_ids=[person_id], on=business_date(), by=actor
                )
        return answer
