"""What a household says before its file is closed, and what the clerk tells it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.enums import ExitReason


class StatementForm(forms.Form):
    """One's own words, once."""

    statement = forms.CharField(
        label=_("您的意见"),
        max_length=500,
        error_messages={"required": _("请写明您的意见。")},
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 5, "maxlength": 500}
        ),
    )


class TellForm(forms.Form):
    """Why the household is to leave; a death needs no telling."""

    exit_reason = forms.ChoiceField(
        label=_("拟退出的原因"),
        choices=[
            (value, label)
            for value, label in ExitReason.choices
            if value != ExitReason.DIED
        ],
    )
    reason = forms.CharField(label=_("事实和理由（职工会看到）"), max_length=200)
