"""Merges on the staff site: proposed by one, decided by another, undone."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.person_merge import (
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from members.admin.base import RecordAdmin, Step, UncountedPages
from members.admin.forms import FoundByTyping, ReasonForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import Person, PersonMerge
from members.permissions.people import can_decide_merge, can_undo_merge
from members.queries.person import persons_visible_to
from members.queries.person_merge import merges_visible_to
from members.workflow import MERGE
from unionportal.core.actor import Actor


def _person(label: Any, name: str) -> forms.ModelChoiceField[Person]:  # noqa: ANN401 - as Django
    widget = FoundByTyping(PersonMerge._meta.get_field(name), admin.site)
    return forms.ModelChoiceField(
        label=label, queryset=Person.objects.none(), widget=widget
    )


class MergeForm(forms.Form):
    kept = _person(_("保留的登记"), "kept")
    duplicate = _person(_("重复的登记"), "duplicate")
    reason = forms.CharField(label=_("认定为同一人的依据"), max_length=200)

    def narrow(self, actor: Actor, *, on: Any) -> None:  # noqa: ANN401
        """Choices within the actor's reach."""
        for name in ("kept", "duplicate"):
            self.fields[name].queryset = persons_visible_to(actor)  # type: ignore[attr-defined]


@admin.register(PersonMerge)
class PersonMergeAdmin(RecordAdmin):
    paginator = UncountedPages
    list_display = ("duplicate", "kept", "state", "proposed_on", "proposed_by")
    list_filter = ("state",)
    list_select_related = ("duplicate", "kept", "proposed_by")
    search_fields = ("kept__name__startswith",)
    search_help_text = _("姓名")
    fields = (
        "duplicate",
        "kept",
        "state",
        "reason",
        "proposed_on",
        "proposed_by",
        "decided_on",
        "decided_by",
        "undone_on",
        "answer",
    )
    add_form = MergeForm

    def visible(self, actor: Actor) -> QuerySet[PersonMerge]:
        return merges_visible_to(actor).select_related(
            "kept__organisation", "duplicate__organisation", "proposed_by"
        )

    def get_ordering(self, request: object) -> tuple[str, ...]:
        return ("-id",)

    def may_add(self, actor: Actor) -> bool:
        return any(seat.role == Role.MAKER for seat in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> PersonMerge:
        return propose_merge(
            kept_id=entered["kept"].pk,
            duplicate_id=entered["duplicate"].pk,
            reason=entered["reason"],
            on=business_date(),
            by=actor,
        )

    def steps(self, actor: Actor, record: PersonMerge) -> Sequence[Step]:
        common: dict[str, Any] = {
            "merge_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        steps = (
            Step(
                name="merge",
                label="合并",
                verdict=can_decide_merge(actor, record),
                act=lambda _entered: merge_people(**common),
                done="已合并，重复的登记转到保留的登记。",
                tone="next",
                effect="两份登记的记录都保留；以后可以还原。",
            ),
            Step(
                name="refuse",
                label="不予合并",
                verdict=can_decide_merge(actor, record),
                act=lambda entered: refuse_merge(**common, **entered),
                form=ReasonForm,
                done="已记为不予合并。",
            ),
            Step(
                name="undo",
                label="还原",
                verdict=can_undo_merge(actor, record),
                act=lambda entered: undo_merge(**common, **entered),
                form=ReasonForm,
                done="已还原为两份登记。",
                tone="danger",
                effect="两份登记恢复为两个人，各自的记录不变。",
            ),
        )
        offered = MERGE.actions_from(record.state)
        return [step for step in steps if step.name in offered]
