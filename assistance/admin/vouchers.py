"""Accounting vouchers on the staff site: what is drawn, its number, the subjects."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.vouchers import (
    SubjectWish,
    number_accounting_voucher,
    set_subject_codes,
    unnumber_accounting_voucher,
    void_accounting_voucher,
)
from assistance.admin.forms import ReasonForm
from assistance.admin.search import offer_unions
from assistance.enums import AccountingVoucherState
from assistance.models import AccountingVoucher
from assistance.permissions.vouchers import (
    can_number_voucher,
    can_set_subject_codes,
    can_unnumber_voucher,
    can_void_voucher,
)
from assistance.queries.filters import VoucherFilter
from assistance.queries.paying_accounts import paying_unions_visible_to
from assistance.queries.voucher_documents import summary_of
from assistance.queries.vouchers import subjects_of, vouchers_visible_to
from members.auth.staff import StaffPage
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

NEAR: dict[str, tuple[str, ...]] = {
    AccountingVoucherState.DRAWN: ("number", "void"),
    AccountingVoucherState.NUMBERED: ("unnumber",),
    AccountingVoucherState.VOID: (),
}


class NumberForm(forms.Form):
    """The number that the union's accounts gave."""

    number = forms.CharField(
        label=_("凭证字号"), max_length=40, help_text=_("例如“记-12”")
    )


def chosen_vouchers(request: HttpRequest, actor: Actor) -> VoucherFilter:
    """What the search row asks for, of the vouchers in reach."""
    return VoucherFilter(request.GET, queryset=vouchers_visible_to(actor))


class VoucherList(StaffPage):
    """Vouchers in reach; those without a number wait for the accounts."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        chosen = chosen_vouchers(request, self.actor)
        offer_unions(chosen, self.actor)
        return self.page(
            "staff/vouchers.html",
            title="记账凭证",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
        )


class VoucherPage(StaffPage):
    """One voucher: its lines, the batch behind it, and what may be done now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        voucher = found(self, pk)
        return self.page(
            "staff/voucher.html",
            title=f"记账凭证 {voucher}",
            voucher=voucher,
            summary=summary_of(voucher),
            verbs=arranged(
                [_verb(voucher, name, self) for name in NEAR[voucher.state]]
            ),
            history=history_of(voucher)[:30],
        )


class VoucherVerb(StaffPage):
    """A verb on a voucher; each is one action."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the voucher."""
        action, done = self.action_of(verb, found(self, pk))
        attempt(request, action, done=done)
        return redirect("staff_assistance:voucher", pk=pk)

    def action_of(
        self, verb: str, voucher: AccountingVoucher
    ) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        asked: dict[str, Any] = {
            "voucher_id": voucher.pk,
            "by": self.actor,
            "on": self.on,
        }
        if verb == "number":
            number = self.request.POST.get("number", "")
            return (
                lambda: number_accounting_voucher(**asked, number=number),
                "已登记凭证字号。",
            )
        reason = self.request.POST.get("reason", "")
        if verb == "unnumber":
            return (
                lambda: unnumber_accounting_voucher(**asked, reason=reason),
                "已撤回凭证字号，可以重新登记。",
            )
        if verb != "void":
            raise Http404
        return (
            lambda: void_accounting_voucher(**asked, reason=reason),
            "已作废；到账金额可以重新开具凭证。",
        )


class SubjectCodes(StaffPage):
    """The subjects of a union, its own and those it has from above."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Show them as a form."""
        return self.shown(self.union(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Set them, or say why not."""
        union = self.union(pk)
        try:
            set_subject_codes(
                organisation_id=pk,
                wishes=self.wishes(union),
                by=self.actor,
                on=self.on,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self.shown(union)
        messages.success(request, f"{union.short_name}的会计科目已设置。")
        return redirect("staff_assistance:subject-codes", pk=pk)

    def union(self, pk: int) -> Organisation:
        """A union in reach that may pay; another one does not exist."""
        return get_object_or_404(self.unions(), pk=pk)

    def unions(self) -> QuerySet[Organisation]:
        """The unions in reach that pay."""
        return paying_unions_visible_to(self.actor)

    def wishes(self, union: Organisation) -> list[SubjectWish]:
        """A wish for each subject there is."""
        post = self.request.POST
        keys = [one.source.pk if one.source else None for one in subjects_of(union)]
        return [
            SubjectWish(
                key, post.get(f"code-{key or 0}", ""), post.get(f"name-{key or 0}", "")
            )
            for key in keys
        ]

    def shown(self, union: Organisation) -> HttpResponse:
        """Render the form: what is the union's own stands in the fields."""
        post = self.request.POST
        rows = []
        for one in subjects_of(union):
            key = one.source.pk if one.source else 0
            is_own = one.set_at is not None and one.set_at.pk == union.pk
            rows.append(
                {
                    "key": key,
                    "subject": one,
                    "code": post.get(f"code-{key}", one.code if is_own else ""),
                    "name": post.get(f"name-{key}", one.name if is_own else ""),
                    "from_above": None if is_own else one.set_at,
                }
            )
        return self.page(
            "staff/subject_codes.html",
            title=f"{union.short_name}的会计科目",
            union=union,
            rows=rows,
            verdict=can_set_subject_codes(self.actor, union),
            back=reverse("staff_assistance:paying-account", args=(union.pk,)),
        )


def found(page: StaffPage, pk: int) -> AccountingVoucher:
    """A voucher in reach; another union's does not exist."""
    return get_object_or_404(vouchers_visible_to(page.actor), pk=pk)


def _verb(voucher: AccountingVoucher, name: str, page: StaffPage) -> Verb:
    url = reverse("staff_assistance:voucher-verb", args=(voucher.pk, name))
    if name == "number":
        return Verb(
            label="登记凭证字号",
            url=url,
            verdict=can_number_voucher(page.actor, voucher),
            tone="next",
            form=NumberForm(),
        )
    if name == "unnumber":
        verdict = can_unnumber_voucher(page.actor, voucher)
        return Verb(label="撤回凭证字号", url=url, verdict=verdict, form=ReasonForm())
    return Verb(
        label="作废",
        url=url,
        verdict=can_void_voucher(page.actor, voucher),
        tone="danger",
        effect="作废后，这些到账金额须重新开具凭证。",
        form=ReasonForm(),
    )
