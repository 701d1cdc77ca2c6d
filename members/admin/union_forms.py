"""Forms behind the verbs of unions and employers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from members.admin.forms import day_field
from members.enums import (
    EmployerSize,
    Office,
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    Ownership,
    TieKind,
    Trade,
)
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

NOT_SAID = [("", "未登记")]


def union_of_code(actor: Actor, code: str) -> Organisation | None:
    """A union in reach by its code."""
    return organisations_visible_to(actor).filter(code=code.strip()).first()


def amount_field(label: StrOrPromise) -> forms.DecimalField:
    """A sum of yuan, nothing at first."""
    return forms.DecimalField(
        label=label, max_digits=14, decimal_places=2, min_value=0, initial=0
    )


def required_union(actor: Actor, code: str, field: str = "parent") -> int:
    """The key of a union in reach. Refuses a code that names none."""
    found = union_of_code(actor, code)
    if found is None:
        raise Refusal("没有这个代码的工会，或不在您的管理范围，请核对。", field=field)
    return int(found.pk)


class FoundingForm(forms.Form):
    parent = forms.CharField(label=_("上级工会代码"), max_length=18)
    code = forms.CharField(label=_("工会代码"), max_length=18)
    name = forms.CharField(label=_("名称"), max_length=90)
    short_name = forms.CharField(label=_("简称"), max_length=60)
    level = forms.ChoiceField(
        label=_("层级"),
        choices=[
            (OrganisationLevel.BASIC, OrganisationLevel.BASIC.label),
            (OrganisationLevel.TOWNSHIP, OrganisationLevel.TOWNSHIP.label),
        ],
    )
    form = forms.ChoiceField(
        label=_("组织形式"),
        choices=OrganisationForm.choices,
        initial=OrganisationForm.COMMITTEE,
    )
    kind = forms.ChoiceField(label=_("建会类型"), choices=OrganisationKind.choices)


class DocumentForm(forms.Form):
    document = forms.CharField(label=_("批准文号"), max_length=120)


class EffectiveForm(DocumentForm):
    on = day_field(_("生效日期"))


class MoveForm(EffectiveForm):
    code = forms.CharField(label=_("新的上级工会代码"), max_length=18)


class MergeForm(EffectiveForm):
    code = forms.CharField(label=_("并入的工会代码"), max_length=18)


class DuesForm(EffectiveForm):
    code = forms.CharField(
        label=_("经费隶属的工会代码（不填为随组织隶属）"),
        max_length=18,
        required=False,
    )


class NameForm(forms.Form):
    name = forms.CharField(label=_("新名称"), max_length=90)
    short_name = forms.CharField(label=_("新简称"), max_length=60)
    on = day_field(_("生效日期"))


class CertificateForm(forms.Form):
    code = forms.CharField(
        label=_("工会统一社会信用代码"),
        max_length=24,
        help_text=_("81、89 或 13 开头，不是单位的代码"),
    )
    representative = forms.CharField(label=_("法定代表人"), max_length=60)
    issued_on = day_field(_("发证日期"))
    expires_on = day_field(_("有效期至"))


class ElectionForm(forms.Form):
    starts_on = day_field(_("选举日期"))
    years = forms.TypedChoiceField(
        label=_("任期"), coerce=int, choices=((5, "五年"), (3, "三年"))
    )


class DelayForm(forms.Form):
    delayed_to = day_field(_("延期至"))
    document = forms.CharField(label=_("同意延期文号"), max_length=120)


class TakingForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=18,
        required=False,
        help_text=_("可不填；与单位关系人同名时用来分清"),
    )
    office = forms.ChoiceField(label=_("职务"), choices=Office.choices)
    is_full_time = forms.BooleanField(label=_("专职"), required=False)
    starts_on = day_field(_("任职日期"))


class LeavingForm(forms.Form):
    officer = forms.TypedChoiceField(label=_("谁卸任"), coerce=int)
    ends_on = day_field(_("最后任职日期"))

    def __init__(
        self, *args: Any, officers: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        """Offer those in office."""
        super().__init__(*args, **kwargs)
        choice = self.fields["officer"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = officers


class ReturnForm(forms.Form):
    year = forms.IntegerField(label=_("年度"), min_value=1950, max_value=2200)
    staff_count = forms.IntegerField(label=_("职工人数"), min_value=0)
    member_count = forms.IntegerField(label=_("会员人数"), min_value=0)
    activity_count = forms.IntegerField(label=_("活动次数"), min_value=0, initial=0)
    has_account = forms.BooleanField(label=_("独立账户"), required=False)
    has_books = forms.BooleanField(label=_("单独建账"), required=False)
    dues_due = amount_field(_("应缴经费（元）"))
    dues_paid = amount_field(_("已缴经费（元）"))
    budget = amount_field(_("预算（元）"))
    spending = amount_field(_("支出（元）"))
    granted = amount_field(_("其中拨补基层（元）"))


class EmployerForm(forms.Form):
    name = forms.CharField(label=_("单位名称"), max_length=120)
    division_id = forms.CharField(label=_("所在区划代码"), max_length=9)
    ownership = forms.ChoiceField(
        label=_("经济类型"), choices=[*NOT_SAID, *Ownership.choices], required=False
    )
    trade = forms.ChoiceField(
        label=_("行业门类"), choices=[*NOT_SAID, *Trade.choices], required=False
    )
    size = forms.ChoiceField(
        label=_("规模"), choices=[*NOT_SAID, *EmployerSize.choices], required=False
    )
    is_above_scale = forms.BooleanField(label=_("规模以上"), required=False)
    headcount = forms.IntegerField(label=_("职工人数"), min_value=0, required=False)
    counted_on = day_field(_("人数截至"), required=False)


class NewEmployerForm(EmployerForm):
    code = forms.CharField(label=_("统一社会信用代码"), max_length=24)
    keeper = forms.CharField(label=_("建会责任工会代码"), max_length=18)
    field_order = ("code", "name", "keeper")


class CoverForm(forms.Form):
    code = forms.CharField(label=_("覆盖它的工会代码"), max_length=18)


class ClosingForm(forms.Form):
    closed_on = day_field(_("停业日期"))
    reason = forms.CharField(label=_("依据"), max_length=120)


class SpanForm(forms.Form):
    """The days that figures are asked for."""

    first = day_field(_("自"), required=False)
    on = day_field(_("截至"), required=False)

    def span(self, today: date) -> tuple[date, date]:
        """From the first of the year to today, where nothing else is said."""
        on = self.cleaned_data.get("on") if self.is_valid() else None
        on = on or today
        first = self.cleaned_data.get("first") if self.is_valid() else None
        return (first or date(on.year, 1, 1)), on


class TieForm(forms.Form):
    """Somebody who may not stand for the committee of the employer's union."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    kind = forms.ChoiceField(label=_("关系"), choices=TieKind.choices)
    id_number = forms.CharField(label=_("身份证号"), max_length=18, required=False)
    starts_on = day_field(_("自"))


class UntieForm(forms.Form):
    tie_id = forms.TypedChoiceField(label=_("关系人"), coerce=int)
    ends_on = day_field(_("止于"))

    def __init__(self, *args: Any, ties: list[tuple[int, str]], **kwargs: Any) -> None:
        """Offer those that stand."""
        super().__init__(*args, **kwargs)
        choice = self.fields["tie_id"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = ties


class EmploymentForm(forms.Form):
    employer_code = forms.CharField(label=_("单位统一社会信用代码"), max_length=18)
    starts_on = day_field(_("入职日期"))


class LeavingEmployerForm(forms.Form):
    employment_id = forms.TypedChoiceField(label=_("离开哪个单位"), coerce=int)
    ends_on = day_field(_("最后在岗日期"))

    def __init__(
        self, *args: Any, employments: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        """Offer those that go on."""
        super().__init__(*args, **kwargs)
        choice = self.fields["employment_id"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = employments
