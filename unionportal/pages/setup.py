"""The first run: whoever runs the portal makes its first administrator, once."""

import base64
import hashlib
import hmac
import logging

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from members.actions.first_administrator import (
    FirstAdministrator,
    set_up_first_administrator,
)
from members.auth.actor import business_date
from members.auth.address import address_of
from members.auth.limits import attempts, count_attempt
from members.enums import OrganisationLevel
from members.forms.fields import text_field
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from members.queries.user import has_staff
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

logger = logging.getLogger(__name__)
TRIES, TRIES_ANYWHERE, LOCK_SECONDS = 5, 30, 10 * 60


def is_first_run() -> bool:
    """Whether nobody of the staff exists yet; a demonstration brings its own."""
    return not settings.DEMONSTRATION and not has_staff()


def setup_code() -> str:
    """What only those who run the portal can read: in the settings, or in the log.

    Made from the secret key, so that every process and every start has the same.
    """
    if settings.SETUP_CODE:
        return str(settings.SETUP_CODE)
    made = hmac.new(settings.SECRET_KEY.encode(), b"setup", hashlib.sha256).digest()
    text = base64.b32encode(made)[:16].decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def provinces() -> QuerySet[Organisation]:
    """The unions an administrator of everything below may stand at."""
    return organisations_visible_to(SYSTEM).filter(level=OrganisationLevel.PROVINCE)


def password_field(label: StrOrPromise) -> forms.CharField:
    """A password as it was typed, blanks included."""
    return forms.CharField(
        label=label,
        strip=False,
        error_messages={"required": _("请填写%(label)s。") % {"label": label}},
        widget=forms.PasswordInput(
            attrs={"class": "form-control", "autocomplete": "new-password"}
        ),
    )


class SetupForm(forms.Form):
    """The code, the province, the person."""

    code = text_field(_("设置码"), length=80)
    organisation = forms.ModelChoiceField(
        label=_("省级总工会"),
        queryset=provinces(),
        empty_label=_("请选择"),
        error_messages={"required": _("请选择省级总工会。")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    username = text_field(_("用户名"), length=40)
    name = text_field(_("姓名"), length=60)
    password = password_field(_("密码"))
    repeated = password_field(_("重复密码"))

    def clean_repeated(self) -> str:
        """Both passwords are the same."""
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("两次输入的密码不一致，请重新输入。"))
        return repeated


@never_cache
@sensitive_post_parameters("code", "password", "repeated")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; once there is staff, this page does not exist."""
    if not is_first_run():
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _set_up(request, form)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("首位管理员已设置，请登录。"))
            return redirect("admin:login")
    elif request.method == "GET" and not settings.SETUP_CODE:
        logger.warning("首次设置：请在 /setup/ 输入设置码 %s", setup_code())
    return render(request, "setup.html", {"form": form})


def _set_up(request: HttpRequest, form: SetupForm) -> None:
    entered = form.cleaned_data
    _require_code(entered["code"], address_of(request))
    set_up_first_administrator(
        entry=FirstAdministrator(
            username=entered["username"],
            name=entered["name"],
            password=entered["password"],
            organisation_id=entered["organisation"].pk,
        ),
        on=business_date(),
    )


def _require_code(given: str, address: str) -> None:
    tries = (attempts("setup", address), attempts("setup"))
    if tries[0] >= TRIES or tries[1] >= TRIES_ANYWHERE:
        raise Refusal("设置码输错次数过多，请 10 分钟后再试。", field="code")
    if hmac.compare_digest(_plain(given), _plain(setup_code())):
        return
    count_attempt("setup", address, seconds=LOCK_SECONDS)
    count_attempt("setup", seconds=LOCK_SECONDS)
    raise Refusal(
        "设置码不对。它写在服务的日志里，或由运行参数 SETUP_CODE 指定。", field="code"
    )


def _plain(code: str) -> bytes:
    return "".join(code.split()).replace("-", "").upper().encode()
