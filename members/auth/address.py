"""The network address a request came from, behind the proxies that are ours."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The outermost address that one of our own proxies vouches for."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR") or "local")


def address_or_none(request: HttpRequest) -> str | None:
    """The same for a column of addresses: nothing for what is none (a socket file)."""
    try:
        return str(ip_address(address_of(request)))
    except ValueError:
        return None


def agent_of(request: HttpRequest) -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")
