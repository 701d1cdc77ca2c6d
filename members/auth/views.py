"""Sign-in of workers: phone, code, and the ID number's ending when a phone is shared.

The phone travels sealed in the session, which is renewed at sign-in.
"""

from django.conf import settings
from django.contrib.auth import login, logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from members.actions.user import sign_in_worker
from members.auth.actor import business_date
from members.auth.address import address_of
from members.auth.codes import LIFE_SECONDS, TRIES, check_code, send_code
from members.auth.limits import count_attempt
from members.auth.staff_sign_in import note
from members.enums import SignInMethod, SignInOutcome
from members.forms.sign_in import CodeForm, IdEndingForm, PhoneForm
from members.models import Person
from members.queries.person import persons_by_phone
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_phone
from unionportal.core.secrets import seal, unseal

BACKEND = "members.auth.backends.PhoneCodeBackend"
SALT = "members.auth.views"
PHONE, PROVEN, NEXT = "sign_in_phone", "sign_in_proven", "sign_in_next"


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone and send a code to it."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            phone = send_code(form.cleaned_data["phone"], address=address_of(request))
        except Refusal as refusal:
            form.add_error("phone", str(refusal))
        else:
            request.session[PHONE] = _sealed(phone)
            request.session[NEXT] = _safe_next(request)
            return redirect("members_auth:code")
    values = {"form": form, "next": _safe_next(request)}
    return render(request, "members/sign_in.html", values)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; one person signs in, several are asked who they are."""
    phone = _opened(request.session.get(PHONE))
    if not phone:
        return redirect("members_auth:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _accepted(request, phone, form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    values = {"form": form, "phone": mask_phone(phone)}
    return render(request, "members/sign_in_code.html", values)


@never_cache
@sensitive_post_parameters("ending")
@require_http_methods(["GET", "POST"])
def choose_person(request: HttpRequest) -> HttpResponse:
    """Ask for the last four of the ID number when several people share the phone."""
    phone = _opened(request.session.get(PROVEN))
    if not phone:
        return redirect("members_auth:sign-in")
    form = IdEndingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = _with_ending(request, phone, form.cleaned_data["ending"])
            return _signed_in(request, person)
        except Refusal as refusal:
            form.add_error("ending", str(refusal))
    return render(request, "members/sign_in_person.html", {"form": form})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("members_auth:sign-in")


def _accepted(request: HttpRequest, phone: str, code: str) -> HttpResponse:
    check_code(phone, code)
    people = list(persons_by_phone(phone)[:2])
    if not people:
        raise Refusal("验证码不正确，请核对短信后重新输入。", code="code")
    if len(people) == 1:
        return _signed_in(request, people[0])
    request.session[PROVEN] = _sealed(phone)
    request.session.pop(PHONE, None)
    return redirect("members_auth:person")


def _with_ending(request: HttpRequest, phone: str, ending: str) -> Person:
    tried = count_attempt("ending", phone, seconds=LIFE_SECONDS)
    if tried > TRIES:
        request.session.pop(PROVEN, None)
        raise Refusal("输错次数过多，请重新获取验证码。")
    wanted = ending.strip().upper()
    found = [p for p in persons_by_phone(phone) if p.id_number[-4:] == wanted]
    if len(found) != 1:
        raise Refusal("与登记的身份证号不符，请核对后四位；仍不能登录请联系所属工会。")
    return found[0]


def _signed_in(request: HttpRequest, person: Person) -> HttpResponseRedirect:
    user = sign_in_worker(person_id=person.pk, on=business_date())
    target = str(request.session.get(NEXT) or "")
    for key in (PHONE, PROVEN, NEXT):
        request.session.pop(key, None)
    login(request, user, backend=BACKEND)
    note(
        request, user.username, SignInOutcome.SUCCEEDED, method=SignInMethod.PHONE_CODE
    )
    return HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL)


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else ""


def _sealed(phone: str) -> str:
    """Written into the session: encrypted, and too old after five minutes."""
    return signing.dumps(seal(phone, context=SALT).hex(), salt=SALT)


def _opened(kept: object) -> str:
    try:
        sealed = signing.loads(str(kept), salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return ""
    return unseal(bytes.fromhex(sealed), context=SALT)
