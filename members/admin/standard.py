"""Standards on the staff site: a new amount from a day on."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from members.actions.standard import StandardEntry, set_standard
from members.admin.base import RecordAdmin
from members.admin.forms import StandardForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import Standard
from members.queries.standard import standards_visible_to
from unionportal.core.actor import Actor


@admin.register(Standard)
class StandardAdmin(RecordAdmin):
    list_display = (
        "division",
        "kind",
        "residence",
        "amount",
        "valid_from",
        "valid_to",
        "document",
    )
    list_filter = ("kind", "residence")
    list_select_related = ("division",)
    search_fields = ("division__name__startswith", "division__code__startswith")
    search_help_text = "区划名称或代码的开头"
    fields = list_display
    add_form = StandardForm

    def visible(self, actor: Actor) -> QuerySet[Standard]:
        return standards_visible_to(actor)

    def may_add(self, actor: Actor) -> bool:
        return any(s.role in {Role.MAKER, Role.ADMINISTRATOR} for s in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> Standard:
        entry = StandardEntry(
            kind=entered["kind"],
            division_code=entered["division"].pk,
            residence=entered["residence"],
            amount=entered["amount"],
            valid_from=entered["valid_from"],
            document=entered["document"],
        )
        return set_standard(entry=entry, on=business_date(), by=actor)
