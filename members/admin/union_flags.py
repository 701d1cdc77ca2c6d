"""Flags of censuses on the staff site: the list to work through, and one flag."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.actions.census import request_census
from members.actions.dissolution import publish_dissolution_notice
from members.actions.union_flag import (
    accept_explanation,
    close_with_union,
    explain_flag,
    look_at_flag_paper,
    repair_flag,
    return_explanation,
)
from members.admin.base import Step
from members.admin.forms import day_field
from members.admin.union_forms import required_union
from members.admin.unions import take
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from members.forms.objection import ManyFilesField, ManyFilesInput
from members.models import FlagPaper, UnionFlag
from members.permissions.census import (
    can_answer_flag,
    can_judge_explanation,
    can_look_at_flag_paper,
)
from members.permissions.notices import can_publish_notice
from members.queries.union_flag import (
    flag_counts,
    flag_filter,
    flags_visible_to,
    papers_of,
    why_flagged,
)
from members.workflow import FLAG
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.papers import handed_out
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.typed import record_key
from unionportal.core.uploads.evidence import read_evidence


class PapersForm(forms.Form):
    papers = ManyFilesField(
        label=_("佐证材料"),
        required=False,
        widget=ManyFilesInput(
            attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}
        ),
        help_text=_("最多 3 个，每个不超过 5 MB，JPG、PNG 或 PDF。"),
    )


class AnswerForm(PapersForm):
    answer = forms.CharField(
        label=_("整改或说明（写明依据、文号）"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("answer", "papers")


class UntilForm(forms.Form):
    until = day_field(_("说明有效至"))


class ReturnForm(forms.Form):
    reason = forms.CharField(label=_("退回原因"), max_length=200)


class FlagList(WithTree):
    """Flags in reach, how many of each kind are open, and the census itself."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = flag_filter(self.actor, request.GET, on=self.on)
        return self.page(
            "staff/flags.html",
            title="普查问题",
            filter=chosen,
            counts=flag_counts(self.actor, self.chosen()),
            lines=keyset_page(request, chosen.qs),
            publishing=self.publishing(),
            **self.tree(),
        )

    def publishing(self) -> dict[str, object] | None:
        """The public notice that the union chosen in the tree may give."""
        union = self.chosen()
        if union is None:
            return None
        return {"union": union, "verdict": can_publish_notice(self.actor, union)}


class DissolutionStart(StaffPage):
    """Put the unions that are so on paper only under public notice."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Publish the list of the chosen union, and go to the notice."""
        try:
            made = publish_dissolution_notice(
                organisation_id=required_union(
                    self.actor, request.POST.get("code", ""), "code"
                ),
                working_days=record_key(request.POST.get("working_days", "")),
                on=self.on,
                by=self.actor,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("staff_members:flags")
        messages.success(request, f"已公示 {made.line_count} 家，{made.ends_on} 期满。")
        return redirect("admin:members_notice_change", made.pk)


class CensusStart(StaffPage):
    """Ask for a census of a union and all below it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Write the job down; the list fills when it has run."""
        attempt(
            request,
            lambda: request_census(
                organisation_id=required_union(
                    self.actor, request.POST.get("code", ""), "code"
                ),
                on=self.on,
                by=self.actor,
            ),
            done="普查已开始，完成后刷新本页。",
        )
        return redirect("staff_members:flags")


class FlagPage(StaffPage):
    """One flag: the facts seen, why it shows, what was answered."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        del request
        flag = self.found(pk)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:flag-verb", args=(pk, step.name)),
                verdict=step.verdict,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(flag)
        ]
        return self.page(
            "staff/flag.html",
            title=flag.title,
            flag=flag,
            why=why_flagged(flag),
            papers=papers_of(flag),
            may_look=can_look_at_flag_paper(self.actor, flag),
            verbs=arranged(verbs),
            history=history_of(flag)[:30],
        )

    def found(self, pk: int) -> UnionFlag:
        """The flag in reach, else no such page."""
        return get_object_or_404(flags_visible_to(self.actor), pk=pk)

    def steps(self, flag: UnionFlag) -> Sequence[Step]:
        """What its state lets people do."""
        common: dict[str, Any] = {"flag_id": flag.pk, "on": self.on, "by": self.actor}
        mine, judge = (
            can_answer_flag(self.actor, flag),
            can_judge_explanation(self.actor, flag),
        )
        offered = (
            ("repair", mine, self.handed_in(AnswerForm), repair_flag, ""),
            (
                *("explain", mine, self.handed_in(AnswerForm), explain_flag),
                "由上级工会另一人复核；没有佐证材料的说明不能认可。",
            ),
            ("accept", judge, UntilForm, accept_explanation, ""),
            ("return", judge, ReturnForm, return_explanation, ""),
            (
                *("dissolve", mine, self.handed_in(PapersForm), close_with_union),
                "工会须已在其页面办理注销或并入。",
            ),
        )
        possible = FLAG.actions_from(flag.state)
        return [
            Step(
                name=name,
                label=FLAG.action_label(name),
                verdict=verdict,
                form=form,
                act=partial(_act, act, common),
                done="已登记。",
                effect=effect,
            )
            for name, verdict, form, act, effect in offered
            if name in possible
        ]

    def handed_in(self, form: type[PapersForm]) -> Callable[..., PapersForm]:
        """The form with the files that came with this request, if any did."""
        return partial(form, files=self.request.FILES or None)


def _act(
    act: Callable[..., UnionFlag], common: dict[str, Any], entered: dict[str, Any]
) -> UnionFlag:
    if "papers" in entered:
        files = [(one.name, one.read()) for one in entered.pop("papers")]
        entered["papers"] = read_evidence(files)
    return act(**entered, **common)


class FlagPaperFile(FlagPage):
    """One paper of an answer; who took it is written down."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Hand the file out."""
        paper = get_object_or_404(FlagPaper.objects.defer("content"), pk=pk)
        flag = self.found(paper.flag_id)
        try:
            content = look_at_flag_paper(paper_id=pk, on=self.on, by=self.actor)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("staff_members:flag", pk=flag.pk)
        return handed_out(paper, content)


class FlagVerb(FlagPage):
    """Call the action behind a button, and go back to the flag."""

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
        return redirect("staff_members:flag", pk=pk)
