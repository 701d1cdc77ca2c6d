"""What-ifs on the staff site: asked from a version's page, read, listed, taken away."""

from functools import partial
from typing import Any

from django import forms
from django.db.models import CharField, Expression, Subquery, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.what_ifs import WHAT_IF_JOB, WhatIfEntry, request_what_if
from assistance.admin.exports import ExportPage
from assistance.admin.round_work import pace_of
from assistance.admin.search import offer_unions
from assistance.enums import (
    ChangeKind,
    Direction,
    ExportedList,
    SchemeState,
    SubjectKind,
)
from assistance.forms.dossier import day_field
from assistance.models import FundSource, SchemeVersion, WhatIf, WhatIfChange
from assistance.queries.dossiers import dossier_number_of
from assistance.queries.filters import WhatIfChangeFilter
from assistance.queries.funds import fund_sources
from assistance.queries.populations import population_named
from assistance.queries.schemes import scheme_of, scheme_versions_visible_to
from assistance.queries.what_ifs import (
    changes_visible_to,
    counties_of_what_if,
    cut_line_of,
    free_of,
    kinds_of_what_if,
    totals_of_what_if,
    what_ifs_visible_to,
    whys_of_what_if,
    words_of_answers,
)
from assistance.rules.what_if import PRIORITIES_MOST
from members.auth.export import rows_of, words
from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal
from unionportal.core.jobs import latest_job
from unionportal.core.masks import mask_id_number, mask_name
from unionportal.core.models import Job
from unionportal.core.sheets import Field

PLACES = tuple(range(1, PRIORITIES_MOST + 1))


class WhatIfForm(forms.Form):
    """Against which version, for whom, on which day, for how much, who comes first."""

    before = forms.ModelChoiceField(
        label=_("与哪一版比较"), queryset=SchemeVersion.objects.none()
    )
    organisation = forms.ModelChoiceField(
        label=_("范围（本级及下级）"), queryset=Organisation.objects.none()
    )
    as_of = day_field(_("基准日"))
    funds = forms.ModelMultipleChoiceField(
        label=_("用哪些资金来源"),
        queryset=FundSource.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    cap = forms.DecimalField(
        label=_("预算上限（元，可不填）"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """With as many lines of the order of priority as a what-if may have."""
        super().__init__(*args, **kwargs)
        for place in PLACES:
            self.fields[f"expression_{place}"] = forms.CharField(
                label=f"优先次序第 {place} 项（规则语言的表达式）",
                max_length=500,
                required=False,
            )
            self.fields[f"direction_{place}"] = forms.ChoiceField(
                label=f"第 {place} 项谁在先",
                choices=Direction.choices,
                initial=Direction.ASCENDING,
                required=False,
            )

    def entry(self, after: SchemeVersion) -> WhatIfEntry:
        """What was filled in; a line without an expression does not count."""
        given = self.cleaned_data
        return WhatIfEntry(
            before_id=given["before"].pk,
            after_id=after.pk,
            organisation_id=given["organisation"].pk,
            as_of=given["as_of"],
            funds=[source.code for source in given["funds"]],
            cap=given["cap"],
            priorities=[
                {
                    "expression": given[f"expression_{place}"],
                    "direction": given[f"direction_{place}"] or Direction.ASCENDING,
                }
                for place in PLACES
                if given[f"expression_{place}"]
            ],
        )


class AskWhatIf(StaffPage):
    """Ask how a version would do against an earlier one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        return self.shown(self.version(pk), self.form(self.version(pk), None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask, or say what is wrong with the question."""
        version = self.version(pk)
        form = self.form(version, request.POST)
        if form.is_valid():
            try:
                made = request_what_if(
                    entry=form.entry(version), on=self.on, by=self.actor
                )
            except Refusal as refusal:
                known = refusal.field in form.fields
                form.add_error(refusal.field if known else None, str(refusal))
            else:
                return redirect("staff_assistance:what-if", pk=made.pk)
        return self.shown(version, form)

    def version(self, pk: int) -> SchemeVersion:
        """The version to be tried."""
        return get_object_or_404(scheme_versions_visible_to(self.actor), pk=pk)

    def form(self, version: SchemeVersion, given: QueryDict | None) -> WhatIfForm:
        """The form, with the published versions of the scheme and the unions in reach."""
        others = (
            scheme_versions_visible_to(self.actor)
            .filter(scheme=version.scheme_id)
            .exclude(state=SchemeState.DRAFT)
            .exclude(pk=version.pk)
        )
        unions = organisations_visible_to(self.actor).filter(depth__lte=3)
        sources = fund_sources()
        start = {
            "before": others.first(),
            "organisation": unions.first(),
            "as_of": self.on,
            "funds": sources.filter(code__in=scheme_of(version).funds),
        }
        form = WhatIfForm(given, initial=start)
        for name, rows in (
            ("before", others),
            ("organisation", unions),
            ("funds", sources),
        ):
            form.fields[name].queryset = rows  # type: ignore[attr-defined]
        return form

    def shown(self, version: SchemeVersion, form: WhatIfForm) -> HttpResponse:
        """Render the form under the name of the version."""
        return self.page(
            "staff/what_if_form.html",
            title=f"试算 · {version}",
            form=form,
            back=reverse("staff_assistance:scheme", args=(version.pk,)),
            submit="开始试算",
        )


class WhatIfList(StaffPage):
    """The what-ifs in reach, the latest first; of one version by `?version=`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        rows = what_ifs_visible_to(self.actor)
        version = request.GET.get("version", "")
        if version.isdecimal():
            rows = rows.filter(after=int(version))
        return self.page(
            "staff/what_ifs.html",
            title="方案试算",
            lines=keyset_page(request, rows, latest_first=True),
        )


class WhatIfPage(StaffPage):
    """What one comparison came to."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show its progress, or its result."""
        asked = get_object_or_404(what_ifs_visible_to(self.actor), pk=pk)
        job = job_of(asked)
        result = result_of(asked) if asked.is_finished else {}
        return self.page(
            "staff/what_if.html",
            title=str(asked),
            asked=asked,
            job=job,
            pace=pace_of(job),
            **result,
        )


class WhatIfProgress(StaffPage):
    """The progress bar alone, asked every two seconds."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the bar; when the work is over, let the whole page be read again."""
        asked = get_object_or_404(what_ifs_visible_to(self.actor), pk=pk)
        job = job_of(asked)
        answer = self.page(
            "staff/_what_if_progress.html",
            title="",
            asked=asked,
            job=job,
            pace=pace_of(job),
        )
        if job is None or not job.is_live:
            answer["HX-Refresh"] = "true"
        return answer


class WhatIfChanges(StaffPage):
    """Who would gain, lose, come in or fall out, a page of keys at a time."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a page of the filtered list."""
        asked = get_object_or_404(what_ifs_visible_to(self.actor), pk=pk)
        chosen = chosen_changes(request, asked, self.actor)
        offer_unions(chosen, self.actor)
        lines = keyset_page(request, chosen.qs)
        why = words_of_answers(asked)
        return self.page(
            "staff/what_if_changes.html",
            title=f"变动名单 · {asked}",
            asked=asked,
            filter=chosen,
            kept={},
            lines=lines,
            rows=[
                (
                    row,
                    name_of(row.payee),
                    said(why, "before", row),
                    said(why, "after", row),
                )
                for row in lines.rows
            ],
        )


class WhatIfExport(ExportPage):
    """The changes that the search row asks for."""

    is_personal = True

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        asked = get_object_or_404(what_ifs_visible_to(self.actor), pk=keys["pk"])
        chosen = rows_of(chosen_changes(self.request, asked, self.actor))
        rows = chosen.annotate(dossier_number=file_number_in(asked))
        what = ExportedList.WHAT_IF
        self.write_down(what, asked, rows.count())
        self.disclose(str(what.label), rows.values_list("payee_id"))
        return self.list_of(what, change_fields(asked), rows, str(asked))

    def back(self, **keys: int) -> str:
        """The list of changes."""
        return reverse("staff_assistance:what-if-changes", args=(keys["pk"],))


def job_of(asked: WhatIf) -> Job | None:
    """The work behind a what-if, until it is finished."""
    if asked.is_finished:
        return None
    return latest_job(kind=WHAT_IF_JOB, key=f"what-if-{asked.pk}")


def result_of(asked: WhatIf) -> dict[str, Any]:
    """Everything the page of a finished what-if shows."""
    totals = totals_of_what_if(asked)
    free = free_of(asked)
    cost = totals.funded_amount
    return {
        "totals": totals,
        "kinds": kinds_of_what_if(asked),
        "whys": whys_of_what_if(asked),
        "counties": counties_of_what_if(asked),
        "cut_line": cut_line_of(asked, totals),
        "free": free,
        "left": free - cost,
        "short": max(cost - free, 0),
        "priorities": [
            (one["expression"], Direction(one["direction"]).label)
            for one in asked.priorities
        ],
    }


def chosen_changes(
    request: HttpRequest, asked: WhatIf, actor: Actor
) -> WhatIfChangeFilter:
    """The changes of a what-if that the search row asks for, in the actor's reach."""
    rows = changes_visible_to(actor).filter(what_if=asked)
    rows = rows.annotate(dossier_number=file_number_in(asked))
    return WhatIfChangeFilter(request.GET, queryset=rows)


def file_number_in(asked: WhatIf) -> Expression | Subquery:
    """The number of each change's file; none where the scheme is about people."""
    population = population_named(scheme_of(asked.before).population)
    if population.subject_kind != SubjectKind.HOUSEHOLD:
        return Value(None, output_field=CharField())
    return dossier_number_of("subject_id")


def name_of(payee: Any) -> str:  # noqa: ANN401 - a person, or nobody
    """A masked name; empty where nobody is paid."""
    return mask_name(payee.name) if payee else ""


def said(why: words_of_answers, side: str, row: WhatIfChange) -> str:
    """The answer of one side in words."""
    return why(side, vars(row))


def change_fields(asked: WhatIf) -> tuple[Field, ...]:
    """The columns of the list that leaves the portal; names and numbers masked."""
    why = words_of_answers(asked)

    def answer(side: str, outcome: str, clause: str, missing: str) -> str:
        names = (f"{side}_outcome", f"{side}_clause", f"{side}_missing_fact")
        return why(side, dict(zip(names, (outcome, clause, missing), strict=True)))

    def masked(id_number: str | None) -> str:
        return mask_id_number(id_number) if id_number else ""

    def masked_name(name: str | None) -> str:
        return mask_name(name) if name else ""

    def columns(side: str, title: str) -> tuple[Field, ...]:
        sources = (f"{side}_outcome", f"{side}_clause", f"{side}_missing_fact")
        return (
            Field(f"{title}结论和理由", sources, partial(answer, side), width=32),
            Field(f"{title}金额（元）", f"{side}_amount", kind="yuan"),
        )

    return (
        Field("发放工会", "organisation__name", width=24),
        Field("档案编号", "dossier_number", width=20),
        Field("姓名", "payee__name", masked_name, width=10),
        Field("身份证号", "payee__id_number", masked, width=20),
        Field("变动", "change", words(ChangeKind).__getitem__, width=10),
        *columns("before", "旧版"),
        *columns("after", "新版"),
        Field("次序", "place", kind="count"),
        Field("超出预算", "is_cut", lambda cut: "是" if cut else ""),
    )
