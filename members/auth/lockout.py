"""The lock of failed sign-ins: the library keeps them in the database, the rule is ours.

The record survives a lost cache and is one for all processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest

from members.auth.address import address_or_none
from members.queries.lockout import failures_of
from members.rules.lockout import FAILURES, LOCK_MINUTES

TRY_LOCK = 0x5452590A  # "TRY": tries of one name go one after the other
LOCKED = "locked"
TEXT = (
    f"登录失败次数过多，请 {LOCK_MINUTES} 分钟后再试；忘记密码请联系管理员重置，"
    "不是本人操作也请告知管理员。"
)


def plain_name(
    request: HttpRequest, credentials: dict[str, Any] | None = None
) -> str | None:
    """The name that is counted: as typed, but for blanks around and capitals."""
    given = (credentials or {}).get("username")
    if given is None and request is not None:
        given = request.POST.get("username")
    return str(given).strip().lower() if given else None


class LockoutHandler(AxesDatabaseHandler):
    """Counts as the library does, and locks by `members.rules.lockout`."""

    def get_failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """The limit when it is locked, else the failures of the account here."""
        found = failures_of(
            username=plain_name(request, credentials) or "",
            address=address_or_none(request),
            since=get_cool_off_threshold(request),
        )
        return FAILURES if found.is_locked else min(found.here, FAILURES - 1)


class LockBackend(AxesStandaloneBackend):
    """Asked first: a locked account is told so, its password is not looked at.

    A name that nobody bears is locked alike.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Refuse a locked account; never sign anybody in."""
        del password, kwargs
        if request is None or not username:
            return
        if AxesProxyHandler.is_locked(request, {"username": username}):
            raise ValidationError(TEXT, code=LOCKED)


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """While one try of a name is looked at, a second one is refused.

    Else many at once would all pass before the first failure is written.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [TRY_LOCK, name]
            )
            row = cursor.fetchone()
        if not (row and row[0]):
            raise ValidationError("正在核对上一次登录，请稍候再试。", code=LOCKED)
        yield
