"""Form fields for phones: large, with the right keyboard, without JavaScript."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


def phone_field() -> forms.CharField:
    return forms.CharField(
        label=_("手机号"),
        error_messages={"required": _("请输入手机号。")},
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "form-control form-control-lg",
                "inputmode": "tel",
                "autocomplete": "tel-national",
                "autofocus": True,
            }
        ),
    )


def digits_field(
    label: StrOrPromise, *, length: int, autocomplete: str
) -> forms.CharField:
    """Some digits (or a final X), typed on the number pad."""
    return forms.CharField(
        label=label,
        max_length=length,
        min_length=length,
        error_messages={
            "required": _("请输入%(label)s。") % {"label": label},
            "min_length": _("%(label)s应为 %(length)s 位。")
            % {"label": label, "length": length},
        },
        widget=forms.TextInput(
            attrs={
                "class": "form-control form-control-lg",
                "inputmode": "numeric" if autocomplete == "one-time-code" else "text",
                "autocomplete": autocomplete,
                "autofocus": True,
            }
        ),
    )


def text_field(
    label: StrOrPromise, *, length: int, inputmode: str = "text"
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        error_messages={"required": _("请填写%(label)s。") % {"label": label}},
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "inputmode": inputmode,
                "autocomplete": "off",
            }
        ),
    )
