"""Forms behind the staff's buttons, with choices found by typing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from members.enums import ClientKind, DataScope, Residence, Role, StandardKind
from members.models import (
    ApiClient,
    Division,
    Organisation,
    Person,
    Post,
    Standard,
    User,
)
from members.models.api_client import HIGHEST_LIMIT, LOWEST_LIMIT
from members.queries.division import divisions_in_force
from members.queries.organisation import organisations_visible_to
from members.queries.person import persons_visible_to
from members.queries.post import users_visible_to
from unionportal.core.actor import Actor
from unionportal.core.typed import LONGEST_KEY


class FoundByTyping(AutocompleteSelect):
    """Shows again what was chosen, and nothing for a value that is no key at all."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:  # noqa: ANN401
        """Leave out what the database could not even be asked for."""
        return super().optgroups(name, [one for one in value if _is_key(one)], attr)


def _is_key(value: object) -> bool:
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY


def _found_by_typing(
    label: StrOrPromise, rows: QuerySet[Any], field: object, *, required: bool = True
) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        label=label,
        queryset=rows,
        required=required,
        widget=FoundByTyping(field, admin.site),
    )


def day_field(label: StrOrPromise, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=120)


class VerdictForm(forms.Form):
    verdict = forms.CharField(label=_("核查结论（内部）"), max_length=500)
    answer = forms.CharField(
        label=_("给异议人的答复（凭受理编号可见，不写他人情况）"), max_length=500
    )


class ExtensionForm(forms.Form):
    working_days = forms.IntegerField(
        label=_("再公示几个工作日"), min_value=1, max_value=30, initial=2
    )
    reason = forms.CharField(label=_("原因"), max_length=200)


class DayForm(forms.Form):
    on = day_field(_("最后任职日期"))


class DivisionEndForm(forms.Form):
    last_day = day_field(_("最后一天"))
    successor_code = forms.CharField(
        label=_("承继区划代码（没有的不填）"), max_length=9, required=False
    )
    document = forms.CharField(label=_("依据文件"), max_length=120)


class PhoneForm(forms.Form):
    phone = forms.CharField(label=_("新手机号"), max_length=20)
    evidence = forms.CharField(
        label=_("核验依据（如：本人持身份证原件到场）"), max_length=200
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("新密码"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CardForm(forms.Form):
    bank_name = forms.CharField(label=_("开户行"), max_length=60)
    number = forms.CharField(label=_("银行卡号"), max_length=30)
    holder_name = forms.CharField(label=_("户名"), max_length=60)


class DeputyForm(forms.Form):
    username = forms.CharField(label=_("代理人用户名"), max_length=40)
    on = day_field(_("开始日期"))
    ends_on = day_field(_("结束日期"))


class PaperObjectionForm(forms.Form):
    """An objection that came by letter, visit or telephone."""

    line = forms.IntegerField(
        label=_("名单行号（不填为对整份名单）"), required=False, min_value=1
    )
    text = forms.CharField(label=_("异议内容"), max_length=1000, widget=forms.Textarea)


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    id_number = forms.CharField(label=_("身份证号"), max_length=20)
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False)
    organisation = _found_by_typing(
        _("所属工会"),
        Organisation.objects.none(),
        Person._meta.get_field("organisation"),
    )
    division = _found_by_typing(
        _("户籍区划"),
        Division.objects.none(),
        Person._meta.get_field("division"),
        required=False,
    )

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "organisation", organisations_visible_to(actor))
        _choose(self, "division", divisions_in_force(on))


class StandardForm(forms.Form):
    kind = forms.ChoiceField(label=_("种类"), choices=StandardKind.choices)
    division = _found_by_typing(
        _("县级区划"), Division.objects.none(), Standard._meta.get_field("division")
    )
    residence = forms.ChoiceField(label=_("户口类型"), choices=Residence.choices)
    amount = forms.DecimalField(
        label=_("金额（元）"), max_digits=14, decimal_places=2, min_value=0
    )
    valid_from = day_field(_("施行日期"))
    document = forms.CharField(label=_("依据文件"), max_length=200)

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "division", divisions_in_force(on))


class PostForm(forms.Form):
    user = _found_by_typing(
        _("用户"), User.objects.none(), Post._meta.get_field("user")
    )
    organisation = _found_by_typing(
        _("工会"), Organisation.objects.none(), Post._meta.get_field("organisation")
    )
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    on = day_field(_("任职日期"))
    ends_on = day_field(_("离任日期（不填为长期）"), required=False)
    scope = forms.ChoiceField(
        label=_("数据范围"),
        choices=DataScope.choices,
        initial=DataScope.BELOW,
        required=False,
    )
    chosen = forms.CharField(
        label=_("指定工会的代码（仅“指定工会及下级”填，逗号分隔）"),
        max_length=400,
        required=False,
    )

    def clean_scope(self) -> str:
        """Left out means the union and what is below it."""
        return str(self.cleaned_data["scope"] or DataScope.BELOW)

    def clean_chosen(self) -> tuple[str, ...]:
        """The codes, one by one."""
        text = str(self.cleaned_data["chosen"]).replace("，", ",")
        return tuple(code.strip() for code in text.split(",") if code.strip())

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "user", users_visible_to(actor, on=on))
        _choose(self, "organisation", organisations_visible_to(actor))


class UserForm(forms.Form):
    username = forms.CharField(label=_("用户名"), max_length=40)
    name = forms.CharField(label=_("姓名"), max_length=60)
    password = forms.CharField(
        label=_("初始密码"),
        max_length=128,
        help_text=_("本人首次登录时须修改。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    person = _found_by_typing(
        _("本人（在人员中的登记）"),
        Person.objects.none(),
        User._meta.get_field("person"),
        required=False,
    )

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "person", persons_visible_to(actor))


class OrganisationForm(forms.Form):
    parent = _found_by_typing(
        _("上级工会"), Organisation.objects.none(), Post._meta.get_field("organisation")
    )
    code = forms.CharField(label=_("工会代码"), max_length=18)
    name = forms.CharField(label=_("名称"), max_length=90)
    short_name = forms.CharField(label=_("简称"), max_length=60)

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "parent", organisations_visible_to(actor))


class ClientForm(forms.Form):
    organisation = _found_by_typing(
        _("工会"),
        Organisation.objects.none(),
        ApiClient._meta.get_field("organisation"),
    )
    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(
        label=_("类别"),
        choices=ClientKind.choices,
        initial=ClientKind.REAL,
        help_text=_(
            "沙箱供对方调试：有自己的一小份虚构数据，碰不到正式数据，可复位；没有变化推送。"
        ),
    )
    may_write = forms.BooleanField(
        label=_("允许批量写入"),
        required=False,
        help_text=_("可写入本工会及下级的工会、用人单位和人员；不选则只读。"),
    )

    def narrow(self, actor: Actor, *, on: date) -> None:
        _choose(self, "organisation", organisations_visible_to(actor))


class ClientLimitForm(forms.Form):
    per_minute = forms.IntegerField(
        label=_("每分钟最多多少次请求"),
        required=False,
        min_value=LOWEST_LIMIT,
        max_value=HIGHEST_LIMIT,
        help_text=_("不填即与其他客户端相同。"),
    )
    reason = forms.CharField(label=_("理由"), max_length=120)


def _choose(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows
