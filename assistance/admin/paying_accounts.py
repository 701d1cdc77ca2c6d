"""Paying accounts on the staff site: how each union's bank is reached, and setting it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.paying_accounts import AccountSettings, set_paying_account
from assistance.admin.search import offer_unions
from assistance.enums import LinkKind
from assistance.permissions.doubts import can_set_paying_account
from assistance.queries.filters import PayingUnionFilter
from assistance.queries.paying_accounts import (
    AccountRow,
    account_rows,
    paying_unions_visible_to,
    settings_trail,
)
from assistance.rules.banks.layout import layouts
from members.auth.staff import StaffPage
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal


class AccountForm(forms.Form):
    """The settings; the key is written here and shown nowhere."""

    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    number = forms.CharField(label=_("账号"), max_length=40)
    link = forms.ChoiceField(label=_("银行连接"), choices=LinkKind.choices)
    layout = forms.ChoiceField(
        label=_("文件格式"), required=False, help_text=_("文件交换时用")
    )
    endpoint = forms.CharField(
        label=_("直联地址"),
        required=False,
        max_length=200,
        help_text=_("银企直联时用，由银行提供，以 https:// 开头"),
    )
    key = forms.CharField(
        label=_("直联密钥"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_idempotent = forms.BooleanField(
        label=_("银行对重复的指令只付一次"),
        required=False,
        help_text=_("不勾选：银行查无此笔时不自动再发，由出纳核实、审批人确认"),
    )
    window_seconds = forms.IntegerField(
        label=_("受理时限（秒）"),
        help_text=_("报文发出超过这个时间，银行不再受理"),
    )

    SECTIONS = (
        (_("账户"), ("bank_name", "number", "link")),
        (_("文件交换"), ("layout",)),
        (_("银企直联"), ("endpoint", "key", "window_seconds", "is_idempotent")),
    )

    def __init__(self, *args: Any, row: AccountRow, **kwargs: Any) -> None:
        """Offer the layouts there are; say which key is in use."""
        super().__init__(*args, **kwargs)
        titles = [(code, layout.title) for code, layout in layouts().items()]
        self.fields["layout"].choices = titles  # type: ignore[attr-defined]
        self.fields["key"].help_text = (
            f"现用密钥的标记：{row.key_mark}；不填则不变，填写后不再显示"
            if row.key_mark
            else "与银行约定，至少 16 个字符；填写后不再显示"
        )

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            (title, [self[name] for name in names]) for title, names in self.SECTIONS
        ]


class PayingAccountList(StaffPage):
    """Every union in reach with the account it pays from."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of unions; the settings in words, keys by their marks."""
        chosen = PayingUnionFilter(
            request.GET, queryset=paying_unions_visible_to(self.actor)
        )
        offer_unions(chosen, self.actor)
        lines = keyset_page(request, chosen.qs.order_by("id"))
        return self.page(
            "staff/paying_accounts.html",
            title="付款账户",
            filter=chosen,
            lines=lines,
            rows=account_rows(lines.rows),
        )


class PayingAccountPage(StaffPage):
    """One union's account: its settings, and who changed what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form with what is set."""
        row = self.row(pk)
        account = row.account
        names = AccountForm.base_fields.keys() - {"key"}
        initial = {name: getattr(account, name) for name in names} if account else {}
        first = {"window_seconds": 300, "is_idempotent": True}
        return self.shown(row, AccountForm(row=row, initial=first | initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Set it, or say why not."""
        row = self.row(pk)
        form = AccountForm(request.POST, row=row)
        if form.is_valid():
            try:
                set_paying_account(
                    organisation_id=pk,
                    wanted=AccountSettings(**form.cleaned_data),
                    by=self.actor,
                    on=self.on,
                )
            except Refusal as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, str(refusal))
            else:
                messages.success(request, f"{row.organisation}的付款账户已设置。")
                return redirect("staff_assistance:paying-accounts")
        return self.shown(row, form)

    def row(self, pk: int) -> AccountRow:
        """A union in reach; another one does not exist."""
        union = get_object_or_404(paying_unions_visible_to(self.actor), pk=pk)
        return account_rows([union])[0]

    def shown(self, row: AccountRow, form: AccountForm) -> HttpResponse:
        """Render the form beside its trail."""
        return self.page(
            "staff/paying_account.html",
            title=f"{row.organisation.short_name}的付款账户",
            row=row,
            form=form,
            verdict=can_set_paying_account(self.actor, row.organisation),
            trail=settings_trail(row.account) if row.account else [],
            back=reverse("staff_assistance:paying-accounts"),
        )
