"""The portal's web application; a header says which day it plays on."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings

from unionportal.wsgi import application as portal


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer on the day of the request: a round takes weeks, a try does not."""
    day = environ.get("HTTP_X_BUSINESS_DATE")
    if day:
        settings.BUSINESS_DATE = date.fromisoformat(day)
    answer: Iterable[bytes] = portal(environ, start_response)
    return answer
