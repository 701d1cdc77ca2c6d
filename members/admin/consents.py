"""Consents on the staff site: what was said, papers to write down, links to send."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.actions.consent import (
    ConsentEntry,
    file_paper_consent,
    invite_family_member,
)
from members.admin.base import Step
from members.admin.unions import take
from members.auth.staff import StaffPage
from members.enums import ConsentAct, ConsentChannel
from members.forms.fields import phone_field
from members.permissions.privacy import can_record_consent
from members.queries.consent import (
    ConsentSubject,
    consent_subject,
    consents_visible_to,
    invitation_of,
    purposes,
    purposes_for,
    slug_of,
    standings_of,
    subjects_of,
)
from members.queries.filters import ConsentFilter
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged


class PaperForm(forms.Form):
    """What somebody signed on paper."""

    purpose = forms.ChoiceField(label=_("目的"))
    act = forms.ChoiceField(label=_("表示"), choices=ConsentAct.choices)
    evidence = forms.CharField(label=_("同意书编号和存放处"), max_length=200)
    is_guardian = forms.BooleanField(label=_("由监护人签署"), required=False)


class InviteForm(forms.Form):
    """Where the code goes."""

    phone = phone_field()


class ConsentList(StaffPage):
    """Everything that was said to the unions in reach, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the filtered list."""
        rows = consents_visible_to(self.actor).select_related(
            "organisation", "recorded_by"
        )
        chosen = ConsentFilter(request.GET, queryset=rows)
        lines = keyset_page(request, chosen.qs, latest_first=True)
        about = subjects_of(lines.rows)
        return self.page(
            "staff/consents.html",
            title="个人信息授权",
            filter=chosen,
            lines=lines,
            shown=[
                (
                    row,
                    about.get((row.subject_kind, row.subject_id)),
                    slug_of(row.subject_kind),
                    purposes()[row.purpose].title,
                )
                for row in lines.rows
            ],
        )


class ConsentPage(StaffPage):
    """One subject: every purpose, and what staff may write down for him."""

    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        """Show it."""
        subject = self.found(slug, pk)
        link = invitation_of(subject)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:consent-verb", args=(slug, pk, step.name)),
                verdict=step.verdict,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(subject)
        ]
        return self.page(
            "staff/consent.html",
            title=f"{subject.name}的授权",
            subject=subject,
            standings=standings_of(subject, on=self.on),
            link=request.build_absolute_uri(
                reverse("members:consent-link", args=(link.token,))
            )
            if link
            else "",
            verbs=arranged(verbs),
        )

    def found(self, slug: str, pk: int) -> ConsentSubject:
        """The subject in reach, else no such page."""
        subject = consent_subject(slug, pk)
        if subject is None or not self.actor.reaches(subject.path):
            raise Http404
        return subject

    def steps(self, subject: ConsentSubject) -> list[Step]:
        """Paper for anybody; a link for who has no login of his own."""
        may = can_record_consent(self.actor, subject.path)

        def paper_form(*entered: object) -> PaperForm:
            form = PaperForm(*entered)  # type: ignore[arg-type]
            choice = form.fields["purpose"]
            if isinstance(choice, forms.ChoiceField):
                choice.choices = [
                    (one.code, one.title) for one in purposes_for(subject)
                ]
            return form

        paper = Step(
            name="paper",
            label="登记纸质授权",
            verdict=may,
            form=paper_form,
            act=lambda entered: file_paper_consent(
                subject=subject,
                entry=ConsentEntry(channel=ConsentChannel.PAPER, **entered),
                on=self.on,
                by=self.actor,
            ),
            done="已登记。",
        )
        link = Step(
            name="invite",
            label="发授权链接",
            verdict=may,
            form=InviteForm,
            act=lambda entered: invite_family_member(
                subject=subject, on=self.on, by=self.actor, **entered
            ),
            done="链接用短信发给本人；收不到的，可以把页面上的链接转给本人。",
            effect="只给成年家庭成员本人；原来的链接同时停用。",
        )
        return [paper, link] if subject.is_family else [paper]


class ConsentVerb(ConsentPage):
    """Call the action behind a button, and go back."""

    http_method_names = ("post",)

    def post(
        self, request: HttpRequest, slug: str, pk: int, verb: str
    ) -> HttpResponseBase:
        """Act, say how it went."""
        steps = {step.name: step for step in self.steps(self.found(slug, pk))}
        if verb not in steps:
            raise Http404
        take(request, steps[verb])
        return redirect("staff_members:consent-subject", slug, pk)
