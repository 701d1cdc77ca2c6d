"""Forms with which a worker joins a union, or moves from one to another."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import text_field
from members.forms.particulars import ParticularsForm
from members.queries.consent import MEMBERSHIP, SMS


class JoinForm(ParticularsForm):
    """Who is registered says no more than the register does not know."""

    note = forms.CharField(
        label=_("还想说明的（可不填）"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class FirstJoinForm(JoinForm):
    """Handed in for the first time: each purpose is ticked apart, none beforehand."""

    agree_membership = forms.BooleanField(
        label=_("我同意为会籍管理处理我的个人信息"),
        error_messages={"required": _("不同意就无法登记会籍，请阅读后勾选。")},
    )
    agree_sms = forms.BooleanField(
        label=_("我同意用短信告知我办理进展（可不选）"), required=False
    )

    def agreed(self) -> tuple[str, ...]:
        """The purposes that were ticked, taken out of what is said of the person."""
        ticked = {
            MEMBERSHIP: self.cleaned_data.pop("agree_membership"),
            SMS: self.cleaned_data.pop("agree_sms"),
        }
        return tuple(purpose for purpose, said in ticked.items() if said)


class StrangerJoinForm(FirstJoinForm):
    """Who is not registered says who he is first."""

    name = text_field(_("姓名"), length=60)
    id_number = text_field(_("身份证号"), length=20)
    field_order = ("name", "id_number")


class TransferForm(forms.Form):
    unit_name = forms.CharField(
        label=_("新单位名称"),
        max_length=90,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    moves_on = forms.DateField(
        label=_("从哪天起"),
        error_messages={
            "required": _("请选择日期。"),
            "invalid": _("请选择日期，如 2025-12-31。"),
        },
        widget=forms.DateInput(
            attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"
        ),
    )
    reason = text_field(_("转会原因"), length=200)
