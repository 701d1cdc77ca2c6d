"""Divisions on the staff site: looked up, never edited."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.division import end_division
from members.admin.base import RecordAdmin, Step
from members.admin.forms import DivisionEndForm
from members.auth.actor import business_date
from members.models import Division
from members.permissions.organisations import can_end_division
from members.queries.division import divisions_in_force
from members.queries.organisation import organisation_of
from unionportal.core.actor import Actor


@admin.register(Division)
class DivisionAdmin(RecordAdmin):
    list_display = ("code", "name", "level", "above", "valid_from", "valid_to")
    list_filter = ("level",)
    search_fields = ("code__startswith", "name__startswith")
    search_help_text = "代码或名称的开头"
    list_select_related = ("parent",)
    ordering = ("code",)
    fields = ("code", "name", "level", "above", "valid_from", "valid_to", "successor")
    readonly_fields = ("above",)

    def visible(self, actor: Actor) -> QuerySet[Division]:
        return divisions_in_force(business_date())

    def steps(self, actor: Actor, record: Division) -> Sequence[Step]:
        organisation = organisation_of(record.code)
        if record.valid_to is not None or organisation is None:
            return ()
        return (
            Step(
                name="end",
                label="停用区划",
                verdict=can_end_division(actor, organisation),
                act=lambda entered: end_division(
                    code=record.code, on=business_date(), by=actor, **entered
                ),
                form=DivisionEndForm,
                done="已登记停用；原有记录不变，此后不能再选用这个区划。",
                tone="danger",
                effect="停用后不能恢复，原有档案和标准保留原区划。",
            ),
        )

    @admin.display(description=_("上级"))
    def above(self, division: Division) -> str:
        return division.parent.name if division.parent else "—"
