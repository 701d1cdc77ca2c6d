"""What visitors type into addresses and forms, where no form of fields reads it first."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.defaults import bad_request

LONGEST_KEY = 18
NUL = "NUL (0x00)"


def record_key(text: str) -> int:
    """The key of a record; 0, which no record bears, for whatever cannot be one.

    Longer numbers than any key are not even read: Python refuses thousands of digits.
    """
    is_key = text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
    return int(text) if is_key else 0


class UnstorableText:
    """A text with a zero sign can stand in no column: a bad request, not our fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer 400 for what the database driver does not even send."""
        if isinstance(exception, (DataError, ValueError)) and NUL in str(exception):
            return bad_request(request, BadRequest(NUL))
        return None
