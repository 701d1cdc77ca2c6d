"""What visitors bring back from a home."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.actions.visits import VisitEntry
from assistance.enums import DossierState, VisitPurpose
from assistance.forms.dossier import day_field
from assistance.models import HouseholdDossier
from members.forms.objection import ManyFilesField, ManyFilesInput
from unionportal.core.uploads.evidence import read_evidence


class VisitForm(forms.Form):
    """One visit, with photographs of the signed form."""

    purpose = forms.ChoiceField(label=_("走访事由"))
    visited_on = day_field(_("走访日期"))
    visitors = forms.CharField(
        label=_("走访人"), max_length=60, help_text=_("至少两人同去的，写全姓名。")
    )
    found = forms.CharField(
        label=_("走访情况"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500}),
        help_text=_("见到谁、家里的情况、本人的要求；不写病名以外的诊疗细节。"),
    )
    papers = ManyFilesField(
        label=_("签字的入户调查表、照片"),
        required=False,
        widget=ManyFilesInput(
            attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}
        ),
        help_text=_(
            "最多 3 个，每个不超过 5 MB，JPG、PNG 或 PDF；照片里的位置会去掉。"
        ),
    )

    def __init__(self, *args: Any, dossier: HouseholdDossier, **kwargs: Any) -> None:
        """Offer the purposes that fit where the file stands."""
        super().__init__(*args, **kwargs)
        has_left = dossier.state == DossierState.CLOSED
        purpose: Any = self.fields["purpose"]
        purpose.choices = [
            (one.value, one.label)
            for one in VisitPurpose
            if (one == VisitPurpose.RETURN) is has_left
        ]
        self.initial["purpose"] = (
            VisitPurpose.RETURN if has_left else VisitPurpose.RECHECK
        )

    def entry(self) -> VisitEntry:
        """The visit as the action takes it; refuses what is no photo or PDF."""
        entered = self.cleaned_data
        return VisitEntry(
            purpose=VisitPurpose(entered["purpose"]),
            visited_on=entered["visited_on"],
            visitors=entered["visitors"],
            found=entered["found"],
            papers=read_evidence([(one.name, one.read()) for one in entered["papers"]]),
        )
