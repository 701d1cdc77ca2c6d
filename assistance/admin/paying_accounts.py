"""Paying accounts on the staff site: where each union pays from, in which layout."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.paying_accounts import choose_layout, open_paying_account
from assistance.admin.reach import anywhere
from assistance.permissions.doubts import can_set_paying_account
from assistance.queries.matches import accounts_in_reach
from assistance.rules.banks.layout import layouts
from members.auth.staff import StaffPage
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal


def _choices() -> list[tuple[str, str]]:
    return [(layout.code, layout.title) for layout in layouts().values()]


class LayoutForm(forms.Form):
    """The file layout the bank asks for."""

    layout = forms.ChoiceField(label=_("文件格式"), choices=_choices)


class PayingAccountForm(LayoutForm):
    """A union's account at its bank."""

    organisation = forms.ModelChoiceField(
        label=_("工会"), queryset=Organisation.objects.none()
    )
    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    number = forms.CharField(label=_("账号"), max_length=40)

    field_order = ("organisation", "bank_name", "number", "layout")


class PayingAccountList(StaffPage):
    """The paying accounts of the unions in reach."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them, each with its bank's layout."""
        return self.page(
            "staff/paying_accounts.html",
            title="付款账户",
            lines=keyset_page(request, accounts_in_reach(self.actor).order_by("id")),
            may_open=anywhere(self.actor, can_set_paying_account),
        )


class OpenPayingAccount(StaffPage):
    """Enter the account a union pays from."""

    title, submit = "登记付款账户", "登记"

    def get(self, request: HttpRequest, **path: int) -> HttpResponse:
        """Show the form."""
        del request
        return self.shown(self.form(None, **path), **path)

    def post(self, request: HttpRequest, **path: int) -> HttpResponseBase:
        """Enter it, or say why not."""
        form = self.form(request.POST, **path)
        if form.is_valid():
            try:
                self.enter(form, **path)
            except Refusal as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, str(refusal))
            else:
                return redirect("staff_assistance:paying-accounts")
        return self.shown(form, **path)

    def form(self, data: object, **path: int) -> LayoutForm:
        """The form with the unions in reach."""
        del path
        form = PayingAccountForm(data)  # type: ignore[arg-type]
        reach = organisations_visible_to(self.actor).filter(depth__lte=3)
        form.fields["organisation"].queryset = reach  # type: ignore[attr-defined]
        return form

    def enter(self, form: LayoutForm, **path: int) -> None:
        """Call the action."""
        del path
        told = form.cleaned_data
        open_paying_account(
            organisation_id=told["organisation"].pk,
            bank_name=told["bank_name"],
            number=told["number"],
            layout=told["layout"],
            by=self.actor,
            on=self.on,
        )

    def shown(self, form: LayoutForm, **path: int) -> HttpResponse:
        """Render the form."""
        del path
        return self.page(
            "staff/form.html",
            title=self.title,
            form=form,
            back=reverse("staff_assistance:paying-accounts"),
            submit=self.submit,
        )


class ChooseLayout(OpenPayingAccount):
    """Choose another layout for an account."""

    title, submit = "更换文件格式", "更换"

    def form(self, data: object, **path: int) -> LayoutForm:
        """The form with the layout in force chosen; another union's does not exist."""
        account = get_object_or_404(accounts_in_reach(self.actor), **path)
        return LayoutForm(data, initial={"layout": account.layout})  # type: ignore[arg-type]

    def enter(self, form: LayoutForm, **path: int) -> None:
        """Call the action."""
        choose_layout(
            account_id=path["pk"],
            layout=form.cleaned_data["layout"],
            by=self.actor,
            on=self.on,
        )
