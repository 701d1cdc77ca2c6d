"""Sign-in back ends: staff by password with a lock, workers by a proven phone."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from members.auth.actor import business_date
from members.auth.address import address_of
from members.auth.limits import attempts, count_attempt, forget_attempts
from members.models import User
from members.queries.post import actor_of
from unionportal.core.audit import record

FAILURES = 5
FAILURES_ANYWHERE = 20
LOCK_SECONDS = 10 * 60


class StaffBackend(ModelBackend):
    """Username and password, for staff only; five failures lock for ten minutes."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        name = username.strip().lower()
        address = address_of(request) if request else "local"
        _refuse_locked(name, address)
        user = super().authenticate(
            request, username=username, password=password, **kwargs
        )
        if user is not None and user.is_staff:
            forget_attempts("staff", name, address)
            _record_sign_in(user)
            return user
        count_attempt("staff", name, address, seconds=LOCK_SECONDS)
        count_attempt("staff", name, seconds=LOCK_SECONDS)
        return None


class PhoneCodeBackend(BaseBackend):
    """Loads the user of a session that a phone opened; never by credentials.

    Such a session is a worker's, also when the person is on the staff: what staff may
    do asks for the password.
    """

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> User | None:
        return None

    def get_user(self, user_id: int) -> User | None:
        users = User.objects.annotate(leads_to=F("person__merged_into_id"))
        user = users.filter(pk=user_id, is_active=True).first()
        if user is not None:
            user.is_staff = False
        return user


def _refuse_locked(name: str, address: str) -> None:
    here = attempts("staff", name, address) >= FAILURES
    if here or attempts("staff", name) >= FAILURES_ANYWHERE:
        raise ValidationError(
            "登录失败次数过多，请 10 分钟后再试；忘记密码请联系管理员重置。",
            code="locked",
        )


def _record_sign_in(user: User) -> None:
    on = business_date()
    with transaction.atomic():
        record(by=actor_of(user, on=on), verb="sign_in", subject=user, on=on)
