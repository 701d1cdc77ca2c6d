"""The form with which anybody doubts a published list."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("您的异议"),
        max_length=1000,
        error_messages={"required": _("请写明异议内容。")},
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 5, "maxlength": 1000}
        ),
    )
