"""Determinations on the staff site: a keyset list, and why one came out as it did."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.determinations import decide_amount
from assistance.admin.forms import AmountForm
from assistance.admin.paper_links import ANSWER_FORMS, forms_of
from assistance.admin.search import leave_out, offer, offer_unions
from assistance.enums import DossierState, Outcome, RoundState, SubjectKind
from assistance.models import Determination, Round
from assistance.permissions.determinations import can_decide_amount
from assistance.queries.determinations import (
    determinations_visible_to,
    explanation_of,
)
from assistance.queries.dossiers import dossiers_visible_to
from assistance.queries.filters import DeterminationFilter
from assistance.queries.payments import payments_visible_to
from assistance.queries.rounds import population_of, rounds_visible_to
from assistance.queries.schemes import scheme_of
from assistance.queries.subjects import subject_name_of, subject_names
from assistance.rules.answers import fact_name, reason_title
from assistance.rules.quota import QUOTA_CLAUSE, QUOTA_TITLE
from assistance.rules.stacking import STACKED_CLAUSE, STACKED_TITLE
from members.auth.staff import StaffPage
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.typed import record_key
from unionportal.core.verdict import denied


class DeterminationList(StaffPage):
    """The answers of one round, a page of keys at a time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page; without a round there is nothing to list."""
        round_ = round_asked(request, self.actor)
        chosen = chosen_determinations(request, round_, self.actor)
        words = population_of(round_).sheet.vocabulary
        clauses = scheme_of(round_.version).ruling.clauses
        leave_out(chosen, "is_current")
        beside = [(STACKED_CLAUSE, STACKED_TITLE), (QUOTA_CLAUSE, QUOTA_TITLE)]
        offer(chosen, "clause", [(one.code, one.title) for one in clauses] + beside)
        offer(chosen, "missing_fact", [(key, one.name) for key, one in words.items()])
        offer_unions(chosen, self.actor, name="organisation")
        return self.page(
            "staff/determinations.html",
            title=f"认定清单 · {round_}",
            round=round_,
            filter=chosen,
            kept={"round": round_.pk},
            lines=(lines := keyset_page(request, chosen.qs)),
            rows=with_reasons(round_, lines.rows),
        )


class DeterminationPage(StaffPage):
    """One answer: each clause with the values seen, the amount, and what followed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the explanation, the payments and the trail."""
        determination = found(self.actor, pk)
        return self.page(
            "staff/determination.html",
            title=f"认定 {determination.pk}",
            determination=determination,
            round=determination.round,
            explanation=explanation_of(determination),
            dossier=dossiers_visible_to(self.actor)
            .filter(**_file_of(determination))
            .select_related("principal", "organisation")
            .first(),
            subject=subject_names([determination]).get(determination.subject_id, ""),
            payments=payments_visible_to(self.actor).filter(
                year=determination.year,
                claim__determination_id=determination.pk,
            ),
            verbs=arranged([amount_verb(determination, actor=self.actor)])
            if determination.outcome == Outcome.ELIGIBLE
            else arranged([]),
            papers_to_print=forms_of("determination", pk, *ANSWER_FORMS)
            if determination.payee_id
            else [],
            history=history_of(determination)[:20],
        )


def _file_of(determination: Determination) -> dict[str, object]:
    """The household's own file; for a person that of whoever is paid for him."""
    if determination.subject_kind == SubjectKind.HOUSEHOLD:
        return {"pk": determination.subject_id}
    return {"principal": determination.payee_id, "state": DossierState.ON_FILE}


class DecideAmount(StaffPage):
    """The one verb on a determination: decide another amount, with a reason."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Decide, or say what was wrong with the form."""
        determination = found(self.actor, pk)
        form = AmountForm(request.POST)
        if not form.is_valid():
            return self.page(
                "staff/refused_form.html",
                title="核定金额",
                form=form,
                back=reverse("staff_assistance:determination", args=(pk,)),
            )
        attempt(
            request,
            lambda: decide_amount(
                determination_id=determination.pk,
                **form.cleaned_data,
                on=self.on,
                by=self.actor,
            ),
            done="已核定金额。",
        )
        return redirect("staff_assistance:determination", pk=pk)


def round_asked(request: HttpRequest, actor: Actor) -> Round:
    """The round in the query of a list of answers; without one there is no list."""
    number = record_key(request.GET.get("round", ""))
    return get_object_or_404(rounds_visible_to(actor), pk=number)


def chosen_determinations(
    request: HttpRequest, round_: Round, actor: Actor
) -> DeterminationFilter:
    """The answers of a round that stand and that the search row asks for."""
    return DeterminationFilter(
        request.GET,
        queryset=determinations_visible_to(actor)
        .filter(year=round_.year, round=round_, superseded_by=None)
        .annotate(subject_name=subject_name_of()),
    )


def found(actor: Actor, pk: int) -> Determination:
    """A determination in reach; another union's does not exist."""
    return get_object_or_404(
        determinations_visible_to(actor).select_related(
            "round__version__scheme", "round__period", "round__organisation"
        ),
        pk=pk,
    )


def with_reasons(
    round_: Round, rows: list[Determination]
) -> list[tuple[Determination, str]]:
    """Each answer with what refused it or what it lacks, in words."""
    scheme = scheme_of(round_.version)
    words = population_of(round_).sheet.vocabulary
    return [
        (
            row,
            fact_name(words, row.missing_fact)
            if row.missing_fact
            else reason_title(scheme, row.clause)
            if row.clause
            else "",
        )
        for row in rows
    ]


def amount_verb(determination: Determination, *, actor: Actor) -> Verb:
    """The button that decides another amount; closed once the list is published."""
    verdict = can_decide_amount(actor, determination)
    if verdict and determination.round.state != RoundState.COMPUTED:
        verdict = denied("名单公示之后金额不再调整。")
    return Verb(
        label="核定金额",
        url=reverse("staff_assistance:decide-amount", args=(determination.pk,)),
        verdict=verdict,
        form=AmountForm(initial={"amount": determination.decided_amount}),
    )
