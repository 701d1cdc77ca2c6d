"""The form of a worker whose phone has changed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import text_field


class PhoneClaimForm(forms.Form):
    """Who he is, by three things that the register knows."""

    name = text_field(_("姓名"), length=60)
    id_number = text_field(_("身份证号"), length=20)
    fact = text_field(_("会员编号，或收款银行卡号后四位"), length=30)
