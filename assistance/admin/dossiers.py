"""Hardship dossiers on the staff site: list, one file, and the verbs of its life."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.dossiers import (
    close_dossier,
    recheck_dossier,
    register_dossier,
    reopen_dossier,
)
from assistance.actions.household_rows import move_out_member
from assistance.actions.leavings import (
    hear_leaving,
    keep_on_file,
    tell_leaving,
)
from assistance.admin.forms import ReasonForm
from assistance.admin.paper_links import DOSSIER_FORMS, forms_of
from assistance.admin.reach import anywhere
from assistance.admin.search import leave_out, offer_calendar
from assistance.enums import DossierState, ExitReason, HardshipClass
from assistance.forms.dossier import (
    CloseForm,
    HouseholdForm,
    RegisterForm,
)
from assistance.forms.household_member import MoveOutForm
from assistance.forms.leaving import TellForm
from assistance.models import HouseholdDossier, Leaving
from assistance.permissions.dossiers import (
    can_close_dossier,
    can_decide_leaving,
    can_hear_leaving,
    can_look_at_visit,
    can_recheck_dossier,
    can_record_visit,
    can_register_dossier,
    can_reopen_dossier,
    can_tell_leaving,
)
from assistance.queries.determinations import determinations_visible_to
from assistance.queries.dossiers import dossiers_visible_to
from assistance.queries.families import members_with_consent
from assistance.queries.filters import StaffDossierFilter
from assistance.queries.hardship_classes import facts_of, proposal_for
from assistance.queries.leavings import open_leaving
from assistance.queries.visits import visits_of
from assistance.rules.household import COSTS, INCOMES
from members.auth.looks import note_look
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_id_number

PROPOSE = "propose"


class DossierList(WithTree):
    """Dossiers in reach, a page of keys at a time."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = chosen_dossiers(request, self.actor, on=self.on)
        leave_out(chosen, "division", "union")
        offer_calendar(chosen, "approved_on", "checked_to")
        return self.page(
            "staff/dossiers.html",
            title="困难职工档案",
            filter=chosen,
            lines=keyset_page(request, chosen.qs),
            may_register=anywhere(self.actor, can_register_dossier),
            **self.tree(),
        )


class DossierPage(StaffPage):
    """One file: the household, its sums, what it was granted, who did what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the file; the ID number stays masked."""
        dossier = found(self.actor, pk)
        note_look(request, "困难职工档案", dossier.principal_id)
        proposal, arithmetic = proposal_for(
            facts_of(dossier),
            division_code=dossier.division_id,
            applied_on=dossier.applied_on,
        )
        return self.page(
            "staff/dossier.html",
            title=f"档案 {dossier.number}",
            dossier=dossier,
            id_number=mask_id_number(dossier.principal.id_number),
            sums=list(
                zip_longest(
                    sums_of(dossier, INCOMES),
                    sums_of(dossier, COSTS),
                    fillvalue=NO_SUM,
                )
            ),
            proposal=proposal,
            arithmetic=arithmetic,
            class_differs=proposal.differs_from(HardshipClass(dossier.hardship_class)),
            visits=visits_of(dossier)[:20],
            may_visit=can_record_visit(self.actor, dossier),
            may_look=(may_look := can_look_at_visit(self.actor, dossier)),
            papers_to_print=forms_of("dossier", pk, *DOSSIER_FORMS) if may_look else [],
            members=members_with_consent(dossier),
            determinations=determinations_visible_to(self.actor)
            .filter(subject_kind="household", subject_id=dossier.pk, superseded_by=None)
            .select_related(
                "round__version__scheme", "round__period", "round__organisation"
            )
            .order_by("-id")[:20],
            may_recheck=can_recheck_dossier(self.actor, dossier),
            leaving=open_leaving(dossier),
            verbs=arranged(verbs_of(dossier, actor=self.actor)),
            history=history_of(dossier)[:30],
        )


class DossierVerb(StaffPage):
    """Close or reopen a file."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the file."""
        dossier = found(self.actor, pk)
        reason = request.POST.get("reason", "")
        common: dict[str, Any] = {
            "dossier_id": dossier.pk,
            "reason": reason,
            "on": self.on,
            "by": self.actor,
        }
        kind = request.POST.get("exit_reason", "")
        acts: dict[str, tuple[Callable[[], object], str]] = {
            "tell-leaving": (
                lambda: tell_leaving(**common, exit_reason=exit_reason_of(kind)),
                "已告知本人，陈述期满或本人陈述后由复核决定。",
            ),
            "hear-leaving": (lambda: self.hear(dossier, reason), "陈述已登记。"),
            "keep": (lambda: self.keep(dossier, reason), "档案保留。"),
            "close": (
                lambda: close_dossier(**common, exit_reason=exit_reason_of(kind)),
                "档案已退出。",
            ),
            "reopen": (lambda: reopen_dossier(**common), "档案已重开。"),
            "move-out": (lambda: self.move_out(dossier, reason), "迁出已登记。"),
        }
        if verb not in acts:
            raise Http404
        act, done = acts[verb]
        attempt(request, act, done=done)
        return redirect("staff_assistance:dossier", pk=pk)

    def hear(self, dossier: HouseholdDossier, said: str) -> None:
        """Write down what the principal said at the counter."""
        hear_leaving(
            leaving_id=told_of(dossier).pk, statement=said, on=self.on, by=self.actor
        )

    def move_out(self, dossier: HouseholdDossier, reason: str) -> None:
        """Somebody of the household lives there no more."""
        form = MoveOutForm(dossier, self.request.POST)
        if not form.is_valid():
            raise Refusal("请选择迁出的家庭成员。", field="member")
        move_out_member(
            member_id=form.cleaned_data["member"].pk,
            reason=reason,
            on=self.on,
            by=self.actor,
        )

    def keep(self, dossier: HouseholdDossier, reason: str) -> None:
        """Leave the household on file."""
        keep_on_file(
            leaving_id=told_of(dossier).pk, reason=reason, on=self.on, by=self.actor
        )


def told_of(dossier: HouseholdDossier) -> Leaving:
    """What the household has been told; refused where it has not."""
    told = open_leaving(dossier)
    if told is None:
        raise Refusal("没有等待决定的退出告知。", code="state")
    return told


class HouseholdPage(StaffPage):
    """A form about a household, with the class that the entered sums propose."""

    def proposed(
        self, form: HouseholdForm, *, division_code: str, applied_on: date
    ) -> dict[str, Any]:
        """What the rule says of a form that could be read; nothing else."""
        if not form.is_bound or not form.is_valid():
            return {}
        proposal, arithmetic = proposal_for(
            form.facts(), division_code=division_code, applied_on=applied_on
        )
        return {"proposal": proposal, "arithmetic": arithmetic}


class Recheck(HouseholdPage):
    """The yearly visit: what was found, written over what was known."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form with the facts as they stand."""
        dossier = found(self.actor, pk)
        return self.shown(dossier, HouseholdForm(instance=dossier))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Write the visit down, propose a class, or show what was wrong."""
        dossier = found(self.actor, pk)
        form = HouseholdForm(request.POST, instance=found(self.actor, pk))
        if PROPOSE in request.POST:
            form.leave_class_open()
            return self.shown(dossier, form)
        if form.is_valid():
            try:
                recheck_dossier(
                    dossier_id=dossier.pk, facts=form.facts(), on=self.on, by=self.actor
                )
            except Refusal as refusal:
                point_at(form, refusal)
            else:
                messages.success(request, "复核已登记。")
                return redirect("staff_assistance:dossier", pk=pk)
        return self.shown(dossier, form)

    def shown(self, dossier: HouseholdDossier, form: HouseholdForm) -> HttpResponse:
        """Render the form under the name of the file."""
        back = reverse("staff_assistance:dossier", args=(dossier.pk,))
        return self.page(
            "staff/dossier_form.html",
            title=f"复核档案 {dossier.number}",
            form=form,
            back=back,
            submit="登记复核",
            **self.proposed(
                form,
                division_code=dossier.division_id,
                applied_on=dossier.applied_on,
            ),
        )


class Register(HouseholdPage):
    """A new file for a person who is registered."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self.shown(RegisterForm(keepers=self.keepers()))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Put the household on file, propose a class, or show what was wrong."""
        form = RegisterForm(request.POST, keepers=self.keepers())
        if PROPOSE in request.POST:
            form.leave_class_open()
            return self.shown(form)
        if form.is_valid():
            try:
                made = register_dossier(entry=form.entry(), on=self.on, by=self.actor)
            except Refusal as refusal:
                point_at(form, refusal)
            else:
                return redirect("staff_assistance:dossier", pk=made.pk)
        return self.shown(form)

    def keepers(self) -> QuerySet[Organisation]:
        """The unions that may keep the file."""
        return organisations_visible_to(self.actor).order_by("path")

    def shown(self, form: RegisterForm) -> HttpResponse:
        """Render the form."""
        where = form.cleaned_data if form.is_bound and form.is_valid() else {}
        return self.page(
            "staff/dossier_form.html",
            title="新建档案",
            form=form,
            back=reverse("staff_assistance:dossiers"),
            submit="建档",
            **self.proposed(
                form,
                division_code=where.get("division_code", ""),
                applied_on=where.get("applied_on", self.on),
            ),
        )


def point_at(form: HouseholdForm, refusal: Refusal) -> None:
    """Show a refusal at the field that it names, else above the form."""
    named = refusal.field if refusal.field in form.fields else None
    form.add_error(named, str(refusal))


def chosen_dossiers(
    request: HttpRequest, actor: Actor, *, on: date
) -> StaffDossierFilter:
    """The dossiers that the search row asks for."""
    rows = dossiers_visible_to(actor).select_related(
        "organisation", "keeper", "principal"
    )
    return StaffDossierFilter(request.GET, queryset=rows, on=on)


def found(actor: Actor, pk: int) -> HouseholdDossier:
    """A dossier in reach; another county's does not exist."""
    return get_object_or_404(
        dossiers_visible_to(actor).select_related(
            "organisation", "keeper", "principal", "division"
        ),
        pk=pk,
    )


def exit_reason_of(value: str) -> ExitReason:
    """Read the kind of exit; refuse one that is not in the list."""
    if value not in ExitReason.values:
        raise Refusal("请选择退出原因。", field="exit_reason")
    return ExitReason(value)


@dataclass(frozen=True, slots=True)
class Sum:
    """A yearly sum under its label; None is not yet known."""

    label: str
    value: Decimal | None


NO_SUM = Sum("", None)


def sums_of(dossier: HouseholdDossier, names: tuple[str, ...]) -> Iterator[Sum]:
    """The yearly sums of a household in the order of the form."""
    for name in names:
        label = str(label_for_field(name, HouseholdDossier))
        yield Sum(label, getattr(dossier, name))


def verbs_of(dossier: HouseholdDossier, *, actor: Actor) -> list[Verb]:
    """What may be done with a file where it stands."""

    def address(name: str) -> str:
        return reverse("staff_assistance:dossier-verb", args=(dossier.pk, name))

    if dossier.state == DossierState.CLOSED:
        return [
            Verb(
                label="返困重开",
                url=address("reopen"),
                verdict=can_reopen_dossier(actor, dossier),
                form=ReasonForm(),
            )
        ]
    return [*_leaving_verbs(dossier, actor, address), *_family_verbs(dossier, actor)]


def _family_verbs(dossier: HouseholdDossier, actor: Actor) -> list[Verb]:
    if not dossier.members.filter(moved_out_on=None).exists():
        return []
    move_out = Verb(
        label="登记迁出",
        url=reverse("staff_assistance:dossier-verb", args=(dossier.pk, "move-out")),
        verdict=can_recheck_dossier(actor, dossier),
        effect="不再共同生活的成员迁出后，可以列入别的档案；收入和人口在复核时更正。",
        form=MoveOutForm(dossier),
    )
    return [move_out]


def _leaving_verbs(
    dossier: HouseholdDossier, actor: Actor, address: Callable[[str], str]
) -> list[Verb]:
    told = open_leaving(dossier)
    close = Verb(
        label="退出",
        url=address("close"),
        verdict=can_close_dossier(actor, dossier),
        tone="danger",
        form=CloseForm(initial={"exit_reason": told.exit_reason if told else "died"}),
    )
    if told is None:
        tell = Verb(
            label="告知拟退出",
            url=address("tell-leaving"),
            verdict=can_tell_leaving(actor, dossier),
            form=TellForm(),
        )
        return [tell, close]
    keep = Verb(
        label="保留在档",
        url=address("keep"),
        verdict=can_decide_leaving(actor, told),
        form=ReasonForm(),
    )
    hear = Verb(
        label="登记陈述",
        url=address("hear-leaving"),
        verdict=can_hear_leaving(actor, dossier),
        form=ReasonForm(),
    )
    return [keep, close] if told.heard_on else [hear, keep, close]
