"""Guidance towards a union on the staff site: the list, and one effort with its steps."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.actions.organising import (
    end_organising,
    found_organising,
    hand_over_organising,
    note_organising,
    start_organising,
)
from members.admin.base import Step
from members.admin.forms import day_field
from members.admin.unions import take
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from members.enums import OrganisingState
from members.models import Employer, OrganisingCase
from members.models.employer import MUST_HAVE_A_UNION
from members.permissions.organisations import can_keep_employer
from members.queries.employer import employers_visible_to
from members.queries.organising import (
    organising_filter,
    organising_visible_to,
    who_may_answer,
)
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged
from unionportal.core.audit import history_of


class ChargeForm(forms.Form):
    responsible_id = forms.TypedChoiceField(label=_("负责人"), coerce=int)
    due_on = day_field(_("期限"))

    def __init__(
        self,
        entered: QueryDict | None = None,
        *,
        people: list[tuple[int, str]],
        known: dict[str, Any] | None = None,
    ) -> None:
        """`people` are those who may answer for it, `known` what holds now."""
        super().__init__(entered, initial=known)
        chooser: Any = self.fields["responsible_id"]
        chooser.choices = people


class StepForm(forms.Form):
    happened_on = day_field(_("日期"))
    said = forms.CharField(
        label=_("做了什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("联系、上门、座谈、筹备；见到谁，约定什么。"),
    )


class EndForm(forms.Form):
    reason = forms.CharField(label=_("未建会的原因"), max_length=200)


def charge_form(employer: Employer, **when: Any) -> Callable[..., ChargeForm]:
    """The form with the people who may answer for an employer."""
    found = who_may_answer(employer, **when)
    return partial(ChargeForm, people=[(user.pk, user.name) for user in found])


def start_step(employer: Employer, common: dict[str, Any], actor: Actor) -> list[Step]:
    """The verb on an employer's page: to begin, where there is reason to."""
    lacking = (
        employer.organisation_id is None
        and (employer.headcount or 0) >= MUST_HAVE_A_UNION
        and not employer.organising.filter(state=OrganisingState.GUIDING).exists()
    )
    if not lacking:
        return []
    step = Step(
        name="organise",
        label="开始指导建会",
        verdict=can_keep_employer(actor, employer.keeper),
        form=charge_form(employer, on=common["on"]),
        act=lambda entered: start_organising(**entered, **common),
        done="已开始，见“建会指导”。",
    )
    return [step]


class OrganisingList(WithTree):
    """The efforts in reach, late ones marked."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = organising_filter(self.actor, request.GET, on=self.on)
        return self.page(
            "staff/organising_list.html",
            title="建会指导",
            filter=chosen,
            lacking=employers_visible_to(self.actor)
            .filter(organisation=None, closed_on=None, headcount__gte=MUST_HAVE_A_UNION)
            .exclude(organising__state=OrganisingState.GUIDING)
            .count(),
            lines=keyset_page(request, chosen.qs),
            **self.tree(),
        )


class OrganisingPage(StaffPage):
    """One effort: the employer, who is in charge, what was done, how it ended."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        del request
        case = self.found(pk)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:organising-verb", args=(pk, step.name)),
                verdict=step.verdict,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(case)
        ]
        return self.page(
            "staff/organising.html",
            title=f"建会指导：{case.employer.name}",
            case=case,
            done=case.steps.all(),
            verbs=arranged(verbs),
            history=history_of(case)[:30],
        )

    def found(self, pk: int) -> OrganisingCase:
        """The effort in reach, else no such page."""
        return get_object_or_404(organising_visible_to(self.actor), pk=pk)

    def steps(self, case: OrganisingCase) -> Sequence[Step]:
        """What may be done while it goes on."""
        if case.state != OrganisingState.GUIDING:
            return ()
        may = can_keep_employer(self.actor, case.employer.keeper)
        common: dict[str, Any] = {"case_id": case.pk, "on": self.on, "by": self.actor}
        known = {"responsible_id": case.responsible_id, "due_on": case.due_on}
        charge = partial(charge_form(case.employer, on=self.on), known=known)
        offered = (
            ("note", "记录指导情况", StepForm, note_organising, ""),
            ("hand-over", "转交或改期", charge, hand_over_organising, ""),
            (
                *("found", "登记建成", None, found_organising),
                "单位须已在其页面登记建会；与覆盖它的工会关联。",
            ),
            (
                *("end", "未建会结束", EndForm, end_organising),
                "单位仍符合条件的，继续列入应建未建。",
            ),
        )
        return [
            Step(
                name=name,
                label=label,
                verdict=may,
                form=form,
                act=partial(_act, act, common),
                done="已登记。",
                effect=effect,
            )
            for name, label, form, act, effect in offered
        ]


def _act(
    act: Callable[..., object], common: dict[str, Any], entered: dict[str, Any]
) -> object:
    return act(**entered, **common)


class OrganisingVerb(OrganisingPage):
    """Call the action behind a button, and go back to the effort."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went."""
        steps = {step.name: step for step in self.steps(self.found(pk))}
        if verb not in steps:
            raise Http404
        take(request, steps[verb])
        return redirect("staff_members:organising-case", pk=pk)
