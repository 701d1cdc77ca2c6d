"""What staff enter about a household; every sum is yuan over twelve months."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assistance.actions.dossiers import DossierEntry
from assistance.enums import (
    Cause,
    ExitReason,
    FileLevel,
    HardshipClass,
    Residence,
)
from assistance.models import HouseholdDossier
from assistance.rules.household import COSTS, INCOMES, HouseholdFacts
from members.enums import OrganisationLevel
from members.models import Organisation
from members.queries.person import person_by_id_number

YES_NO_UNKNOWN = (("", _("尚不清楚")), ("true", _("有")), ("false", _("没有")))


def day_field(label: StrOrPromise) -> forms.DateField:
    """A date, entered with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget)


class HouseholdForm(forms.ModelForm):  # type: ignore[type-arg]
    """The facts of a household; what is not known stays empty, and is not nought."""

    has_vehicle = forms.TypedChoiceField(
        label=_("有机动车（残疾代步除外）"),
        choices=YES_NO_UNKNOWN,
        required=False,
        empty_value=None,
        coerce=lambda value: value == "true",
    )
    other_causes = forms.MultipleChoiceField(
        label=_("次要致困原因（至多三个）"), choices=Cause.choices, required=False
    )

    class Meta:
        model = HouseholdDossier
        fields = (
            "hardship_class",
            "class_reason",
            "residence",
            "main_cause",
            "other_causes",
            "household_size",
            "homes_count",
            "has_vehicle",
            *INCOMES,
            *COSTS,
        )

    SECTIONS: tuple[tuple[StrOrPromise, tuple[str, ...]], ...] = (
        (
            _("家庭"),
            (
                "residence",
                "household_size",
                "main_cause",
                "other_causes",
                "homes_count",
                "has_vehicle",
            ),
        ),
        (_("收入（申请前 12 个月，元；不清楚的不填）"), INCOMES),
        (_("刚性支出（申请前 12 个月，元；不清楚的不填）"), COSTS),
        (_("核定类别"), ("hardship_class", "class_reason")),
    )

    def sections(self) -> list[tuple[StrOrPromise, list[forms.BoundField]]]:
        """The fields in groups, as a page shows them."""
        return [
            (title, [self[name] for name in names]) for title, names in self.SECTIONS
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let what may be unknown be left empty."""
        super().__init__(*args, **kwargs)
        for name in ("homes_count", *INCOMES, *COSTS):
            self.fields[name].required = False
        if self.instance.pk and self.instance.has_vehicle is not None:
            self.initial["has_vehicle"] = str(self.instance.has_vehicle).lower()

    def leave_class_open(self) -> None:
        """For a proposal: nothing has to be decided yet, and nothing is saved."""
        self.fields["hardship_class"].required = False

    def facts(self) -> HouseholdFacts:
        """Return the entered facts as the action takes them.

        A class left open reads as the last one; a proposal does not look at it.
        """
        entered = {name: self.cleaned_data[name] for name in self.Meta.fields}
        entered["hardship_class"] = (
            entered["hardship_class"] or HardshipClass.ACCIDENTAL
        )
        return HouseholdFacts(
            **entered
            | {
                "hardship_class": HardshipClass(entered["hardship_class"]),
                "residence": Residence(entered["residence"]),
                "main_cause": Cause(entered["main_cause"]),
                "other_causes": tuple(map(Cause, entered["other_causes"])),
            }
        )


class RegisterForm(HouseholdForm):
    """A new dossier: who, where, since when, and the household."""

    id_number = forms.CharField(label=_("困难职工身份证号"), max_length=18)
    keeper = forms.ModelChoiceField(
        label=_("建档工会"), queryset=Organisation.objects.none()
    )
    division_code = forms.CharField(label=_("县级区划"), max_length=6)
    file_level = forms.ChoiceField(label=_("档案级别"), choices=FileLevel.choices)
    address = forms.CharField(label=_("家庭住址"), max_length=120, required=False)
    applied_on = day_field(_("申请日期"))
    approved_on = day_field(_("建档日期"))
    authorisation = forms.CharField(
        label=_("困难帮扶授权书"),
        max_length=200,
        help_text=_("本人签署的同意书编号和存放处；成年家庭成员的建档后在档案里登记。"),
    )

    ENTERED = (
        "id_number",
        "keeper",
        "division_code",
        "file_level",
        "applied_on",
        "approved_on",
        "authorisation",
        "address",
    )
    SECTIONS = ((_("档案"), ENTERED), *HouseholdForm.SECTIONS)
    field_order = ENTERED

    def __init__(
        self, *args: Any, keepers: QuerySet[Organisation], **kwargs: Any
    ) -> None:
        """Offer the unions in the clerk's reach."""
        super().__init__(*args, **kwargs)
        keeper: Any = self.fields["keeper"]
        keeper.queryset = keepers
        counties = list(keepers.filter(level=OrganisationLevel.COUNTY))
        if counties:
            offered = [(one.code, one.short_name) for one in counties]
            code = self.fields["division_code"]
            code.widget = forms.Select(choices=[("", _("请选择")), *offered])

    def clean_id_number(self) -> int:
        """Find the person; he is registered first, with a checked number."""
        person = person_by_id_number(self.cleaned_data["id_number"])
        if person is None:
            raise forms.ValidationError(
                _("没有登记这个身份证号的人；请先在“人员”中登记，再建档。")
            )
        return person.pk

    def clean(self) -> dict[str, Any]:
        """Refuse dates in the wrong order."""
        cleaned: dict[str, Any] = super().clean() or {}
        applied, approved = cleaned.get("applied_on"), cleaned.get("approved_on")
        if applied is not None and approved is not None and approved < applied:
            self.add_error("approved_on", _("建档日期不能早于申请日期。"))
        return cleaned

    def entry(self) -> DossierEntry:
        """Return the dossier as the action takes it."""
        entered = self.cleaned_data
        return DossierEntry(
            principal_id=entered["id_number"],
            division_code=entered["division_code"],
            keeper_id=entered["keeper"].pk,
            applied_on=entered["applied_on"],
            approved_on=entered["approved_on"],
            facts=self.facts(),
            file_level=FileLevel(entered["file_level"]),
            address=entered["address"],
            authorisation=entered["authorisation"],
        )


class CloseForm(forms.Form):
    """How and why a household leaves the register."""

    exit_reason = forms.ChoiceField(label=_("退出原因"), choices=ExitReason.choices)
    reason = forms.CharField(label=_("说明（职工会看到）"), max_length=200)
