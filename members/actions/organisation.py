"""Verbs of organisations: founding a basic union."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from members.actions.divisions import TREE_LOCK
from members.enums import OrganisationLevel
from members.models import Organisation
from members.permissions import can_found_organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def found_organisation(
    *, parent_id: int, code: str, name: str, short_name: str, on: date, by: Actor
) -> Organisation:
    """Found a basic union under another. Refuses a code that is taken."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
        parent = Organisation.objects.get(pk=parent_id)
        can_found_organisation(by, parent).require()
        if Organisation.objects.filter(code=code).exists():
            raise Refusal("该工会代码已被使用，请核对代码。", field="code")
        founded = Organisation(
            code=code,
            name=name.strip(),
            short_name=short_name.strip(),
            level=OrganisationLevel.BASIC,
            division_id=parent.division_id,
        )
        tree: Any = Organisation.objects
        tree.add_child(parent, instance=founded)
        record(by=by, verb="found", subject=founded, on=on, organisation_id=founded.pk)
    return founded
