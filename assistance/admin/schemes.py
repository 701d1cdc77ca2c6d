"""Schemes on the staff site: the versions, their text, and the way to the next one."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.rounds import open_round
from assistance.actions.schemes import (
    publish_scheme_version,
    save_scheme_version,
    withdraw_scheme_version,
)
from assistance.admin.forms import ReasonForm
from assistance.admin.reach import anywhere
from assistance.enums import SchemeState
from assistance.forms.dossier import day_field
from assistance.models import Period, SchemeVersion
from assistance.permissions.applications import can_open_window
from assistance.permissions.rounds import can_open_round
from assistance.permissions.schemes import (
    can_publish_scheme,
    can_save_scheme,
    can_withdraw_scheme,
)
from assistance.queries.funds import titles_of_funds
from assistance.queries.rounds import periods_on_record
from assistance.queries.schemes import scheme_of, scheme_versions_visible_to
from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.typed import record_key


class SchemeTextForm(forms.Form):
    """A scheme as text; what is wrong is named with line and column."""

    source = forms.CharField(
        label=_("方案文本（YAML）"),
        widget=forms.Textarea(
            attrs={"rows": 28, "class": "code", "spellcheck": "false"}
        ),
    )


class OpenRoundForm(forms.Form):
    """For whom, for when, and on which day the facts are taken."""

    organisation = forms.ModelChoiceField(
        label=_("组织工会"), queryset=Organisation.objects.none()
    )
    period = forms.ModelChoiceField(label=_("期次"), queryset=Period.objects.none())
    as_of = day_field(_("基准日"))


class SchemeList(StaffPage):
    """All versions, the newest of each scheme first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        return self.page(
            "staff/schemes.html",
            title="帮扶方案",
            versions=scheme_versions_visible_to(self.actor),
            may_save=can_save_scheme(self.actor),
        )


class SchemePage(StaffPage):
    """One version: its clauses in plain words, its examples, its text."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the version and what may be done with it."""
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        return self.page(
            "staff/scheme.html",
            title=str(version),
            version=version,
            scheme=(scheme := scheme_of(version)),
            may_save=can_save_scheme(self.actor),
            may_open=anywhere(self.actor, can_open_round),
            may_call=anywhere(self.actor, can_open_window),
            funds=titles_of_funds(scheme.funds),
            verbs=arranged(verbs_of(version, actor=self.actor)),
            history=history_of(version)[:30],
        )


class SchemeVerb(StaffPage):
    """Publish or withdraw a version."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the version."""
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        if verb == "publish":
            attempt(
                request,
                lambda: publish_scheme_version(
                    version_id=version.pk, on=self.on, by=self.actor
                ),
                done="方案已发布，自此不再变动。",
            )
        else:
            attempt(
                request,
                lambda: withdraw_scheme_version(
                    version_id=version.pk,
                    reason=request.POST.get("reason", ""),
                    on=self.on,
                    by=self.actor,
                ),
                done="方案已停用。",
            )
        return redirect("staff_assistance:scheme", pk=pk)


class SchemeText(StaffPage):
    """Write a version, starting from an existing one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the text of the version in `?from=`, or an empty one."""
        number = record_key(request.GET.get("from", ""))
        start = scheme_versions_visible_to(self.actor).filter(pk=number).first()
        return self.shown(
            SchemeTextForm(initial={"source": start.source if start else ""})
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Save the draft, or say where the text is wrong."""
        form = SchemeTextForm(request.POST)
        if form.is_valid():
            try:
                made = save_scheme_version(
                    source=form.cleaned_data["source"], on=self.on, by=self.actor
                )
            except Refusal as refusal:
                form.add_error("source", str(refusal))
            else:
                return redirect("staff_assistance:scheme", pk=made.pk)
        return self.shown(form)

    def shown(self, form: SchemeTextForm) -> HttpResponse:
        """Render the text form."""
        back = reverse("staff_assistance:schemes")
        return self.page(
            "staff/form.html",
            title="编写方案",
            form=form,
            back=back,
            submit="检查并存为草稿",
        )


class OpenRound(StaffPage):
    """Open a round of a published version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        return self.shown(version, self.form(None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Open the round, or say why not."""
        version = get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)
        form = self.form(request.POST)
        if form.is_valid():
            try:
                made = open_round(
                    version_id=version.pk,
                    organisation_id=form.cleaned_data["organisation"].pk,
                    period_id=form.cleaned_data["period"].pk,
                    as_of=form.cleaned_data["as_of"],
                    on=self.on,
                    by=self.actor,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("staff_assistance:round", pk=made.pk)
        return self.shown(version, form)

    def form(self, data: object) -> OpenRoundForm:
        """The form with the unions in reach."""
        form = OpenRoundForm(data, initial={"as_of": self.on})  # type: ignore[arg-type]
        form.fields["organisation"].queryset = organisations_visible_to(  # type: ignore[attr-defined]
            self.actor
        ).filter(depth__lte=3)
        form.fields["period"].queryset = periods_on_record()  # type: ignore[attr-defined]
        return form

    def shown(self, version: SchemeVersion, form: OpenRoundForm) -> HttpResponse:
        """Render the form under the name of the version."""
        back = reverse("staff_assistance:scheme", args=(version.pk,))
        title = f"开启轮次 · {version}"
        return self.page(
            "staff/form.html", title=title, form=form, back=back, submit="开启轮次"
        )


def verbs_of(version: SchemeVersion, *, actor: Actor) -> list[Verb]:
    """What may be done with a version where it stands."""

    def address(name: str) -> str:
        return reverse("staff_assistance:scheme-verb", args=(version.pk, name))

    if version.state == SchemeState.DRAFT:
        return [
            Verb(
                label="发布",
                url=address("publish"),
                verdict=can_publish_scheme(actor, version),
                tone="next",
                effect="发布后内容不再变动，更改须另存新版本。",
            )
        ]
    if version.state == SchemeState.PUBLISHED:
        return [
            Verb(
                label="停用",
                url=address("withdraw"),
                verdict=can_withdraw_scheme(actor),
                tone="danger",
                form=ReasonForm(),
            )
        ]
    return []
