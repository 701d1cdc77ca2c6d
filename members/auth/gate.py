"""What stands between a signed-in member of staff and the pages: idle, password, second factor."""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.core.cache import caches
from django.db import Error
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from members.auth.actor import business_date
from members.auth.identity import STAFF_BACKEND
from members.auth.second_factor import has_passed
from members.models import User
from members.rules.password_age import is_too_old

SEEN_SECONDS = 60
# Asked by the page itself, not by a person.
UNATTENDED = ("/progress/",)
ALWAYS = ("admin:password_change", "admin:logout", "admin:login", "admin:jsi18n")


class StaffGate:
    """Ends sessions that nobody uses; sends whoever must change a password or enrol
    a second factor to its page.

    Workers' sessions and county systems pass untouched.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_staff_session(request):
            if not _is_in_use(request):
                logout(request)
                minutes = settings.STAFF_IDLE_MINUTES
                messages.warning(
                    request, f"您已超过 {minutes} 分钟没有操作，请重新登录。"
                )
            elif wanted := _page_to_go_to(request):
                return HttpResponseRedirect(reverse(wanted))
        return self.get_response(request)


def _is_staff_session(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    backend = request.session.get(BACKEND_SESSION_KEY)
    return backend == STAFF_BACKEND and request.user.is_authenticated


def _is_in_use(request: HttpRequest) -> bool:
    """Whether the session was used lately; noted once a minute, in the database.

    The cache only spares the statement; without a database nobody is sent away.
    """
    key = str(request.session.session_key)
    mark, cache = f"seen:{key}", caches["sessions"]
    if request.path.endswith(UNATTENDED) or cache.get(mark):
        return True
    try:
        if not _seen(request, key):
            return False
    except Error:
        return True
    cache.set(mark, 1, SEEN_SECONDS)
    return True


def _seen(request: HttpRequest, key: str) -> bool:
    now = timezone.now()
    rows = UserSession.objects.filter(session_key=key)
    limit = settings.STAFF_IDLE_MINUTES
    alive = rows.filter(last_seen_at__gt=now - timedelta(minutes=limit))
    if (alive if limit else rows).update(last_seen_at=now):
        return True
    if rows.exists():
        return False
    UserSession.objects.create_from_request(request)
    return True


def _page_to_go_to(request: HttpRequest) -> str:
    """The name of the page that comes before all others of the staff site, or none."""
    if not request.path.startswith(reverse("admin:index")):
        return ""
    if request.path in {reverse(name) for name in ALWAYS}:
        return ""
    if _must_change_password(request):
        return "admin:password_change"
    enrolling = request.path.startswith(
        (reverse("mfa_index"), reverse("account_reauthenticate"))
    )
    return "" if enrolling or has_passed(request) else "mfa_index"


def _must_change_password(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User):
        return False
    return user.must_change_password or is_too_old(
        user.password_chosen_on, on=business_date(), days=settings.STAFF_PASSWORD_DAYS
    )


def online_since() -> datetime:
    """Whoever was seen after this instant counts as on line."""
    return timezone.now() - timedelta(minutes=settings.STAFF_IDLE_MINUTES or 30)
