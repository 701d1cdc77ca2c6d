"""The verbs of an application for a dossier on its staff page, and the class proposed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.authorities import OPEN, file_member_authority
from assistance.actions.dossier_intakes import (
    announce_dossier,
    decline_dossier,
    file_dossier,
    record_intake_visit,
)
from assistance.enums import HardshipClass
from assistance.forms.dossier import day_field
from assistance.models import AidApplication, HouseholdMember
from assistance.permissions.applications import (
    can_announce_dossier,
    can_decide_aid_application,
    can_file_dossier,
    can_visit_applicant,
)
from assistance.queries.hardship_classes import proposal_for
from assistance.queries.households import named_in, without_authority
from assistance.queries.intakes import leads_to_dossier
from assistance.rules.intake_answers import household_said
from members.forms.objection import ManyFilesField, ManyFilesInput
from members.permissions.privacy import can_record_consent
from unionportal.core.actor import Actor
from unionportal.core.admin.verbs import Verb
from unionportal.core.errors import Refusal
from unionportal.core.uploads.evidence import read_evidence

INTAKE_DONE = {
    "authority": "授权已登记。",
    "visit": "入户已登记，由县级工会核定。",
    "announce": "已发布公示。",
    "file": "已建档。",
    "decline": "已答复申请人。",
}


class IntakeVisitForm(forms.Form):
    """Who went when, and photographs of the signed form."""

    visited_on = day_field(_("入户日期"))
    visitors = forms.CharField(label=_("走访人（写全姓名）"), max_length=60)
    papers = ManyFilesField(
        label=_("签名的入户调查表、照片"),
        widget=ManyFilesInput(
            attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}
        ),
    )


class AuthorityForm(forms.Form):
    """Who of the household signed, and photographs of the paper."""

    member = forms.ModelChoiceField(
        label=_("家庭成员"), queryset=HouseholdMember.objects.none()
    )
    is_guardian = forms.BooleanField(label=_("由监护人签署"), required=False)
    papers = ManyFilesField(
        label=_("签名的授权书照片"),
        widget=ManyFilesInput(
            attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}
        ),
    )

    def __init__(self, application: AidApplication, *args: Any, **given: Any) -> None:
        """Offer the people whom the application names."""
        super().__init__(*args, **given)
        choice: Any = self.fields["member"]
        choice.queryset = named_in(application)


class ClassForm(forms.Form):
    """The class decided, and why where it is not the proposed one."""

    hardship_class = forms.ChoiceField(
        label=_("核定类别"), choices=HardshipClass.choices
    )
    class_reason = forms.CharField(
        label=_("理由（与建议不同时写）"), max_length=200, required=False
    )


def intake_acts(
    request: HttpRequest, keys: dict[str, Any]
) -> dict[str, Callable[[], object]]:
    """What each verb does, with what was entered."""
    return {
        "authority": lambda: _authority(request, keys),
        "visit": lambda: _visit(request, keys),
        "announce": lambda: _announce(request, keys),
        "file": lambda: file_dossier(**keys),
        "decline": lambda: decline_dossier(
            answer=request.POST.get("answer", ""), **keys
        ),
    }


def _visit(request: HttpRequest, keys: dict[str, Any]) -> object:
    form = IntakeVisitForm(request.POST, request.FILES)
    given = _entered(form)
    papers = read_evidence([(one.name, one.read()) for one in given["papers"]])
    return record_intake_visit(
        visited_on=given["visited_on"],
        visitors=given["visitors"],
        papers=papers,
        **keys,
    )


def _authority(request: HttpRequest, keys: dict[str, Any]) -> object:
    application = AidApplication.objects.get(pk=keys["application_id"])
    given = _entered(AuthorityForm(application, request.POST, request.FILES))
    return file_member_authority(
        member_id=given["member"].pk,
        is_guardian=given["is_guardian"],
        papers=read_evidence([(one.name, one.read()) for one in given["papers"]]),
        **keys,
    )


def _announce(request: HttpRequest, keys: dict[str, Any]) -> object:
    given = _entered(ClassForm(request.POST))
    return announce_dossier(
        hardship_class=HardshipClass(given["hardship_class"]),
        class_reason=given["class_reason"],
        **keys,
    )


def _entered(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        name, wrong = next(iter(form.errors.items()))
        raise Refusal(f"{form.fields[name].label}：{wrong[0]}", field=name)
    return form.cleaned_data


def intake_verbs(
    application: AidApplication, *, actor: Actor, decline: forms.Form
) -> dict[str, Verb]:
    """What may be done with an application for a dossier, by name."""

    def verb(name: str, label: str, **more: Any) -> Verb:
        url = reverse("staff_assistance:application-verb", args=(application.pk, name))
        return Verb(label=label, url=url, **more)

    return {
        "visit": verb(
            "visit",
            "登记入户",
            tone="next",
            verdict=can_visit_applicant(actor, application),
            form=IntakeVisitForm(),
        ),
        "announce": verb(
            "announce",
            "核定类别并公示",
            tone="next",
            verdict=can_announce_dossier(actor, application),
            form=ClassForm(initial={"hardship_class": _proposed(application)}),
        ),
        "file": verb(
            "file",
            "批准建档",
            tone="next",
            verdict=can_file_dossier(actor, application),
        ),
        "decline": verb(
            "decline",
            "不予建档",
            tone="danger",
            effect="申请人会看到理由，可以申请由另一位工作人员复核。",
            verdict=can_decide_aid_application(actor, application),
            form=decline,
        ),
    }


def authority_verbs(application: AidApplication, actor: Actor) -> list[Verb]:
    """Writing down what somebody of the household signed, while that is missing."""
    if application.state not in OPEN or not without_authority(application):
        return []
    verb = Verb(
        label="登记家人授权",
        url=reverse(
            "staff_assistance:application-verb", args=(application.pk, "authority")
        ),
        verdict=can_record_consent(actor, application.union.path),
        effect="签名的授权书拍照登记；本人用短信链接同意的不用登记。",
        form=AuthorityForm(application),
    )
    return [verb]


def proposal_of(application: AidApplication) -> str:
    """What the rule says of the household as stated; empty where it is not asked."""
    if not leads_to_dossier(application) or not application.answers:
        return ""
    return _proposal(application)[0]


def _proposed(application: AidApplication) -> str:
    return _proposal(application)[1] if application.answers else ""


def _proposal(application: AidApplication) -> tuple[str, str]:
    since = application.submitted_on or application.drafted_on
    proposal, sums = proposal_for(
        household_said(application.answers),
        division_code=application.organisation.code,
        applied_on=since,
    )
    per_head = "" if sums.per_head is None else f"月人均净收入 {sums.per_head:.2f} 元；"
    line = "" if sums.line is None else f"低保标准 {sums.line.amount:.2f} 元；"
    return f"{per_head}{line}{proposal.in_words}", proposal.hardship_class or ""
