"""Payments and bank files on the staff site."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.payments import (
    end_payment,
    hold_payment,
    resume_payment,
    withdraw_payment,
)
from assistance.actions.returns import collect_returns, import_return
from assistance.admin.forms import EndForm, ReasonForm, ReturnFileForm
from assistance.admin.search import offer_unions
from assistance.enums import PaymentState
from assistance.models import Payment
from assistance.permissions.batches import can_import_return
from assistance.permissions.payments import (
    can_end_payment,
    can_hold_payment,
    can_resume_payment,
    can_withdraw_payment,
)
from assistance.queries.filters import BankFileFilter, PaymentFilter
from assistance.queries.payments import bank_files_visible_to, payments_visible_to
from assistance.queries.subjects import subject_name_of
from members.auth.staff import StaffPage
from members.queries.account import accounts_of
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.typed import record_key
from unionportal.core.verdict import Verdict

LINE_VERBS: dict[
    str, tuple[Callable[..., object], Callable[..., Verdict], str, str]
] = {
    "hold": (hold_payment, can_hold_payment, "暂缓", "已暂缓。"),
    "resume": (resume_payment, can_resume_payment, "恢复发放", "已恢复。"),
    "withdraw": (withdraw_payment, can_withdraw_payment, "撤下", "已撤下。"),
    "end": (end_payment, can_end_payment, "终止发放", "已终止。"),
}
NEAR: dict[str, tuple[str, ...]] = {
    PaymentState.PLANNED: ("hold", "withdraw"),
    PaymentState.HELD: ("resume", "withdraw"),
    PaymentState.RETURNED: ("end",),
}
LARGEST_RETURN = 64 * 1024 * 1024


class PaymentList(StaffPage):
    """Payments in reach, a page of keys at a time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the filtered list."""
        chosen = chosen_payments(request, self.actor)
        offer_unions(chosen, self.actor)
        number = record_key(request.GET.get("round", ""))
        return self.page(
            "staff/payments.html",
            title="发放记录",
            filter=chosen,
            kept={"round": number} if number else {},
            lines=keyset_page(request, chosen.qs, latest_first=True),
        )


class PaymentPage(StaffPage):
    """One payment: where it stands, to which account, and what may be done."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the payment with the payee's accounts and the trail."""
        payment = found(self.actor, pk)
        return self.page(
            "staff/payment.html",
            title=f"发放 {payment.reference}",
            payment=payment,
            accounts=accounts_of(payment.claim.payee),
            verbs=arranged(verbs_of(payment, actor=self.actor, on=self.on)),
            history=history_of(payment)[:20],
        )


class PaymentVerb(StaffPage):
    """Hold, resume, withdraw or end one line; the rest of the batch goes on."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the payment."""
        payment = found(self.actor, pk)
        if verb not in LINE_VERBS:
            raise Http404
        action, _may, _label, done = LINE_VERBS[verb]
        form = EndForm(request.POST) if verb == "end" else ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, "请填写理由。")
            return redirect("staff_assistance:payment", pk=pk)
        reason = form.cleaned_data["reason"]
        common: dict[str, Any] = {
            "payment_id": payment.pk,
            "by": self.actor,
            "on": self.on,
        }
        attempt(request, lambda: action(**common, reason=reason), done=done)
        return redirect("staff_assistance:payment", pk=pk)


class BankFileList(StaffPage):
    """Files exchanged with banks, and the way to bring one in by hand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of files, newest first; a refused one shows its problems line by line."""
        files = bank_files_visible_to(self.actor)
        chosen = BankFileFilter(request.GET, queryset=files)
        offer_unions(chosen, self.actor)
        return self.page(
            "staff/bank_files.html",
            title="银行文件",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
            verbs=arranged(self.verbs()),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Import one uploaded file, or collect what lies in the bank's folder."""
        form = ReturnFileForm(request.POST, request.FILES)
        if "file" in request.FILES and form.is_valid():
            upload = form.cleaned_data["file"]
            attempt(request, lambda: self.bring_in(upload), done="回盘文件已处理。")
        else:
            attempt(
                request,
                lambda: collect_returns(by=self.actor, on=self.on),
                done="已收取银行目录中的回盘文件。",
            )
        return redirect("staff_assistance:bank-files")

    def bring_in(self, upload: UploadedFile[bytes]) -> object:
        """Hand the bytes to the action; the largest file is one we would ever send."""
        return import_return(
            content=upload.read(LARGEST_RETURN),
            name=upload.name or "回盘文件",
            layout=None,
            by=self.actor,
            on=self.on,
        )

    def verbs(self) -> list[Verb]:
        """Two ways in: from a file, or from the bank's folder."""
        url = reverse("staff_assistance:bank-files")
        may = can_import_return(self.actor)
        return [
            Verb(label="导入回盘文件", url=url, verdict=may, form=ReturnFileForm()),
            Verb(label="收取银行目录", url=url, verdict=may),
        ]


def chosen_payments(request: HttpRequest, actor: Actor) -> PaymentFilter:
    """The payments that the search row asks for, of one round if one is named."""
    payments = payments_visible_to(actor).annotate(
        subject_name=subject_name_of("claim__")
    )
    number = record_key(request.GET.get("round", ""))
    if number:
        payments = payments.filter(batch__round_id=number)
    return PaymentFilter(request.GET, queryset=payments)


def found(actor: Actor, pk: int) -> Payment:
    """A payment in reach; another union's does not exist."""
    return get_object_or_404(
        payments_visible_to(actor).select_related(
            "batch__round__version__scheme", "batch__round__period"
        ),
        pk=pk,
    )


def verbs_of(payment: Payment, *, actor: Actor, on: date) -> list[Verb]:
    """What may be done with one line where it stands."""
    listed = []
    for name in NEAR.get(payment.state, ()):
        _action, may, label, _done = LINE_VERBS[name]
        listed.append(
            Verb(
                label=label,
                url=reverse("staff_assistance:payment-verb", args=(payment.pk, name)),
                verdict=may(actor, payment, on=on),
                tone="danger" if name in {"withdraw", "end"} else "plain",
                form=EndForm() if name == "end" else ReasonForm(),
            )
        )
    return listed
