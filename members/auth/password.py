"""Staff who were given a password change it before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from members.models import User


class PasswordChangeRequired:
    """Sends them to the password page from everywhere under the staff site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._must_change(request):
            return HttpResponseRedirect(reverse("admin:password_change"))
        return self.get_response(request)

    def _must_change(self, request: HttpRequest) -> bool:
        if not request.path.startswith(reverse("admin:index")):
            return False
        allowed = {
            reverse("admin:password_change"),
            reverse("admin:logout"),
            reverse("admin:login"),
            reverse("admin:jsi18n"),
        }
        if request.path in allowed:
            return False
        user = request.user
        return isinstance(user, User) and user.is_staff and user.must_change_password
