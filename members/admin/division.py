"""Divisions on the staff site: looked up, never edited."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.admin.base import RecordAdmin
from members.auth.actor import business_date
from members.models import Division
from members.queries.division import divisions_in_force
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

    @admin.display(description=_("上级"))
    def above(self, division: Division) -> str:
        return division.parent.name if division.parent else "—"
