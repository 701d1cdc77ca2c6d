"""Periods and fund sources on the staff site: listed for all, entered at the top."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.code_rows import (
    PeriodEntry,
    SourceEntry,
    save_fund_source,
    save_period,
)
from assistance.enums import FileLevel
from assistance.permissions.funds import can_keep_code_rows
from assistance.queries.funds import fund_sources
from assistance.queries.rounds import periods_on_record
from members.auth.staff import StaffPage
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.errors import Refusal

SMALL_LETTERS = _("小写字母、数字、连字符；已有的代码即更正")


class PeriodForm(forms.Form):
    """When a round is for."""

    code = forms.CharField(label=_("代码"), max_length=20, help_text=SMALL_LETTERS)
    title = forms.CharField(label=_("名称"), max_length=40)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    starts_on = forms.DateField(
        label=_("开始"), widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=_("结束"), widget=forms.DateInput(attrs={"type": "date"})
    )


class SourceForm(forms.Form):
    """Where money comes from, and which files it may serve."""

    code = forms.CharField(label=_("代码"), max_length=24, help_text=SMALL_LETTERS)
    name = forms.CharField(label=_("名称"), max_length=60)
    basis = forms.CharField(label=_("依据（文号）"), max_length=200)
    file_levels = forms.MultipleChoiceField(
        label=_("限用档案级别"),
        choices=FileLevel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("都不选即各级档案都可用"),
    )


class PeriodList(StaffPage):
    """The periods there are, and the way to enter one."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show them, the latest first."""
        return self.page(
            "staff/periods.html",
            title="期次",
            periods=periods_on_record(),
            verbs=arranged([_enter("登记期次", "periods", PeriodForm(), self)]),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Enter or correct one, or say why not."""
        form = PeriodForm(request.POST)
        attempt(
            request,
            lambda: save_period(
                entry=PeriodEntry(**_filled(form)), by=self.actor, on=self.on
            ),
            done="期次已登记。",
        )
        return redirect("staff_assistance:periods")


class SourceList(StaffPage):
    """The sources there are, and the way to enter one."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show them in the order they were set up."""
        labels = dict(FileLevel.choices)
        sources = [
            (source, "、".join(str(labels[level]) for level in source.file_levels))
            for source in fund_sources()
        ]
        return self.page(
            "staff/fund_sources.html",
            title="资金来源",
            sources=sources,
            verbs=arranged(
                [_enter("登记资金来源", "fund-sources", SourceForm(), self)]
            ),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Enter or correct one, or say why not."""
        form = SourceForm(request.POST)
        attempt(
            request,
            lambda: save_fund_source(
                entry=SourceEntry(**_filled(form)), by=self.actor, on=self.on
            ),
            done="资金来源已登记。",
        )
        return redirect("staff_assistance:fund-sources")


def _enter(label: str, name: str, form: forms.Form, page: StaffPage) -> Verb:
    return Verb(
        label=label,
        url=reverse(f"staff_assistance:{name}"),
        verdict=can_keep_code_rows(page.actor),
        form=form,
    )


def _filled(form: forms.Form) -> dict[str, Any]:
    """What was filled in; refuses naming the field that is not right."""
    if form.is_valid():
        return form.cleaned_data
    name, sentences = next(iter(form.errors.items()))
    raise Refusal(f"{form[name].label}：{sentences[0]}", field=name)
