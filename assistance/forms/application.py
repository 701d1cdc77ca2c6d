"""The form of a scheme as people fill it in: one field for each that it declares."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.actions.application_drafts import Statement
from assistance.enums import Beneficiary
from assistance.models import AidApplication
from assistance.rules.form_answers import TEXT_LONGEST
from assistance.rules.scheme_form import Form, FormField
from members.forms.objection import ManyFilesField, ManyFilesInput
from unionportal.core.formula.declare import FactType
from unionportal.core.masks import mask_id_number
from unionportal.core.uploads.evidence import Evidence, read_evidence

_INPUT = {"class": "form-control"}


class StatementForm(forms.Form):
    """Everything may stay empty: half-filled is kept, the hand-in names what lacks."""

    def __init__(
        self, declared: Form, application: AidApplication, **given: Any
    ) -> None:
        """Build the fields, filled with what was said so far."""
        said = {
            code: "true" if answer is True else "false" if answer is False else answer
            for code, answer in application.answers.items()
        }
        super().__init__(
            initial={"subject_name": application.subject_name, **said}, **given
        )
        self.declared = declared
        if declared.beneficiary == Beneficiary.CHILD:
            self.fields["subject_name"] = _name_field()
            self.fields["subject_id_number"] = _number_field(application)
        for field in declared.fields:
            self.fields[field.code] = _field(field)

    def statement(self) -> Statement:
        """What was typed, for the action to read by the form's types."""
        given = self.cleaned_data
        return Statement(
            subject_name=given.get("subject_name", ""),
            id_number=given.get("subject_id_number", ""),
            answers={one.code: given.get(one.code) for one in self.declared.fields},
        )


def _name_field() -> forms.Field:
    return forms.CharField(
        label=_("学生姓名"),
        help_text=_("与身份证或户口簿一致。"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={**_INPUT, "autocomplete": "off"}),
    )


def _number_field(application: AidApplication) -> forms.Field:
    held = mask_id_number(application.id_number or "")
    kept = f"已填 {held}，不改可以空着。" if held else ""
    return forms.CharField(
        label=_("学生身份证号"),
        help_text=f"用来核对同一个学生本期只发一次，加密保存，不公开。{kept}",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={**_INPUT, "autocomplete": "off"}),
    )


def _field(field: FormField) -> forms.Field:
    declaration = field.declaration
    unit = f"（{declaration.unit}）" if declaration.unit else ""
    optional = "" if field.is_required else "（可以不填）"
    common: dict[str, Any] = {
        "label": f"{declaration.name}{unit}{optional}",
        "help_text": field.help,
        "required": False,
    }
    match declaration.type:
        case FactType.CHOICE:
            return forms.ChoiceField(
                choices=declaration.choices, widget=forms.RadioSelect, **common
            )
        case FactType.BOOLEAN:
            return forms.ChoiceField(
                choices=(("true", _("是")), ("false", _("否"))),
                widget=forms.RadioSelect,
                **common,
            )
        case FactType.DATE:
            widget = forms.TextInput(attrs={**_INPUT, "type": "date"})
            return forms.CharField(max_length=10, widget=widget, **common)
        case FactType.NUMBER:
            widget = forms.TextInput(attrs={**_INPUT, "inputmode": "decimal"})
            return forms.CharField(max_length=20, widget=widget, **common)
        case FactType.TEXT:
            widget = forms.TextInput(attrs=_INPUT)
            return forms.CharField(max_length=TEXT_LONGEST, widget=widget, **common)


class PapersForm(forms.Form):
    """Photos for one item; made small in the browser where it can."""

    evidence = ManyFilesField(
        label=_("照片或文件"),
        widget=ManyFilesInput(
            attrs={
                "class": "form-control",
                "multiple": True,
                "accept": "image/jpeg,image/png,application/pdf",
                "data-shrink": "1600",
            }
        ),
        error_messages={"required": _("请先拍照或选择文件。")},
    )

    def checked_evidence(self) -> list[Evidence]:
        """The files as they are kept; refuses what is no photo or PDF."""
        files = [(file.name, file.read()) for file in self.cleaned_data["evidence"]]
        return read_evidence(files)


class HandInForm(forms.Form):
    agreed = forms.BooleanField(
        label=_("我确认所填属实，同意工会为办理这项帮扶核对和使用这些信息"),
        required=False,
    )


class ObjectionToRefusalForm(forms.Form):
    text = forms.CharField(
        label=_("您认为哪里有误"),
        max_length=500,
        error_messages={"required": _("请写明您认为哪里有误。")},
        widget=forms.Textarea(attrs={**_INPUT, "rows": 5, "maxlength": 500}),
    )
