"""Funds on the staff site: balances by union and source, receipts and transfers."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.funds import Transfer, receive_funds, transfer_funds
from assistance.admin.reach import anywhere
from assistance.admin.search import offer, offer_unions
from assistance.models import FundSource
from assistance.permissions.funds import can_receive_funds, can_transfer_funds
from assistance.queries.filters import FundFilter
from assistance.queries.funds import NOTHING, balances_by_union, fund_sources
from assistance.queries.ledger import accounts_visible_to, entries_visible_to
from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal


class ReceiptForm(forms.Form):
    """Money that came in, with the paper it came on."""

    organisation = forms.ModelChoiceField(
        label=_("入账工会"), queryset=Organisation.objects.none()
    )
    source = forms.ModelChoiceField(
        label=_("资金来源"), queryset=FundSource.objects.none()
    )
    amount = forms.DecimalField(
        label=_("金额（元）"), max_digits=14, decimal_places=2, min_value=0
    )
    document = forms.CharField(label=_("依据（文号、凭证号）"), max_length=200)


class TransferForm(ReceiptForm):
    """Money to a union below: a transfer, not spending."""

    giver = forms.ModelChoiceField(
        label=_("下拨工会"), queryset=Organisation.objects.none()
    )

    field_order = ("giver", "organisation", "source", "amount", "document")


class FundList(StaffPage):
    """What each union in reach holds of each source."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the balances with totals by source."""
        chosen = FundFilter(request.GET, queryset=accounts_visible_to(self.actor))
        offer_unions(chosen, self.actor)
        offer(chosen, "source", [(one.code, one.name) for one in fund_sources()])
        rows = balances_by_union(chosen.qs)
        return self.page(
            "staff/funds.html",
            title="资金账户",
            filter=chosen,
            unions=rows,
            available=sum((row.available for row in rows), NOTHING),
            reserved=sum((row.reserved for row in rows), NOTHING),
            committed=sum((row.committed for row in rows), NOTHING),
            spent=sum((row.spent for row in rows), NOTHING),
            may_receive=anywhere(self.actor, can_receive_funds),
            may_transfer=anywhere(self.actor, can_transfer_funds),
        )


class EntryList(StaffPage):
    """The books: every entry in reach with its postings."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of entries."""
        rows = entries_visible_to(self.actor).prefetch_related(
            "postings__account__organisation", "postings__account__source"
        )
        lines = keyset_page(request, rows, latest_first=True)
        return self.page("staff/entries.html", title="分录", lines=lines)


class Receive(StaffPage):
    """Enter money that came in."""

    title = "登记到账"
    submit = "登记"
    form_class: type[ReceiptForm] = ReceiptForm

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.shown(self.form(None))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Enter it, or say why not."""
        form = self.form(request.POST)
        if form.is_valid():
            try:
                self.enter(form)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("staff_assistance:funds")
        return self.shown(form)

    def enter(self, form: ReceiptForm) -> None:
        """Call the action."""
        receive_funds(
            organisation_id=form.cleaned_data["organisation"].pk,
            source_id=form.cleaned_data["source"].pk,
            amount=form.cleaned_data["amount"],
            document=form.cleaned_data["document"],
            by=self.actor,
            on=self.on,
        )

    def form(self, data: object) -> ReceiptForm:
        """The form with the unions in reach and the sources."""
        form = self.form_class(data)  # type: ignore[arg-type]
        reach = organisations_visible_to(self.actor).filter(depth__lte=3)
        for name in ("organisation", "giver"):
            if name in form.fields:
                form.fields[name].queryset = reach  # type: ignore[attr-defined]
        form.fields["source"].queryset = fund_sources()  # type: ignore[attr-defined]
        return form

    def shown(self, form: ReceiptForm) -> HttpResponse:
        """Render the form."""
        back = reverse("staff_assistance:funds")
        return self.page(
            "staff/form.html",
            title=self.title,
            form=form,
            back=back,
            submit=self.submit,
        )


class TransferDown(Receive):
    """Enter money passed to a union below."""

    title = "下拨资金"
    submit = "确认下拨"
    form_class = TransferForm

    def enter(self, form: ReceiptForm) -> None:
        """Call the action."""
        transfer_funds(
            transfer=Transfer(
                giver_id=form.cleaned_data["giver"].pk,
                taker_id=form.cleaned_data["organisation"].pk,
                source_id=form.cleaned_data["source"].pk,
                amount=form.cleaned_data["amount"],
                document=form.cleaned_data["document"],
            ),
            by=self.actor,
            on=self.on,
        )
