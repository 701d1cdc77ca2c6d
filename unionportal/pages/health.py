"""Health for monitors and containers, metrics for Prometheus."""

import hmac
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address

import django_prometheus.exports
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView

from assistance.queries.proofs import latest_proof
from unionportal.core.readonly import writes_on_get
from unionportal.pages.outage import RETRY_SECONDS


@dataclass
class BooksProven(HealthCheck):
    """The last proof of the books found nothing; where it did, a monitor shall cry."""

    def run(self) -> None:
        """Fail while the last proof is not green; before the first one, pass."""
        proof = latest_proof()
        if proof is not None and not proof.is_green:
            raise ServiceUnavailable(
                f"账目核对有 {proof.problem_count} 处不符（{proof.on}），"
                "请审计岗位查看“账目核对”。"
            )


# Outside of the request's transaction: must answer when the database does not.
@writes_on_get
class Ready(HealthCheckView):
    """Whether this server can answer: database and cache. 503 when one does not."""

    checks: tuple[str | tuple[str, dict[str, int]], ...] = (
        "health_check.checks.Database",
        "health_check.checks.Cache",
    )

    async def get(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponse:
        asked = request.GET.copy()
        asked.setdefault("format", "json")
        request.GET = asked  # type: ignore[assignment]
        response: HttpResponse = await super().get(request, *args, **kwargs)
        if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response["Retry-After"] = str(RETRY_SECONDS)
        return response


BOOKS = "unionportal.pages.health.BooksProven"


class Health(Ready):
    """Whether the whole portal works: a background worker is asked too."""

    checks = (*Ready.checks, ("health_check.contrib.celery.Ping", {"limit": 1}), BOOKS)


# As above: the metrics are wanted most when the database is down.
@writes_on_get
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and timings, for this machine itself or for a caller with the token."""
    if not (_holds_token(request) or _is_local(request)):
        return HttpResponse(status=404)
    answer: HttpResponse = django_prometheus.exports.ExportToDjangoView(request)
    return answer


def _holds_token(request: HttpRequest) -> bool:
    wanted = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine passes strangers on, and says so."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
