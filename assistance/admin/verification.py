"""Verification on the staff site: samples, the people drawn, their calls and findings."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.samples import give_back_sample_item
from assistance.actions.verification import (
    CallReport,
    correct_verification_call,
    end_finding,
    record_verification_call,
    show_phone,
)
from assistance.admin.search import offer_unions
from assistance.enums import (
    CallChannel,
    CallOutcome,
    FindingState,
    Resolution,
    SampleItemState,
)
from assistance.models import SampleItem, VerificationSample
from assistance.permissions.verification import can_end_finding, can_verify_item
from assistance.queries.filters import SampleItemFilter
from assistance.queries.rounds import rounds_visible_to
from assistance.queries.verification import (
    in_words,
    redraw_of,
    sample_items_visible_to,
    sample_report,
    strata_visible_to,
)
from assistance.rules.sampling import DEVIATES, TRIES, Precision
from members.auth.staff import StaffPage
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_phone
from unionportal.core.typed import record_key
from unionportal.core.verdict import Verdict, denied


class PrecisionForm(forms.Form):
    """How sure the sample shall be; shares in per cent."""

    confidence = forms.TypedChoiceField(
        label=_("置信水平"),
        choices=[(level, f"{level}%") for level in DEVIATES],
        coerce=int,
        initial=95,
    )
    margin = forms.DecimalField(
        label=_("允许误差（%）"),
        initial=3,
        min_value=0.01,
        max_value=99,
        max_digits=4,
        decimal_places=2,
    )
    expected_error = forms.DecimalField(
        label=_("预计差错率（%）"),
        initial=5,
        min_value=0.01,
        max_value=99,
        max_digits=4,
        decimal_places=2,
    )

    def precision(self) -> Precision:
        """What was chosen; refuses a form that cannot be read."""
        if not self.is_valid():
            raise Refusal("置信水平、允许误差或预计差错率填写有误，请检查。")
        chosen = self.cleaned_data
        return Precision(
            confidence=chosen["confidence"],
            margin=chosen["margin"] / 100,
            expected_error=chosen["expected_error"] / 100,
        )


class CallForm(forms.Form):
    """What came of a call or visit."""

    outcome = forms.ChoiceField(label=_("结果"), choices=CallOutcome.choices)
    channel = forms.ChoiceField(label=_("方式"), choices=CallChannel.choices)
    received_amount = forms.DecimalField(
        label=_("实收金额（元）"),
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text=_("只在“金额不符”时填"),
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=200,
        required=False,
        help_text=_("除“属实”“未联系上”外必填：本人怎么说"),
    )

    def report(self) -> CallReport:
        """What was written; refuses a form that cannot be read."""
        if not self.is_valid():
            raise Refusal("结果、方式、金额或说明填写有误，请检查。")
        chosen = self.cleaned_data
        return CallReport(
            CallChannel(chosen["channel"]),
            CallOutcome(chosen["outcome"]),
            chosen["received_amount"],
            chosen["note"],
        )


class FindingForm(forms.Form):
    """What came of a finding."""

    resolution = forms.ChoiceField(label=_("了结方式"), choices=Resolution.choices)
    note = forms.CharField(label=_("查处情况和依据"), max_length=200)


class SampleItemList(StaffPage):
    """People drawn in reach; for one round, for one verifier, or all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        chosen = chosen_items(request, self.actor)
        offer_unions(chosen, self.actor)
        number = record_key(request.GET.get("round", ""))
        return self.page(
            "staff/sample_items.html",
            title="抽样核查",
            filter=chosen,
            kept={"round": number} if number else {},
            lines=keyset_page(request, chosen.qs),
        )


class SamplePage(StaffPage):
    """The sample of a round: strata, what they say, and the draw once more."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it; with `redraw`, draw again from the seed and compare."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=pk)
        sample = VerificationSample.objects.filter(round=round_).first()
        if sample is None:
            raise Http404
        in_charge = self.actor.reaches(round_.organisation.path)
        report = sample_report(sample) if in_charge else None
        return self.page(
            "staff/sample.html",
            title=f"{round_.occasion}抽样核查",
            round=round_,
            sample=sample,
            margin=sample.margin * 100,
            expected_error=sample.expected_error * 100,
            report=report,
            words=in_words(report) if report else "",
            strata=strata_visible_to(sample, self.actor),
            tries=TRIES,
            redraw=redraw_of(sample) if "redraw" in request.GET else None,
        )


class SampleItemPage(StaffPage):
    """One person drawn: what was paid, what was said, what may be done."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it with the phone masked."""
        item = get_object_or_404(sample_items_visible_to(self.actor), pk=pk)
        findings = item.findings.select_related("ended_by").order_by("id")
        return self.page(
            "staff/sample_item.html",
            title=f"核查 {item.payment.claim.payee.name}",
            item=item,
            round=item.stratum.sample.round,
            phone=mask_phone(item.payment.claim.payee.phone or ""),
            calls=item.calls.select_related("verifier").order_by("number"),
            findings=findings,
            verbs=arranged(verbs_of(item, self.actor)),
            history=history_of(item)[:20],
        )


class SampleItemVerb(StaffPage):
    """A verb on a person drawn; each is one action."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the person."""
        item = get_object_or_404(sample_items_visible_to(self.actor), pk=pk)
        if verb == "phone":
            self.tell_phone(item)
        else:
            action, done = self.action_of(verb, item)
            attempt(request, action, done=done)
        return redirect("staff_assistance:sample-item", pk=pk)

    def tell_phone(self, item: SampleItem) -> None:
        """Say the number once; who asked is written down."""
        try:
            phone = show_phone(item_id=item.pk, on=self.on, by=self.actor)
        except Refusal as refusal:
            messages.error(self.request, str(refusal))
            return
        said = f"电话 {phone}" if phone else "没有登记电话，请上门走访"
        messages.info(self.request, f"{said}。本次查看已记录。")

    def action_of(
        self, verb: str, item: SampleItem
    ) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        common: dict[str, Any] = {"on": self.on, "by": self.actor}
        bound: dict[str, tuple[Callable[[], object], str]] = {
            "record": (
                lambda: record_verification_call(
                    item_id=item.pk,
                    report=CallForm(self.request.POST).report(),
                    **common,
                ),
                "已登记。",
            ),
            "correct": (lambda: self.correct(item), "已登记更正，原记录保留。"),
            "give-back": (
                lambda: give_back_sample_item(item_id=item.pk, **common),
                "已退还，由他人领取。",
            ),
            "end-finding": (lambda: self.end(item), "核查问题已了结。"),
        }
        if verb not in bound:
            raise Http404
        return bound[verb]

    def correct(self, item: SampleItem) -> object:
        """Correct the last record of the person."""
        last = item.calls.order_by("-number").first()
        return correct_verification_call(
            call_id=last.pk if last else 0,
            report=CallForm(self.request.POST).report(),
            on=self.on,
            by=self.actor,
        )

    def end(self, item: SampleItem) -> object:
        """End the finding that is open."""
        form = FindingForm(self.request.POST)
        finding = item.findings.filter(state=FindingState.OPENED).first()
        if finding is None or not form.is_valid():
            raise Refusal("没有待查处的问题，或了结方式、查处情况没有填写。")
        return end_finding(
            finding_id=finding.pk,
            resolution=Resolution(form.cleaned_data["resolution"]),
            note=form.cleaned_data["note"],
            on=self.on,
            by=self.actor,
        )


def chosen_items(request: HttpRequest, actor: Actor) -> SampleItemFilter:
    """The people drawn that the search row asks for; `mine` are the actor's own."""
    rows = sample_items_visible_to(actor)
    number = request.GET.get("round", "")
    if number.isdecimal() and len(number) < len(str(2**31)):
        rows = rows.filter(stratum__sample__round=int(number))
    if "mine" in request.GET:
        rows = rows.filter(verifier=actor.user_id)
    return SampleItemFilter(request.GET, queryset=rows)


def verbs_of(item: SampleItem, actor: Actor) -> list[Verb]:
    """What may be done with a person drawn, each with its verdict."""
    may = own(item, actor)

    def verb(name: str, label: str, verdict: Verdict, **more: Any) -> Verb:
        url = reverse("staff_assistance:sample-item-verb", args=(item.pk, name))
        return Verb(label=label, url=url, verdict=verdict, **more)

    verbs = []
    if item.state == SampleItemState.WAITING:
        verbs = [
            verb("record", "登记结果", may, tone="next", form=CallForm()),
            verb(
                "phone",
                "显示电话",
                may,
                effect="仅为本次核查显示完整号码，谁在何时查看会记录在案。",
            ),
            verb("give-back", "退还", may),
        ][: None if may else 1]
    elif item.state == SampleItemState.ANSWERED:
        verbs = [verb("correct", "更正记录", may, form=CallForm())]
    verbs += [
        verb(
            "end-finding",
            "了结核查问题",
            can_end_finding(actor, finding),
            tone="next",
            form=FindingForm(),
        )
        for finding in item.findings.filter(state=FindingState.OPENED).select_related(
            "call", "item__stratum__organisation"
        )
    ]
    return verbs


def own(item: SampleItem, actor: Actor) -> Verdict:
    """Whether the actor may verify it and has taken it."""
    verdict = can_verify_item(actor, item)
    if verdict and item.verifier_id != actor.user_id:
        return denied("这一户不在您领取的名单里；请先在轮次页面领取。")
    return verdict
