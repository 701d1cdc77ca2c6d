"""Addresses of staff identity; the names are those that the identity layer asks for."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from members.auth import province_sign_in
from members.auth import second_factor as factor

staff = admin.site.admin_view
# As the sign-in page: the theme's script evaluates expressions and sets styles.
loosened = csp_update(
    {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
)

urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="admin:login", query_string=True),
        name="account_login",
    ),
    path(
        "logout/",
        RedirectView.as_view(pattern_name="admin:login"),
        name="account_logout",
    ),
    path(
        "confirm/",
        staff(factor.Reauthentication.as_view()),
        name="account_reauthenticate",
    ),
    path(
        "second-step/",
        loosened(factor.SecondStep.as_view()),
        name="mfa_authenticate",
    ),
    path("province/", province_sign_in.begin, name="openid_connect_login"),
    path(
        "<slug:provider_id>/callback/",
        province_sign_in.come_back,
        name="openid_connect_callback",
    ),
    path("factors/", staff(factor.SecondFactors.as_view()), name="mfa_index"),
    path("factors/app/", staff(factor.AppNew.as_view()), name="mfa_activate_totp"),
    path(
        "factors/app/remove/",
        staff(factor.AppRemoval.as_view()),
        name="mfa_deactivate_totp",
    ),
    path(
        "factors/passkeys/new/",
        staff(factor.PasskeyNew.as_view()),
        name="mfa_add_webauthn",
    ),
    path(
        "factors/passkeys/<int:pk>/remove/",
        staff(factor.PasskeyRemoval.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("factors/codes/", factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "factors/codes/new/",
        staff(factor.RecoveryCodesNew.as_view()),
        name="mfa_generate_recovery_codes",
    ),
]
