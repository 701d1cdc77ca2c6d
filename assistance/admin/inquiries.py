"""Workers' questions on the staff site."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.inquiries import answer_inquiry
from assistance.forms.inquiry import AnswerForm
from assistance.permissions.inquiries import can_answer_inquiry
from assistance.queries.inquiries import inquiries_visible_to
from members.auth.staff import StaffPage
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt


class InquiryList(StaffPage):
    """Questions in reach: unanswered ones, or all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of questions."""
        rows = inquiries_visible_to(self.actor)
        if "all" not in request.GET:
            rows = rows.filter(answered_on=None)
        return self.page(
            "staff/inquiries.html",
            title="职工咨询",
            lines=keyset_page(request, rows),
            shows_all="all" in request.GET,
        )


class InquiryPage(StaffPage):
    """One question, its matter, and the way to answer it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the question."""
        inquiry = get_object_or_404(inquiries_visible_to(self.actor), pk=pk)
        verbs = [
            Verb(
                label="答复",
                url=reverse("staff_assistance:inquiry", args=(pk,)),
                verdict=can_answer_inquiry(self.actor, inquiry),
                tone="next",
                form=AnswerForm(),
            )
        ]
        return self.page(
            "staff/inquiry.html",
            title="职工咨询",
            inquiry=inquiry,
            verbs=arranged([] if inquiry.answered_on else verbs),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Answer it."""
        inquiry = get_object_or_404(inquiries_visible_to(self.actor), pk=pk)
        answer = request.POST.get("answer", "")
        attempt(
            request,
            lambda: answer_inquiry(
                inquiry_id=inquiry.pk, answer=answer, on=self.on, by=self.actor
            ),
            done="已答复，职工可在手机上看到。",
        )
        return redirect("staff_assistance:inquiry", pk=pk)
