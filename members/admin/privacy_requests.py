"""Requests about one's own data on the staff site: the list by due date, one request."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.actions.privacy_request import (
    endorse_deletion,
    grant_privacy_request,
    refuse_privacy_request,
)
from members.admin.base import Step
from members.admin.unions import take
from members.auth.looks import note_look
from members.auth.staff import StaffPage
from members.enums import CorrectedField, PrivacyRequestKind, PrivacyRequestState
from members.models import PrivacyRequest
from members.permissions.privacy import can_decide_privacy, can_endorse_privacy
from members.queries.filters import PrivacyRequestFilter
from members.queries.holdings import duties_of
from members.queries.privacy_request import privacy_requests_visible_to
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged
from unionportal.core.audit import history_of
from unionportal.core.masks import mask_id_number, mask_phone


class OpinionForm(forms.Form):
    opinion = forms.CharField(label=_("处理意见"), max_length=200)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("答复（本人会看到）"), max_length=200)


class PrivacyRequestList(StaffPage):
    """Requests in reach; open ones unless asked otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the filtered list."""
        chosen = PrivacyRequestFilter(
            request.GET, queryset=privacy_requests_visible_to(self.actor)
        )
        rows = chosen.qs.select_related("person", "organisation").defer(
            *("value", "said", "person__id_number", "person__phone")
        )
        return self.page(
            "staff/privacy_requests.html",
            title="个人信息请求",
            filter=chosen,
            lines=keyset_page(request, rows, latest_first=True),
        )


class PrivacyRequestPage(StaffPage):
    """One request: what is stated, what stands against it, the answer."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        asked = self.found(pk)
        note_look(request, "个人信息请求", asked.person_id)
        verbs = [
            Verb(
                label=step.label,
                url=reverse("staff_members:privacy-request-verb", args=(pk, step.name)),
                verdict=step.verdict,
                tone=step.tone,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(asked)
        ]
        return self.page(
            "staff/privacy_request.html",
            title="个人信息请求",
            asked=asked,
            stated=stated(asked),
            duties=duties_of(asked.person),
            verbs=arranged(verbs),
            history=history_of(asked)[:30],
        )

    def found(self, pk: int) -> PrivacyRequest:
        """The request in reach, else no such page."""
        rows = privacy_requests_visible_to(self.actor)
        return get_object_or_404(
            rows.select_related(
                "person__organisation", "organisation", "endorsed_by", "decided_by"
            ),
            pk=pk,
        )

    def steps(self, asked: PrivacyRequest) -> list[Step]:
        """What may be done while it is open."""
        common: dict[str, Any] = {
            "request_id": asked.pk,
            "on": self.on,
            "by": self.actor,
        }
        is_deletion = asked.kind == PrivacyRequestKind.DELETE
        may_decide = can_decide_privacy(self.actor, asked)
        steps = []
        if asked.state == PrivacyRequestState.SUBMITTED and is_deletion:
            steps.append(
                Step(
                    name="endorse",
                    label="提出处理意见",
                    verdict=can_endorse_privacy(self.actor, asked),
                    form=OpinionForm,
                    act=lambda entered: endorse_deletion(**common, **entered),
                    done="已提出意见，请另一人决定。",
                    tone="next",
                )
            )
        if asked.closed_on is None:
            steps += [
                Step(
                    name="grant",
                    label="同意并办理",
                    verdict=may_decide,
                    form=AnswerForm,
                    act=lambda entered: grant_privacy_request(**common, **entered),
                    done="已办理并告知本人。",
                    tone="danger" if is_deletion else "next",
                    effect="删除后不能恢复；依法须留的部分保留到期。"
                    if is_deletion
                    else "按本人所述更正登记。",
                ),
                Step(
                    name="refuse",
                    label="不同意",
                    verdict=may_decide,
                    form=AnswerForm,
                    act=lambda entered: refuse_privacy_request(**common, **entered),
                    done="已答复本人。",
                ),
            ]
        return steps


class PrivacyRequestVerb(PrivacyRequestPage):
    """Call the action behind a button, and go back."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went."""
        steps = {step.name: step for step in self.steps(self.found(pk))}
        if verb not in steps:
            raise Http404
        take(request, steps[verb])
        return redirect("staff_members:privacy-request", pk)


def stated(asked: PrivacyRequest) -> str:
    """What should stand there, masked where the field is a number."""
    masks = {CorrectedField.ID_NUMBER: mask_id_number, CorrectedField.PHONE: mask_phone}
    value = asked.value or ""
    mask = masks.get(CorrectedField(asked.field)) if asked.field else None
    return mask(value) if mask else value
