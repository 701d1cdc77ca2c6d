"""Staff sign in: username and password, then whatever the identity layer asks besides."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from members.actions.sign_in import Knock, note_sign_in
from members.actions.user import change_own_password
from members.auth.actor import business_date, request_actor
from members.auth.address import address_or_none, agent_of
from members.auth.lockout import LOCKED, one_at_a_time
from members.enums import SignInMethod, SignInOutcome
from members.models import User
from unionportal.core.errors import Refusal


def knock_of(request: HttpRequest, method: SignInMethod) -> Knock:
    """From where a request came."""
    return Knock(method, address_or_none(request), agent_of(request))


def note(
    request: HttpRequest,
    username: str,
    outcome: SignInOutcome,
    method: SignInMethod = SignInMethod.PASSWORD,
) -> None:
    """Write a try into the log."""
    note_sign_in(
        username=username,
        outcome=outcome,
        knock=knock_of(request, method),
        on=business_date(),
    )


class StaffSignInForm(AuthenticationForm):
    """Asks one back end after the other, one try of a name at a time."""

    def clean(self) -> dict[str, Any]:
        """Refuse wrong and locked alike for known and unknown names."""
        name = str(self.cleaned_data.get("username") or "").strip().lower()
        refused = None
        with one_at_a_time(name):
            try:
                super().clean()
            except ValidationError as error:
                # Raised after the block: what was counted in it has to stay.
                refused = error
        if refused is not None:
            raise refused
        return dict(self.cleaned_data)


class StaffSignIn(LoginView):
    """The sign-in page of the staff site."""

    authentication_form = StaffSignInForm
    template_name = "staff/sign_in.html"

    def get_default_redirect_url(self) -> str:
        """To one's desk."""
        return reverse("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """The password is right: go on to the second factor, or in."""
        response: HttpResponse = perform_login(
            self.request, form.get_user(), redirect_url=self.get_success_url()
        )
        return response

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Write the try down and show the form again."""
        name = str(form.cleaned_data.get("username") or "").strip()
        if name:
            outcome = (
                SignInOutcome.LOCKED
                if form.has_error("__all__", LOCKED)
                else SignInOutcome.WRONG
            )
            note(self.request, name, outcome)
        return super().form_invalid(form)


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """The old password and the new one, twice; saved by the action."""

    request: HttpRequest
    user: User

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's form
        """Change it."""
        del commit
        changed = change_own_password(
            user_id=self.user.pk,
            password=self.cleaned_data["new_password1"],
            on=business_date(),
            by=request_actor(self.request),
        )
        self.user = changed
        return changed


class OwnPassword(PasswordChangeView):
    """Staff choose a new password; the session that asks goes on, all others end."""

    template_name = "registration/password_change_form.html"

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - the view's form
        """The form knows who asks."""
        del form_class
        form = OwnPasswordForm(**self.get_form_kwargs())
        form.request = self.request
        return form

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the view's form
        """Change it, or show what the action refuses."""
        try:
            return super().form_valid(form)
        except Refusal as refusal:
            form.add_error("new_password1", str(refusal))
            return self.form_invalid(form)
