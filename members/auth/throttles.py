"""How often county systems may knock at the API, and strangers at its open doors."""

import time

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from members.auth.address import address_of
from members.auth.limits import count_attempt, count_in_window

MINUTE = 60
RATE_HEADERS = "members.rate_headers"


class MinuteThrottle(BaseThrottle):
    """So many requests of one caller within a minute; then 429 with Retry-After."""

    name: str
    limit: int

    def caller(self, request: Request) -> str:
        """Whom to count."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request."""
        del view
        tried = count_attempt("api", self.name, self.caller(request), seconds=MINUTE)
        return tried <= self.limit

    def wait(self) -> float:
        """After a minute the counting surely began anew."""
        return MINUTE


class ClientThrottle(MinuteThrottle):
    """A county system that reads its records; a thousand rows a request are enough.

    Its own limit, where the administrator has set one, else that of all.
    """

    name = "client"
    left = MINUTE

    def caller(self, request: Request) -> str:
        return str(request.user.pk)

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request, and leave for the answer how many are left."""
        del view
        self.limit = int(getattr(request.user, "limit", 0))
        tried, self.left = count_in_window(
            "api", self.name, self.caller(request), seconds=MINUTE, now=time.time()
        )
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - tried)),
            "RateLimit-Reset": str(self.left),
        }
        request._request.META[RATE_HEADERS] = told  # noqa: SLF001 - outlives DRF's own
        return tried <= self.limit

    def wait(self) -> float:
        """Until the counting begins anew."""
        return self.left


class AddressThrottle(MinuteThrottle):
    """Somebody who has no token yet, by network address."""

    def caller(self, request: Request) -> str:
        return address_of(request._request)  # noqa: SLF001 - the request as Django's


class TokenThrottle(AddressThrottle):
    """A token lasts an hour; more than this is somebody who guesses secrets."""

    name = "token"
    limit = 20


class SchemaThrottle(AddressThrottle):
    """Drawing the schema takes half a second of a processor."""

    name = "schema"
    limit = 30
