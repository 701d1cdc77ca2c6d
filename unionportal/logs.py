"""Log lines that help an operator and name no person."""

import re
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.types import EventDict

# PostgreSQL quotes the offending row or value: "DETAIL:  Failing row contains (…)".
ROW_DETAILS = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def without_row_details(
    logger: Any,  # noqa: ANN401 - the signature of structlog
    method: str,
    event: EventDict,
) -> EventDict:
    """Take the values out of database errors and the browser's name out of requests."""
    event.pop("user_agent", None)
    for name in ("exception", "event"):
        if isinstance(event.get(name), str):
            event[name] = ROW_DETAILS.sub(r"\1: …", event[name])
    return event


class RequestLog(RequestMiddleware):
    """Logs the path without its query: searches hold names and ID numbers."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
