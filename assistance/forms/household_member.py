"""A person of the household as the applicant types him on the phone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.actions.household_rows import HouseholdRow
from assistance.enums import Health, Relation
from assistance.models import HouseholdDossier, HouseholdMember
from unionportal.core.masks import mask_id_number, mask_phone

_INPUT = {"class": "form-control", "autocomplete": "off"}
IDENTITIES = (
    "在岗",
    "灵活就业",
    "失业、无业",
    "退休",
    "学龄前",
    "中小学生",
    "高中生",
    "大学生",
    "务农",
    "其他",
)


class MemberForm(forms.Form):
    """Who he is, what he does, how he is and what he earns."""

    name = forms.CharField(
        label=_("姓名"),
        help_text=_("与身份证或户口簿一致。"),
        max_length=60,
        error_messages={"required": _("请填写姓名。")},
        widget=forms.TextInput(attrs=_INPUT),
    )
    relation = forms.ChoiceField(
        label=_("是您的"),
        choices=Relation.choices,
        error_messages={"required": _("请选与您的关系。")},
        widget=forms.RadioSelect,
    )
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=_INPUT),
    )
    identity = forms.ChoiceField(
        label=_("现在"),
        choices=[("", _("请选择")), *((one, one) for one in IDENTITIES)],
        error_messages={"required": _("请选一项。")},
        widget=forms.Select(attrs={"class": "form-control"}),
    )
    place = forms.CharField(
        label=_("学校或工作单位（可以不填）"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=_INPUT),
    )
    health = forms.ChoiceField(
        label=_("健康状况"),
        help_text=_("只用来核定困难类别，不公示。"),
        choices=Health.choices,
        error_messages={"required": _("请选一项。")},
        widget=forms.RadioSelect,
    )
    yearly_income = forms.DecimalField(
        label=_("本人年收入（元，可以不填）"),
        help_text=_("申请前十二个月合计；没有填 0，不清楚的留空。"),
        max_digits=12,
        decimal_places=2,
        required=False,
        error_messages={"invalid": _("请填数字，如 12000。")},
        widget=forms.TextInput(attrs={**_INPUT, "inputmode": "decimal"}),
    )
    phone = forms.CharField(
        label=_("他（她）自己的手机号（可以不填）"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={**_INPUT, "inputmode": "tel"}),
    )

    def __init__(
        self, *args: Any, member: HouseholdMember | None, **given: Any
    ) -> None:
        """Fill in what was said of a person who is named already."""
        if member is not None:
            names = ("name", "relation", "identity", "place", "health", "yearly_income")
            given["initial"] = {name: getattr(member, name) for name in names}
        super().__init__(*args, **given)
        held = member.id_number if member is not None else None
        phone = member.phone if member is not None else None
        self.fields["id_number"].help_text = _kept(
            "加密保存，不公开；孩子的在户口簿上。", mask_id_number(held or "")
        )
        self.fields["phone"].help_text = _kept(
            "成年家人要自己同意核对收入和财产；提交后用这个号码请他（她）确认。",
            mask_phone(phone or ""),
        )

    def row(self) -> HouseholdRow:
        """What was typed, for the action."""
        given = self.cleaned_data
        return HouseholdRow(
            name=given["name"],
            relation=Relation(given["relation"]),
            id_number=given["id_number"],
            phone=given["phone"],
            identity=given["identity"],
            health=Health(given["health"]),
            place=given["place"],
            yearly_income=given["yearly_income"],
        )


class MoveOutForm(forms.Form):
    """Who of a household on file lives there no more, and why."""

    member = forms.ModelChoiceField(
        label=_("迁出的成员"), queryset=HouseholdMember.objects.none()
    )
    reason = forms.CharField(label=_("理由和凭据"), max_length=200)

    def __init__(self, dossier: HouseholdDossier, *args: Any, **given: Any) -> None:
        """Offer those who live there."""
        super().__init__(*args, **given)
        choice: Any = self.fields["member"]
        choice.queryset = dossier.members.filter(moved_out_on=None)


def _kept(told: str, held: str) -> str:
    return f"{told}已填 {held}，不改可以空着。" if held else told
