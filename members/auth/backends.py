"""Sign-in back ends: staff by password with a lock, workers by a proven phone."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db.models import F
from django.http import HttpRequest

from members.models import User


class StaffBackend(ModelBackend):
    """Username and password, for staff only; `members.auth.lockout` is asked before."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        user = super().authenticate(
            request, username=username.strip(), password=password, **kwargs
        )
        return user if isinstance(user, User) and user.is_staff else None


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
