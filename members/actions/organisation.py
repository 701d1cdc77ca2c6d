"""Founding a union: applied for, approved by the union above, or declined."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from members.actions.tree import leave_behind, lock_tree, locked, require_alive
from members.enums import (
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    OrganisationState,
)
from members.models import Organisation
from members.permissions.organisations import (
    can_apply_for_organisation,
    can_approve_organisation,
)
from members.workflow import ORGANISATION
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """A union as it is applied for, under the union that is to lead it."""

    parent_id: int
    code: str
    name: str
    short_name: str
    form: str = OrganisationForm.COMMITTEE
    kind: str = OrganisationKind.SINGLE
    level: str = OrganisationLevel.BASIC


def apply_for_organisation(*, entry: Founding, on: date, by: Actor) -> Organisation:
    """Apply for a union under another: it is forming (筹备), and no union yet.

    Refuses a code that is taken, and a union above that is itself none.
    """
    with transaction.atomic():
        lock_tree()
        parent = Organisation.objects.get(pk=entry.parent_id)
        can_apply_for_organisation(by, parent).require()
        require_alive(parent)
        if Organisation.objects.filter(code=entry.code).exists():
            raise Refusal("该工会代码已被使用，请核对代码。", field="code")
        founded = Organisation(
            code=entry.code,
            name=entry.name.strip(),
            short_name=entry.short_name.strip(),
            level=entry.level,
            form=entry.form,
            kind=entry.kind,
            state=OrganisationState.FORMING,
            since=on,
            applied_by_id=by.user_id,
            division_id=parent.division_id,
        )
        tree: Any = Organisation.objects
        tree.add_child(parent, instance=founded)
        record(by=by, verb="apply", subject=founded, on=on, organisation_id=founded.pk)
    return founded


def approve_organisation(
    *, organisation_id: int, document: str, on: date, by: Actor
) -> Organisation:
    """forming → normal, by the union above: the union is founded on this day.

    Refuses whoever entered the application, and an approval without its document.
    """
    with transaction.atomic():
        lock_tree()
        union = locked(organisation_id)
        can_approve_organisation(by, union).require()
        target = ORGANISATION.target_of("approve", union.state)
        if not document.strip():
            raise Refusal("请填写批准文号。", field="document")
        leave_behind([union.pk], on=on)
        union.state, union.since, union.founded_on = target, on, on
        union.document, union.approved_by_id = document.strip(), by.user_id
        union.save(
            update_fields=["state", "since", "founded_on", "document", "approved_by"]
        )
        _note(union, "approve", on=on, by=by, reason=union.document)
    return union


def decline_organisation(
    *, organisation_id: int, reason: str, on: date, by: Actor
) -> Organisation:
    """forming → dissolved, by the union above, with the reason."""
    with transaction.atomic():
        lock_tree()
        union = locked(organisation_id)
        can_approve_organisation(by, union).require()
        target = ORGANISATION.target_of("decline", union.state)
        leave_behind([union.pk], on=on)
        union.state, union.since, union.dissolved_on = target, on, on
        union.save(update_fields=["state", "since", "dissolved_on"])
        _note(union, "decline", on=on, by=by, reason=reason)
    return union


def _note(union: Organisation, verb: str, *, on: date, by: Actor, reason: str) -> None:
    record(
        by=by,
        verb=verb,
        subject=union,
        on=on,
        organisation_id=union.pk,
        changes={"state": [OrganisationState.FORMING, union.state]},
        reason=reason.strip(),
    )
