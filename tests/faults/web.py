"""The portal's web application; a header says which day it plays on.

Acts that have no page yet are asked for under `/by-hand/`; they run in this process.
"""

import importlib
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from unionportal.core.outage import is_outage
from unionportal.wsgi import application as portal

BY_HAND = "/by-hand/"


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer on the day of the request: a round takes weeks, a try does not."""
    if environ["PATH_INFO"].startswith(BY_HAND):
        return _by_hand(environ["PATH_INFO"].removeprefix(BY_HAND), start_response)
    day = environ.get("HTTP_X_BUSINESS_DATE")
    if day:
        settings.BUSINESS_DATE = date.fromisoformat(day)
    answer: Iterable[bytes] = portal(environ, start_response)
    return answer


def _by_hand(name: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    # Models can be imported once the portal's application is there.
    acts = importlib.import_module("tests.faults.acts").ACTS
    status = "302 Found"
    try:
        acts[name]()
    except (DatabaseError, InterfaceError) as error:
        status = "503 Away" if is_outage(error) else "500 Fault"
        connection.close()
    start_response(status, [("Content-Length", "0")])
    return [b""]
