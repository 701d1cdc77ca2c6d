"""Employers on the staff site: the list, those without a union, one employer."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from members.actions.employer import (
    EmployerEntry,
    change_employer,
    close_employer,
    cover_employer,
    register_employer,
)
from members.actions.employment import Tie, tie_to_employer, untie_from_employer
from members.admin.base import Step
from members.admin.organising import start_step
from members.admin.union_forms import (
    ClosingForm,
    CoverForm,
    EmployerForm,
    NewEmployerForm,
    TieForm,
    UntieForm,
    required_union,
)
from members.admin.unions import take
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from members.models import Employer
from members.permissions.organisations import can_keep_employer
from members.queries.employer import employers_visible_to
from members.queries.filters import EmployerFilter
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.verdict import Verdict


class EmployerList(WithTree):
    """Employers in reach; “25 人以上未建会” is the list to organise from."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        rows = employers_visible_to(self.actor)
        chosen = EmployerFilter(request.GET, queryset=rows)
        return self.page(
            "staff/employers.html",
            title="用人单位",
            filter=chosen,
            lines=keyset_page(request, chosen.qs),
            **self.tree(),
        )


class EmployerNew(StaffPage):
    """Register an employer by hand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._form(NewEmployerForm(initial={"keeper": request.GET.get("under")}))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Register, or say what is wrong."""
        form = NewEmployerForm(request.POST)
        if not form.is_valid():
            return self._form(form)
        entered = dict(form.cleaned_data)
        code, keeper = entered.pop("code"), entered.pop("keeper")
        try:
            made = register_employer(
                code=code,
                keeper_id=required_union(self.actor, keeper, "keeper"),
                entry=EmployerEntry(**entered),
                on=self.on,
                by=self.actor,
            )
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
            return self._form(form)
        return redirect("staff_members:employer", pk=made.pk)

    def _form(self, form: NewEmployerForm) -> HttpResponse:
        return self.page(
            "staff/form.html",
            title="登记用人单位",
            form=form,
            submit="登记",
            back=reverse("staff_members:employers"),
        )


class EmployerPage(StaffPage):
    """One employer, its union, and who did what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        del request
        employer = self.found(pk)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:employer-verb", args=(pk, step.name)),
                verdict=step.verdict,
                tone=step.tone,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(employer)
        ]
        return self.page(
            "staff/employer.html",
            title=employer.name,
            employer=employer,
            ties=employer.ties.order_by("ends_on", "kind", "name")[:50],
            organising=employer.organising.select_related("responsible"),
            working=employer.employments.filter(ends_on=None).count(),
            verbs=arranged(verbs),
            history=history_of(employer)[:30],
        )

    def found(self, pk: int) -> Employer:
        """The employer in reach, else no such page."""
        return get_object_or_404(employers_visible_to(self.actor), pk=pk)

    def steps(self, employer: Employer) -> Sequence[Step]:
        """What may be done while it is open."""
        if employer.closed_on is not None:
            return ()
        may = can_keep_employer(self.actor, employer.keeper)
        common: dict[str, Any] = {
            "employer_id": employer.pk,
            "on": self.on,
            "by": self.actor,
        }

        def change_form(entered: QueryDict | None = None) -> EmployerForm:
            known = {name: getattr(employer, name) for name in EmployerForm.base_fields}
            return EmployerForm(entered, initial=known)

        return (
            Step(
                name="change",
                label="变更",
                verdict=may,
                form=change_form,
                act=lambda entered: change_employer(
                    entry=EmployerEntry(**entered), **common
                ),
                done="已登记变更。",
            ),
            Step(
                name="cover",
                label="登记建会",
                verdict=may,
                form=CoverForm,
                act=lambda entered: cover_employer(
                    organisation_id=required_union(self.actor, entered["code"], "code"),
                    **common,
                ),
                done="已登记建会。",
            ),
            *start_step(employer, common, self.actor),
            *self._tie_steps(employer, may, common),
            Step(
                name="close",
                label="登记停业",
                verdict=may,
                form=ClosingForm,
                act=lambda entered: close_employer(**entered, **common),
                done="已登记停业。",
                tone="danger",
                effect="不再列入应建会单位；其工会请另行注销或并入。",
            ),
        )

    def _tie_steps(
        self, employer: Employer, may: Verdict, common: dict[str, Any]
    ) -> list[Step]:
        """Who stands too near the employer to lead its workers."""
        standing = [(tie.pk, str(tie)) for tie in employer.ties.filter(ends_on=None)]

        def tied(entered: dict[str, Any]) -> object:
            starts_on = entered.pop("starts_on")
            return tie_to_employer(entry=Tie(**entered), starts_on=starts_on, **common)

        steps = [
            Step(
                name="tie",
                label="登记关系人",
                verdict=may,
                form=TieForm,
                act=tied,
                done="已登记，其人不得作为该单位工会委员会成员人选。",
            )
        ]
        if standing:
            untie = Step(
                name="untie",
                label="解除关系人",
                verdict=may,
                form=partial(UntieForm, ties=standing),
                act=lambda entered: untie_from_employer(**entered, **common),
                done="已解除。",
            )
            steps.append(untie)
        return steps


class EmployerVerb(EmployerPage):
    """Call the action behind a button, and go back to the employer."""

    def get(self, request: HttpRequest, pk: int, verb: str = "") -> HttpResponse:
        """Nothing is done by looking."""
        del request, pk, verb
        return HttpResponse(status=405)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went."""
        steps = {step.name: step for step in self.steps(self.found(pk))}
        if verb not in steps:
            raise Http404
        take(request, steps[verb])
        return redirect("staff_members:employer", pk=pk)
