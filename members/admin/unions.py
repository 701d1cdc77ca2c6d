"""Unions on the staff site: the tree, the list it filters, one union with its life."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from members.actions.organisation import Founding, apply_for_organisation
from members.admin.base import Step
from members.admin.union_forms import FoundingForm, SpanForm, required_union
from members.admin.union_verbs import steps_of
from members.auth.staff import StaffPage
from members.auth.tree import WithTree, twigs_markup
from members.enums import Role
from members.models import Organisation
from members.queries.filters import OrganisationFilter
from members.queries.office import with_offices
from members.queries.organisation import ancestors_of, organisations_visible_to
from members.queries.organisation_figures import counts_by_part, counts_on
from members.queries.union_tree import children_of
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.scope import outermost_paths

# Verbs that stand in a section of the page, by the word the template calls them.
KEEPING = {
    "certify": "certify",
    "elect": "elect",
    "delay": "delay",
    "take-office": "take",
    "leave-office": "leave",
    "file-return": "file",
}


class UnionList(WithTree):
    """The unions in reach, with chair, next election and certificate."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        unions = organisations_visible_to(self.actor)
        chosen = OrganisationFilter(request.GET, queryset=unions)
        rows = with_offices(chosen.qs, on=self.on)
        roles = {Role.MAKER, Role.ADMINISTRATOR}
        return self.page(
            "staff/unions.html",
            title="工会组织",
            filter=chosen,
            may_apply=any(seat.role in roles for seat in self.actor.seats),
            lines=keyset_page(request, rows),
            **self.tree(),
        )


class TreeBranch(StaffPage):
    """The unions directly below one, as the tree asks for them."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the lines alone."""
        twig = children_of(self.actor, pk)
        if twig is None:
            raise Http404
        kept = request.GET.urlencode()
        return HttpResponse(twigs_markup(twig.children, kept, more=twig.more))


class UnionApplication(StaffPage):
    """Apply for a union; the union above decides."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._form(FoundingForm(initial={"parent": request.GET.get("under")}))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Enter the application."""
        form = FoundingForm(request.POST)
        if not form.is_valid():
            return self._form(form)
        entered = dict(form.cleaned_data)
        code = entered.pop("parent")
        try:
            entry = Founding(parent_id=required_union(self.actor, code), **entered)
            made = apply_for_organisation(entry=entry, on=self.on, by=self.actor)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
            return self._form(form)
        return redirect("staff_members:union", pk=made.pk)

    def _form(self, form: FoundingForm) -> HttpResponse:
        return self.page(
            "staff/form.html",
            title="申请建会",
            form=form,
            submit="提交申请",
            back=reverse("staff_members:unions"),
        )


class UnionPage(StaffPage):
    """One union: what it is, who leads it, its papers, its years, what it was."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, each verb where it belongs."""
        del request
        union = self.found(pk)
        steps = self.steps(union)
        acts = [_verb(union, step) for step in steps if step.name not in KEEPING]
        return self.page(
            "staff/union.html",
            title=union.name,
            union=union,
            above=list(ancestors_of(union.path[: -Organisation.steplen])),
            verbs=arranged(gathered(acts)),
            keeping=dict.fromkeys(KEEPING.values())
            | {
                KEEPING[step.name]: _verb(union, step)
                for step in steps
                if step.name in KEEPING
            },
            officers=union.officers.order_by("ends_on", "office")[:50],
            terms=union.terms.all()[:5],
            certificates=union.certificates.all()[:5],
            returns=union.returns.all()[:6],
            employers=union.employers.order_by("id")[:20],
            former=union.former.select_related("parent", "dues_to")[:20],
            history=history_of(union)[:30],
        )

    def found(self, pk: int) -> Organisation:
        """The union in reach, else no such page."""
        rows = organisations_visible_to(self.actor).select_related(
            "division", "dues_to", "guided_by", "successor"
        )
        return get_object_or_404(rows, pk=pk)

    def steps(self, union: Organisation) -> list[Step]:
        """Its verbs, with those in office to choose from."""
        serving = union.officers.filter(Q(ends_on=None) | Q(ends_on__gt=self.on))
        officers = [(each.pk, str(each)) for each in serving.order_by("office")[:100]]
        return list(steps_of(union, self.actor, officers))


class UnionVerb(UnionPage):
    """Call the action behind a button, and go back to the union."""

    def get(self, request: HttpRequest, pk: int, verb: str = "") -> HttpResponse:
        """Nothing is done by looking."""
        del request, pk, verb
        return HttpResponse(status=405)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went."""
        union = self.found(pk)
        steps = {step.name: step for step in self.steps(union)}
        if verb not in steps:
            raise Http404
        take(request, steps[verb])
        return redirect("staff_members:union", pk=pk)


class UnionFigures(WithTree):
    """The figures of unions over a span, by the tree of its last day."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the counts of a union and of each directly below it."""
        form = SpanForm(request.GET or None)
        first, on = form.span(self.on)
        union = self.chosen() or self._own()
        shown: dict[str, Any] = {"counts": None, "parts": []}
        if union is not None:
            shown["counts"] = counts_on(union.pk, first=first, on=on)
            shown["parts"] = counts_by_part(union.pk, first=first, on=on)
        return self.page(
            "staff/union_figures.html",
            title="组织建设指标",
            union=union,
            first=first,
            until=on,
            form=SpanForm(initial={"first": first, "on": on}),
            **shown,
            **self.tree(),
        )

    def _own(self) -> Organisation | None:
        paths = outermost_paths(self.actor)
        rows = organisations_visible_to(self.actor).filter(path__in=paths[:1])
        return rows.first()


def gathered(verbs: Sequence[Verb]) -> list[Verb]:
    """Verbs refused for one and the same reason stand in one line."""
    kept: dict[str, Verb] = {}
    for verb in verbs:
        reason = verb.verdict.reason or verb.label
        known = kept.get(reason)
        label = f"{known.label}、{verb.label}" if known else verb.label
        kept[reason] = replace(verb, label=label)
    return list(kept.values())


def take(request: HttpRequest, step: Step) -> None:
    """Check what was entered for a verb, and call it; the outcome is told on the page."""
    form = step.form(request.POST) if step.form else None
    entered: dict[str, Any] = {}
    if form is not None:
        if not form.is_valid():
            wrong = "".join(
                f"{form.fields[name].label if name in form.fields else ''}：{error}"
                for name, errors in form.errors.items()
                for error in errors
            )
            attempt(request, lambda: _refuse(wrong), done="")
            return
        entered = dict(form.cleaned_data)
    attempt(request, lambda: step.act(entered), done=step.done)


def _refuse(sentence: str) -> None:
    raise Refusal(sentence)


def _verb(union: Organisation, step: Step) -> Verb:
    return Verb(
        label=step.label,
        url=reverse("staff_members:union-verb", args=(union.pk, step.name)),
        verdict=step.verdict,
        tone=step.tone,
        effect=step.effect,
        form=step.form() if step.form else None,
    )
