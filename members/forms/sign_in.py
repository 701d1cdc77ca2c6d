"""Forms of the workers' sign-in: phone, code, and the ending of the ID number."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import digits_field, phone_field


class PhoneForm(forms.Form):
    phone = phone_field()


class CodeForm(forms.Form):
    code = digits_field(_("短信验证码"), length=6, autocomplete="one-time-code")


class IdEndingForm(forms.Form):
    """Asked only when several people share a phone."""

    ending = digits_field(_("身份证号后四位"), length=4, autocomplete="off")
