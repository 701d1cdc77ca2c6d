"""The staff's own flags: the list, writing one, its trial, its approval, its end."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.actions.own_flag import (
    LONGEST_ANSWER,
    LONGEST_CONDITION,
    OwnFlagEntry,
    approve_own_flag,
    refuse_own_flag,
    try_own_flag,
    withdraw_own_flag,
    write_own_flag,
)
from members.admin.base import Step
from members.admin.union_forms import required_union
from members.admin.unions import take
from members.auth.staff import StaffPage
from members.enums import OwnFlagState
from members.models import OwnFlag
from members.permissions.census import (
    can_decide_own_flag,
    can_withdraw_own_flag,
    can_write_own_flag,
)
from members.queries.census import unreadable
from members.queries.census_facts import CENSUS_SHEET
from members.queries.own_flag import (
    OwnFlagFilter,
    first_of_trial,
    own_flags_visible_to,
)
from members.workflow import OWN_FLAG
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.facts import fact_sheet
from unionportal.core.formula.declare import FACT_TYPE_LABELS

_LINES = forms.Textarea(attrs={"rows": 3})


class EndForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200)


class OwnFlagForm(forms.Form):
    under = forms.CharField(
        label=_("工会代码"),
        max_length=18,
        help_text=_("对这个工会及其下级有效。"),
    )
    code = forms.CharField(
        label=_("问题代码"),
        max_length=30,
        help_text=_("小写字母、数字、下划线，如 no_activity_room。"),
    )
    title = forms.CharField(label=_("问题名称"), max_length=60)
    condition = forms.CharField(
        label=_("条件"),
        max_length=LONGEST_CONDITION,
        widget=_LINES,
        help_text=_("用规则语言写，如：会员人数 > 0 and not 有独立账户。"),
    )
    document = forms.CharField(label=_("依据文件（名称、文号）"), max_length=200)
    days = forms.IntegerField(
        label=_("整改天数"), min_value=1, max_value=LONGEST_ANSWER, initial=90
    )
    hit = forms.CharField(
        label=_("命中的例子"),
        widget=_LINES,
        max_length=1000,
        help_text=_("一行一个：事实=值，如 会员人数=12；缺这项的写 会员人数=不明。"),
    )
    miss = forms.CharField(label=_("不命中的例子"), widget=_LINES, max_length=1000)


class OwnFlagList(StaffPage):
    """Own flags of the reach, and those from above that hold here."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        rows = own_flags_visible_to(self.actor)
        chosen = OwnFlagFilter(request.GET, queryset=rows)
        return self.page(
            "staff/own_flags.html",
            title="自定普查问题",
            filter=chosen,
            lines=keyset_page(request, chosen.qs),
        )


class OwnFlagNew(StaffPage):
    """Write a flag."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form and the facts there are."""
        del request
        return self._form(OwnFlagForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Write it down, or say at which field, line and column it is refused."""
        form = OwnFlagForm(request.POST)
        if not form.is_valid():
            return self._form(form)
        entered = dict(form.cleaned_data)
        try:
            union_id = required_union(self.actor, entered.pop("under"), "under")
            entry = OwnFlagEntry(organisation_id=union_id, **entered)
            made = write_own_flag(entry=entry, on=self.on, by=self.actor)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
            return self._form(form)
        return redirect("staff_members:own-flag", pk=made.pk)

    def _form(self, form: OwnFlagForm) -> HttpResponse:
        return self.page(
            "staff/own_flag_form.html",
            title="编写自定普查问题",
            form=form,
            submit="保存，待试查和审核",
            back=reverse("staff_members:own-flags"),
            facts=[
                (fact, FACT_TYPE_LABELS[fact.type])
                for fact in fact_sheet(CENSUS_SHEET).declarations
            ],
        )


class OwnFlagPage(StaffPage):
    """One flag: its words, its examples, what its trial found, who approved it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        del request
        flag = self.found(pk)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:own-flag-verb", args=(pk, step.name)),
                verdict=step.verdict,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(flag)
        ]
        return self.page(
            "staff/own_flag.html",
            title=flag.title,
            flag=flag,
            set_aside=unreadable(flag),
            first=first_of_trial(self.actor, flag.tried_first),
            verbs=arranged(verbs),
            history=history_of(flag)[:30],
        )

    def found(self, pk: int) -> OwnFlag:
        """The flag the actor may see, else no such page."""
        return get_object_or_404(own_flags_visible_to(self.actor), pk=pk)

    def steps(self, flag: OwnFlag) -> Sequence[Step]:
        """What its state lets people do."""
        decide = can_decide_own_flag(self.actor, flag)
        write = can_write_own_flag(self.actor, flag.organisation)
        end = can_withdraw_own_flag(self.actor, flag)
        effect = "从下一次普查起，对该工会及下级有效；写定的内容不能再改。"
        offered = (
            ("approve", decide, None, approve_own_flag, effect),
            ("refuse", decide, EndForm, refuse_own_flag, ""),
            ("withdraw", end, EndForm, withdraw_own_flag, ""),
        )
        possible = OWN_FLAG.actions_from(flag.state)
        moves = [
            self._step(flag, name, verdict, form, act, effect)
            for name, verdict, form, act, effect in offered
            if name in possible
        ]
        if flag.state != OwnFlagState.WAITING:
            return moves
        may_try = write if write or not decide else decide
        effect = "按今天的登记数一遍，不给任何工会记问题。"
        return [self._step(flag, "try", may_try, None, try_own_flag, effect), *moves]

    def _step(self, flag: OwnFlag, name: str, *told: Any) -> Step:
        verdict, form, act, effect = told
        common: dict[str, Any] = {"flag_id": flag.pk, "on": self.on, "by": self.actor}
        return Step(
            name=name,
            label="试查" if name == "try" else OWN_FLAG.action_label(name),
            verdict=verdict,
            form=form,
            act=partial(_act, act, common),
            done="已试查，结果见本页。" if name == "try" else "已登记。",
            effect=effect,
        )


def _act(
    act: Callable[..., OwnFlag], common: dict[str, Any], entered: dict[str, Any]
) -> OwnFlag:
    return act(**entered, **common)


class OwnFlagVerb(OwnFlagPage):
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
        return redirect("staff_members:own-flag", pk=pk)
