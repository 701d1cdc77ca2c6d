"""The list of any record of members as a file: its columns as the list shows them."""

from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.db.models import Model, QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime

from members.actions.export import record_list_export
from members.auth.export import CHUNK, ExportPage
from unionportal.core.sheets import Column

WIDTH = 20
# By what column a record is about somebody, and the way to his key.
ABOUT = {
    "person": "person_id",
    "membership": "membership__person_id",
    "kept": "kept_id",
    "id_number_index": "pk",  # the person himself
}


class RecordExport(ExportPage):
    """What search and filters of the list leave; masked as the list masks it."""

    record_admin: Any = None  # the RecordAdmin whose list it is

    def made(self, **_keys: int) -> HttpResponseBase:
        """Write it down, send it."""
        asked = self.record_admin
        rows: QuerySet[Any] = asked.get_changelist_instance(self.request).queryset
        title = str(asked.opts.verbose_name_plural)
        person = person_path(asked.model)
        self.is_personal = bool(person)
        self.require_reason()
        record_list_export(
            title=title,
            subject=(asked.opts.label_lower, 0),
            filters=self.filters(),
            count=rows.count(),
            on=self.on,
            by=self.actor,
            reason=self.reason,
        )
        if person:
            self.disclose(title, rows.values_list(person))
        columns = [column_of(asked, str(name)) for name in asked.list_display]
        return self.file_of(title, columns, rows.iterator(chunk_size=CHUNK))

    def back(self, **_keys: int) -> str:
        """The list."""
        opts = self.record_admin.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")


def person_path(model: type[Model]) -> str:
    """From a record to the person it is about; empty where it is about none."""
    names = {field.name for field in model._meta.concrete_fields}
    for name, path in ABOUT.items():
        if name in names:
            return path
    return ""


def column_of(record_admin: ModelAdmin[Any], name: str) -> Column[Model]:
    """A column of the list; everything is text, as it is read on the page."""
    label = label_for_field(name, record_admin.model, record_admin)

    def value(record: Model) -> str:
        field, _attribute, found = lookup_field(name, record, record_admin)
        if field is not None and getattr(field, "flatchoices", None):
            return str(dict(field.flatchoices).get(found, found))
        return _plain(found)

    return Column(str(label), value, width=WIDTH)


def _plain(found: object) -> str:
    if found is None or found == "":
        return ""
    if isinstance(found, bool):
        return "是" if found else "否"
    if isinstance(found, datetime):
        return f"{localtime(found):%Y-%m-%d %H:%M}"
    return str(found)
