"""The real-name part of the membership form, for the phone and for the staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.actions.real_name import FIELDS
from members.enums import (
    Education,
    HukouKind,
    JobKind,
    PoliticalStatus,
    SkillGrade,
    TargetGroup,
)
from members.models import Person
from members.rules.nation import NATIONS

_EMPTY = ("", _("未填"))


def _chosen(label: Any, choices: Any) -> forms.ChoiceField:  # noqa: ANN401 - as Django
    widget = forms.Select(attrs={"class": "form-control form-select"})
    offered = [_EMPTY, *choices]
    return forms.ChoiceField(
        label=label, choices=offered, required=False, widget=widget
    )


def _text(label: Any, length: int) -> forms.CharField:  # noqa: ANN401 - as Django
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
    return forms.CharField(
        label=label, max_length=length, required=False, widget=widget
    )


class ParticularsForm(forms.Form):
    """Everything may be left out: a register lacks what nobody said."""

    unit_name = _text(_("工作单位"), 90)
    job_kind = _chosen(_("用工形式"), JobKind.choices)
    trade = _text(_("工种"), 40)
    skill_grade = _chosen(_("技能等级"), SkillGrade.choices)
    education = _chosen(_("学历"), Education.choices)
    nation = _chosen(_("民族"), [(name, name) for name in NATIONS])
    political_status = _chosen(_("政治面貌"), PoliticalStatus.choices)
    hukou_kind = _chosen(_("户籍类型"), HukouKind.choices)
    target_groups = forms.MultipleChoiceField(
        label=_("您属于下面哪些群体（可多选）"),
        choices=TargetGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )


def known_of(person: Person) -> dict[str, Any]:
    """What stands in the register, as the form's first values."""
    return {name: getattr(person, name) for name in FIELDS}
