"""Forms behind the buttons of memberships and transfers."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.admin.forms import FoundByTyping
from members.models import Membership, MembershipTransfer, Organisation, Person
from members.queries.organisation import organisations_visible_to
from members.queries.person import persons_visible_to
from unionportal.core.actor import Actor


class AdmissionForm(forms.Form):
    """Somebody who applied on paper."""

    person = forms.ModelChoiceField(
        label=_("人员"),
        queryset=Person.objects.none(),
        widget=FoundByTyping(Membership._meta.get_field("person"), admin.site),
    )
    organisation = forms.ModelChoiceField(
        label=_("加入的工会"),
        queryset=Organisation.objects.none(),
        widget=FoundByTyping(Membership._meta.get_field("organisation"), admin.site),
    )
    document = forms.CharField(label=_("依据（入会申请书编号）"), max_length=120)

    def narrow(self, actor: Actor, *, on: date) -> None:
        """Choices within the actor's reach."""
        self.fields["person"].queryset = persons_visible_to(actor)  # type: ignore[attr-defined]
        unions = organisations_visible_to(actor)
        self.fields["organisation"].queryset = unions  # type: ignore[attr-defined]


class TransferOutForm(forms.Form):
    """Where to, by the union's code: it lies beyond the actor's own reach."""

    new_union = forms.CharField(label=_("转入工会代码"), max_length=18)
    unit_name = forms.CharField(label=_("新单位"), max_length=90, required=False)
    moves_on = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("转会原因"), max_length=200)

    def clean(self) -> dict[str, Any]:
        """Find the union of the code."""
        found = super().clean() or {}
        code = str(found.pop("new_union", ""))
        union = Organisation.objects.filter(code=code).first()
        if code and union is None:
            raise forms.ValidationError(_("没有这个代码的工会，请核对。"))
        return found | ({"new_union_id": union.pk} if union else {})


class TransferInForm(forms.Form):
    """A member of another union, by his number, asked for by his new union."""

    number = forms.CharField(label=_("会员编号"), max_length=12)
    new_union = forms.ModelChoiceField(
        label=_("转入工会"),
        queryset=Organisation.objects.none(),
        widget=FoundByTyping(
            MembershipTransfer._meta.get_field("new_union"), admin.site
        ),
    )
    unit_name = forms.CharField(label=_("新单位"), max_length=90, required=False)
    moves_on = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("转会原因"), max_length=200)

    def narrow(self, actor: Actor, *, on: date) -> None:
        """The new union is the actor's."""
        unions = organisations_visible_to(actor)
        self.fields["new_union"].queryset = unions  # type: ignore[attr-defined]
