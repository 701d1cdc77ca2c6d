"""The second factor of staff: an app's code or a passkey, with codes for a lost one.

The identity layer (allauth) holds the ceremony; the frame, the trail, the lock and who
may go without are ours.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import (
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy

from members.actions.second_factor import note_second_factor
from members.auth.actor import business_date, request_actor
from members.auth.lockout import TEXT
from members.auth.staff_sign_in import note
from members.enums import SignInOutcome
from unionportal.core.qr import qr_svg
from unionportal.core.readonly import writes_on_get
from unionportal.core.secrets import seal, unseal

SECRET = "members.auth.second_factor"  # noqa: S105 - what a sealed value is bound to
PASSED = "second_factor"


class FactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed at rest; the last factor stays where one is demanded."""

    def encrypt(self, text: str) -> str:
        """Seal a secret of an app or of recovery codes."""
        return seal(text, context=SECRET).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return unseal(bytes.fromhex(encrypted_text), context=SECRET)

    def get_totp_issuer(self) -> str:
        """What the app shows beside the code."""
        return "工会服务门户"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one, where staff have to have one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id)
        others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return not settings.STAFF_MFA or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(
        self, user: AbstractBaseUser, kind: Authenticator.Type
    ) -> str:
        """A name to begin with."""
        count = Authenticator.objects.filter(user_id=user.pk, type=kind).count()
        return f"通行密钥 {count + 1}"


def mark_passed(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Remember in the session that its user has shown a second factor."""
    records = get_authentication_records(request, user)
    if any(each.get("method") == "mfa" for each in records):
        request.session[PASSED] = True


def has_passed(request: HttpRequest) -> bool:
    """Whether this session's user has shown a second factor, or need not."""
    return not settings.STAFF_MFA or bool(request.session.get(PASSED))


class Framed:
    """A view of the identity layer in the frame of the staff site."""

    request: HttpRequest
    title = ""

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        """Add what the frame needs."""
        context: dict[str, Any] = super().get_context_data(**known)  # type: ignore[misc]
        frame = admin.site.each_context(self.request)
        return {**frame, "title": self.title, **context}

    def noted(self, verb: str, kind: str) -> None:
        """Leave a trace; every other session of the user ends."""
        user = note_second_factor(
            verb=verb, kind=kind, on=business_date(), by=request_actor(self.request)
        )
        update_session_auth_hash(self.request, user)
        if verb == "enrol_second_factor":
            self.request.session[PASSED] = True


class SecondFactors(Framed, IndexView):
    """What is enrolled, and what could be."""

    template_name = "staff/second_factors.html"
    title = "双因素验证"


class AppNew(Framed, ActivateTOTPView):
    """Enrol an app that shows codes."""

    template_name = "staff/second_factor_app.html"
    title = "绑定动态口令应用"

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        """The code to scan, drawn by ourselves."""
        context = super().get_context_data(**known)
        return context | {
            "qr": qr_svg(context["totp_url"]),
            "secret": context["form"].secret,
        }

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Enrol it, with a trace."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            self.noted("enrol_second_factor", "totp")
        return response


class AppRemoval(Framed, DeactivateTOTPView):
    """Drop the app."""

    template_name = "staff/second_factor_removal.html"
    title = "解除动态口令应用"

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Drop it, with a trace."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            self.noted("drop_second_factor", "totp")
        return response


class PasskeyNew(Framed, AddWebAuthnView):
    """Enrol a passkey or a security key."""

    template_name = "staff/second_factor_passkey.html"
    title = "添加通行密钥"

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Enrol it, with a trace."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            self.noted("enrol_second_factor", "webauthn")
        return response


class PasskeyRemoval(Framed, RemoveWebAuthnView):
    """Drop a passkey; the last factor stays where one is demanded."""

    template_name = "staff/second_factor_removal.html"
    title = "移除通行密钥"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Drop it, with a trace."""
        if not FactorAdapter().can_delete_authenticator(self.object):
            messages.error(
                self.request, "须保留至少一种双因素验证，请先添加另一种再移除。"
            )
            return redirect("mfa_index")
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            self.noted("drop_second_factor", "webauthn")
        return response


class RecoveryCodes(Framed, ViewRecoveryCodesView):
    """The codes for the day the device is lost."""

    template_name = "staff/recovery_codes.html"
    title = "恢复码"


class RecoveryCodesNew(Framed, GenerateRecoveryCodesView):
    """New codes instead of the old ones."""

    template_name = "staff/recovery_codes_new.html"
    title = "重新生成恢复码"


class Reauthentication(Framed, ReauthenticateView):
    """The password once more before something that touches the account's safety."""

    template_name = "staff/reauthenticate.html"
    title = "确认是您本人"


class SecondStep(AuthenticateView):
    """Between password and session: the code or the passkey; wrong ones lock as well."""

    template_name = "staff/second_step.html"

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        """In the frame of the sign-in page."""
        context: dict[str, Any] = super().get_context_data(**known)
        frame = admin.site.each_context(self.request)
        return {**frame, "title": "双因素验证", **context}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A locked account is told so, its code is not looked at."""
        if AxesProxyHandler.is_locked(request, self.credentials):
            note(request, self.credentials["username"], SignInOutcome.LOCKED)
            messages.error(request, TEXT)
            return redirect("admin:login")
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Count the failure and show the form again."""
        AxesProxyHandler.user_login_failed(
            sender=type(self), credentials=self.credentials, request=self.request
        )
        note(self.request, self.credentials["username"], SignInOutcome.CODE_WRONG)
        response: HttpResponse = super().form_invalid(form)
        return response

    @property
    def credentials(self) -> dict[str, str]:
        """Whose sign-in this is."""
        return {"username": self.stage.login.user.get_username()}


# Looking at the codes the first time is written down by the identity layer.
@writes_on_get
def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """The page of recovery codes, behind the staff login."""
    answer: HttpResponseBase = admin.site.admin_view(RecoveryCodes.as_view())(request)
    return answer
