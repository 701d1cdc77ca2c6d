"""The forms with which anybody doubts a published list, and asks what became of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from unionportal.core.uploads.evidence import MOST, Evidence, read_evidence


class ManyFilesInput(forms.ClearableFileInput):
    """One field for several files; the phone offers camera and album."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, each checked by Django's own field."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ANN401 - Django's own signature
        """Return the files; too many are refused before they are read."""
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        if len(chosen) > MOST:
            raise forms.ValidationError(f"最多上传 {MOST} 个文件。")
        return [super(ManyFilesField, self).clean(each, initial) for each in chosen]


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("您的异议"),
        max_length=1000,
        error_messages={"required": _("请写明异议内容。")},
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 5, "maxlength": 1000}
        ),
    )
    evidence = ManyFilesField(
        label=_("照片或文件（可以不传）"),
        required=False,
        widget=ManyFilesInput(
            attrs={
                "class": "form-control",
                "multiple": True,
                "accept": "image/jpeg,image/png,application/pdf",
            }
        ),
    )

    def evidence_files(self) -> list[tuple[str, bytes]]:
        """What was handed in, by name."""
        return [(file.name, file.read()) for file in self.cleaned_data["evidence"]]

    def checked_evidence(self) -> list[Evidence]:
        """The files as they are kept; refuses what is no photo or PDF."""
        return read_evidence(self.evidence_files())


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=_("受理编号"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "maxlength": 20}
        ),
    )
