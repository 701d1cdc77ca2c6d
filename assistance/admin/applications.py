"""Applications for aid on the staff site: the list, one of them, and its verbs."""

from io import BytesIO
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.intake import (
    accept_aid_application,
    ask_for_more,
    look_at_aid_evidence,
    refuse_aid_application,
)
from assistance.admin.intake_verbs import (
    INTAKE_DONE,
    authority_verbs,
    intake_acts,
    intake_verbs,
    proposal_of,
)
from assistance.admin.paper_links import AID_FORMS, INTAKE_FORMS, forms_of
from assistance.admin.search import offer, offer_calendar
from assistance.models import AidApplication
from assistance.permissions.applications import (
    can_decide_aid_application,
    can_look_at_aid_evidence,
)
from assistance.queries.application_queue import due_on
from assistance.queries.application_stories import story_of
from assistance.queries.applications import (
    applications_visible_to,
    evidence_of,
    schemes_applied_for,
)
from assistance.queries.filters import ApplicationFilter
from assistance.queries.intakes import dossier_from, leads_to_dossier, notice_of
from assistance.queries.outlooks import outlook_of
from assistance.workflow import AID_APPLICATION
from members.auth.looks import note_look
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.uploads.evidence import CONTENT_TYPES, EvidenceKind

KIND = "帮扶申请"
DONE = {
    "accept": "已受理，列入下一轮测算。",
    "ask": "已退回申请人补充。",
    "refuse": "已答复申请人。",
    **INTAKE_DONE,
}


class AnswerForm(forms.Form):
    """What the applicant reads."""

    answer = forms.CharField(label=_("答复（申请人会看到）"), max_length=200)


class ApplicationList(WithTree):
    """Applications in reach, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = chosen_applications(request, self.actor)
        offer(chosen, "scheme", schemes_applied_for())
        offer_calendar(chosen, "submitted_on")
        return self.page(
            "staff/aid_applications.html",
            title=KIND,
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
            **self.tree(),
        )


class ApplicationPage(StaffPage):
    """One application: what is said, the papers, how the rules see it, who did what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it; the ID number stays masked."""
        application = found(self.actor, pk)
        note_look(request, KIND, application.applicant_id)
        papers = INTAKE_FORMS if leads_to_dossier(application) else AID_FORMS
        return self.page(
            "staff/aid_application.html",
            title=f"{KIND} {application.pk}",
            application=application,
            story=story_of(application),
            outlook=outlook_of(application, self.on),
            due_on=due_on(application),
            notice=notice_of(application),
            proposal=proposal_of(application),
            dossier=dossier_from(application),
            may_look=(may_look := can_look_at_aid_evidence(self.actor, application)),
            papers_to_print=forms_of("application", pk, *papers) if may_look else [],
            verbs=arranged(verbs_of(application, actor=self.actor)),
            history=history_of(application)[:30],
        )


class ApplicationVerb(StaffPage):
    """Accept, ask for more, refuse."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the application."""
        application = found(self.actor, pk)
        keys: dict[str, Any] = {
            "application_id": application.pk,
            "on": self.on,
            "by": self.actor,
        }
        answer = request.POST.get("answer", "")
        acts = intake_acts(request, keys) | {
            "accept": lambda: accept_aid_application(**keys),
            "ask": lambda: ask_for_more(answer=answer, **keys),
            "refuse": lambda: refuse_aid_application(answer=answer, **keys),
        }
        if verb in acts:
            attempt(request, acts[verb], done=DONE[verb])
        return redirect("staff_assistance:application", pk=pk)


class ApplicationPaper(StaffPage):
    """One paper, never shown inside a page of ours; who took it is written down."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it."""
        del request
        mine = applications_visible_to(self.actor)
        paper = get_object_or_404(evidence_of(mine), pk=pk)
        content = look_at_aid_evidence(evidence_id=pk, on=self.on, by=self.actor)
        return FileResponse(
            BytesIO(content),
            as_attachment=True,
            filename=paper.name,
            content_type=CONTENT_TYPES[EvidenceKind(paper.kind)],
            headers={
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )


def chosen_applications(request: HttpRequest, actor: Actor) -> ApplicationFilter:
    """The applications that the search row asks for."""
    return ApplicationFilter(request.GET, queryset=applications_visible_to(actor))


def found(actor: Actor, pk: int) -> AidApplication:
    """An application in reach; another county's does not exist."""
    return get_object_or_404(applications_visible_to(actor), pk=pk)


def verbs_of(application: AidApplication, *, actor: Actor) -> list[Verb]:
    """What may be done with an application where it stands."""
    verdict = can_decide_aid_application(actor, application)

    def verb(name: str, label: str, **more: Any) -> Verb:
        url = reverse("staff_assistance:application-verb", args=(application.pk, name))
        return Verb(label=label, url=url, verdict=verdict, **more)

    offered = {
        "accept": verb("accept", "受理", tone="next"),
        "ask": verb("ask", "要求补充", form=AnswerForm()),
        "refuse": verb(
            "refuse",
            "不予受理",
            tone="danger",
            effect="申请人会看到理由，可以申请由另一位工作人员复核。",
            form=AnswerForm(),
        ),
    }
    if leads_to_dossier(application):
        offered |= intake_verbs(application, actor=actor, decline=AnswerForm())
    names = AID_APPLICATION.actions_from(application.state)
    verbs = [one for name, one in offered.items() if name in names]
    if leads_to_dossier(application):
        verbs += authority_verbs(application, actor)
    return verbs
