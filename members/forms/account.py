"""The form with which a worker enters his bank card."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import text_field


class AccountForm(forms.Form):
    bank_name = text_field(_("开户行"), length=60)
    number = text_field(_("银行卡号"), length=30, inputmode="numeric")
