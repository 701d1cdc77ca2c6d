"""Organisations on the staff site: the tree below the actor's posts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.organisation import Founding, apply_for_organisation
from members.admin.base import RecordAdmin
from members.admin.forms import OrganisationForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor

INDENT = "　"


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    list_display = ("indented", "code", "level", "numchild")
    list_filter = ("level",)
    search_fields = ("code__startswith", "name__startswith")
    search_help_text = "代码或名称的开头"
    ordering = ("path",)
    fields = ("name", "short_name", "code", "level", "division", "numchild")
    add_form = OrganisationForm

    def visible(self, actor: Actor) -> QuerySet[Organisation]:
        return organisations_visible_to(actor)

    def may_add(self, actor: Actor) -> bool:
        return any(s.role in {Role.MAKER, Role.ADMINISTRATOR} for s in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> Organisation:
        parent: Organisation = entered.pop("parent")
        entry = Founding(parent_id=parent.pk, **entered)
        return apply_for_organisation(entry=entry, on=business_date(), by=actor)

    @admin.display(description=_("名称"), ordering="path")
    def indented(self, organisation: Organisation) -> str:
        return f"{INDENT * (organisation.depth - 1)}{organisation.name}"
