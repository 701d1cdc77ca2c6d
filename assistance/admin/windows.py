"""Windows on the staff site: where applications are taken, and until when."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.windows import extend_aid_window, open_aid_window
from assistance.forms.dossier import day_field
from assistance.models import AidWindow, Period, SchemeVersion
from assistance.permissions.applications import can_open_window
from assistance.queries.applications import window_counts, windows_visible_to
from assistance.queries.rounds import periods_on_record
from assistance.queries.schemes import scheme_versions_visible_to
from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.errors import Refusal


class WindowForm(forms.Form):
    """For whom, for when, and whom an applicant may call."""

    organisation = forms.ModelChoiceField(
        label=_("组织工会"), queryset=Organisation.objects.none()
    )
    period = forms.ModelChoiceField(label=_("期次"), queryset=Period.objects.none())
    phone = forms.CharField(label=_("咨询电话"), max_length=20)
    hours = forms.CharField(
        label=_("接听时间"), max_length=60, help_text=_("例如：工作日 9:00–17:00")
    )


class ExtendForm(forms.Form):
    """A later last day."""

    closes_on = day_field(_("截止提交"))
    reason = forms.CharField(label=_("理由"), max_length=200)


class WindowList(StaffPage):
    """The windows in reach, with how many applications stand where."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        del request
        windows = list(windows_visible_to(self.actor)[:200])
        counts = window_counts(self.actor, windows)
        return self.page(
            "staff/aid_windows.html",
            title="申请窗口",
            windows=[(one, counts[one.pk]) for one in windows],
        )


class WindowPage(StaffPage):
    """One window, and the way to keep it open longer."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        del request
        window = get_object_or_404(windows_visible_to(self.actor), pk=pk)
        extend = Verb(
            label="延期",
            url=reverse("staff_assistance:window", args=(pk,)),
            verdict=can_open_window(self.actor, window.organisation),
            form=ExtendForm(initial={"closes_on": window.closes_on}),
        )
        return self.page(
            "staff/aid_window.html",
            title=str(window),
            window=window,
            counts=window_counts(self.actor, [window])[window.pk],
            verbs=arranged([extend]),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Put the last day off."""
        window = get_object_or_404(windows_visible_to(self.actor), pk=pk)
        form = ExtendForm(request.POST)
        if form.is_valid():
            attempt(
                request,
                lambda: extend_aid_window(
                    window_id=window.pk, on=self.on, by=self.actor, **form.cleaned_data
                ),
                done="已延期。",
            )
        return redirect("staff_assistance:window", pk=pk)


class OpenWindow(StaffPage):
    """Call for applications under a published version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        del request
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        return self.shown(version, self.form(None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Open it, or say why not."""
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        form = self.form(request.POST)
        if form.is_valid():
            try:
                made = self.opened(version, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("staff_assistance:window", pk=made.pk)
        return self.shown(version, form)

    def opened(self, version: SchemeVersion, given: dict[str, Any]) -> AidWindow:
        """Act."""
        return open_aid_window(
            version_id=version.pk,
            organisation_id=given["organisation"].pk,
            period_id=given["period"].pk,
            phone=given["phone"],
            hours=given["hours"],
            on=self.on,
            by=self.actor,
        )

    def form(self, data: object) -> WindowForm:
        """The form with the unions in reach."""
        form = WindowForm(data)  # type: ignore[arg-type]
        unions = organisations_visible_to(self.actor).filter(depth__lte=3)
        form.fields["organisation"].queryset = unions  # type: ignore[attr-defined]
        form.fields["period"].queryset = periods_on_record()  # type: ignore[attr-defined]
        return form

    def shown(self, version: SchemeVersion, form: WindowForm) -> HttpResponse:
        """Render the form under the name of the version."""
        back = reverse("staff_assistance:scheme", args=(version.pk,))
        title = f"开放申请 · {version}"
        return self.page(
            "staff/form.html", title=title, form=form, back=back, submit="开放申请"
        )
