"""A province's own login (OpenID Connect): leads to a user who exists, makes none.

The identity layer (allauth) holds the ceremony. The first time, the name that the
province's server states is looked up among active staff; from then on its subject is
what counts. What else the server tells is not kept. The second factor and the gate of
the staff site hold as after a password.
"""

from typing import Any, NoReturn

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from members.auth.staff_sign_in import note
from members.enums import SignInMethod, SignInOutcome
from members.models import User
from unionportal.core.readonly import writes_on_get

PROVIDER = "province"
UNKNOWN = (
    "统一认证已通过，但门户没有与之对应的启用中的工作人员账号，"
    "请联系本工会管理员开通或核对用户名。"
)
FAILED = "统一认证没有完成，请重试；仍不能登录的，请用用户名和密码登录。"


class ProvinceAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the portal knows, and says to the others whom to ask."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - the layer's
        """Never: users are made by administrators."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the user; nobody found, nobody enters."""
        known = sociallogin.account.extra_data
        sociallogin.account.extra_data = {}
        if sociallogin.state.get("process") not in {None, AuthProcess.LOGIN}:
            _refuse(request, FAILED)
        if sociallogin.is_existing:
            if not (sociallogin.user.is_active and sociallogin.user.is_staff):
                _unknown(request, sociallogin.user.get_username())
            return
        name = _stated_name(known)
        user = User.objects.filter(username=name, is_staff=True, is_active=True).first()
        if user is None:
            _unknown(request, name)
        sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: HttpRequest, provider: object, *args: Any, **kwargs: Any
    ) -> None:
        """The server refused, was not reached, or somebody played with the address."""
        del provider, args, kwargs
        _refuse(request, FAILED)


def sign_in_method(request: HttpRequest, user: AbstractBaseUser) -> SignInMethod:
    """By what this sign-in began."""
    methods = [each.get("method") for each in get_authentication_records(request, user)]
    by_province = "socialaccount" in methods and "password" not in methods
    return SignInMethod.PROVINCE if by_province else SignInMethod.PASSWORD


def is_offered() -> bool:
    """Whether this installation has a province's login."""
    return bool(settings.PROVINCE_OIDC_URL)


@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """Send the browser to the province's server."""
    if not is_offered():
        return redirect("admin:login")
    answer: HttpResponseBase = views.login(request, PROVIDER)
    return answer


# The province's server sends the browser back by a GET: the session begins with it.
@writes_on_get
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take up the answer of the province's server."""
    if not is_offered() or provider_id != PROVIDER:
        return redirect("admin:login")
    answer: HttpResponseBase = views.callback(request, PROVIDER)
    return answer


def _stated_name(known: dict[str, Any]) -> str:
    said = known.get("userinfo") or known.get("id_token") or known
    return str(said.get(settings.PROVINCE_OIDC_CLAIM) or "").strip()


def _unknown(request: HttpRequest, name: str) -> NoReturn:
    note(request, name, SignInOutcome.UNKNOWN, method=SignInMethod.PROVINCE)
    _refuse(request, UNKNOWN)


def _refuse(request: HttpRequest, sentence: str) -> NoReturn:
    messages.error(request, sentence)
    raise ImmediateHttpResponse(redirect("admin:login"))
