"""How often county systems may knock at the API, and strangers at its open doors."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from members.auth.address import address_of
from members.auth.limits import count_attempt

MINUTE = 60


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
    """A county system that reads its records; a thousand rows a request are enough."""

    name = "client"
    limit = 600

    def caller(self, request: Request) -> str:
        return str(request.user.pk)


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
