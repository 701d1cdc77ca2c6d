"""A question, and its answer."""

from django import forms
from django.utils.translation import gettext_lazy as _


class InquiryForm(forms.Form):
    """What the worker wants to know."""

    text = forms.CharField(
        label=_("您想问什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        error_messages={"required": _("请写下您的问题。")},
    )


class AnswerForm(forms.Form):
    """What the union replies; the worker reads it on his page."""

    answer = forms.CharField(
        label=_("答复（职工将在手机上看到）"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写下答复。")},
    )
