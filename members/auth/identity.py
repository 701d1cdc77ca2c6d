"""How the identity layer (allauth) serves our staff: nobody signs up, nobody has mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from members.auth.address import address_or_none
from members.auth.province_sign_in import sign_in_method
from members.auth.second_factor import mark_passed
from members.auth.staff_sign_in import note
from members.enums import SignInOutcome

STAFF_BACKEND = "members.auth.backends.StaffBackend"
NOWHERE = "0.0.0.0"  # noqa: S104 - no address: the request came through a socket file


class StaffAdapter(DefaultAccountAdapter):
    """Only staff go through the layer's sign-in; workers have a door of their own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Users are made by administrators."""
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as the rest of the portal reads it."""
        return address_or_none(request) or NOWHERE

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To one's desk, unless a page was asked for."""
        del request
        return reverse("admin:index")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Open the session of a member of staff."""
        user.backend = STAFF_BACKEND
        super().login(request, user)

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **known: Any
    ) -> HttpResponse:
        """Write the sign-in down, once every step is done."""
        mark_passed(request, user)
        name, method = user.get_username(), sign_in_method(request, user)
        note(request, name, SignInOutcome.SUCCEEDED, method=method)
        # Fresh enough to enrol a second factor at once.
        reauthenticate_by_password(request)
        response: HttpResponse = super().post_login(request, user, **known)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as in the layer
        """By the password alone: every member of staff has one."""
        if not user.is_authenticated:
            return []
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "密码", "url": url}]
