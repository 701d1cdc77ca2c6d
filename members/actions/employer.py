"""Employers: registering, changing, the union that covers them, closing down."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from members.actions.tree import require_alive
from members.models import Division, Employer, Organisation
from members.permissions.organisations import can_keep_employer
from members.rules.uscc import read_employer_code
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerEntry:
    """What is known of an employer; a headcount comes with its day."""

    name: str
    division_id: str
    ownership: str = ""
    size: str = ""
    is_above_scale: bool = False
    trade: str = ""
    headcount: int | None = None
    counted_on: date | None = None


def register_employer(
    *, code: str, keeper_id: int, entry: EmployerEntry, on: date, by: Actor
) -> Employer:
    """Register an employer once, by its own code. Refuses a union's code."""
    with transaction.atomic():
        keeper = Organisation.objects.get(pk=keeper_id)
        can_keep_employer(by, keeper).require()
        require_alive(keeper)
        read = read_employer_code(code)
        if Employer.objects.filter(code=read).exists():
            raise Refusal("该单位已登记，请在列表中查找。", field="code")
        _check(entry, on)
        employer = Employer.objects.create(code=read, keeper=keeper, **asdict(entry))
        _note(employer, "register", on=on, by=by)
    return employer


def change_employer(
    *, employer_id: int, entry: EmployerEntry, on: date, by: Actor
) -> Employer:
    """Write what is known now; the earlier stays in the history."""
    with transaction.atomic():
        employer = _kept(employer_id, by)
        _check(entry, on)
        changes: dict[str, object] = {}
        for name, value in asdict(entry).items():
            if getattr(employer, name) != value:
                changes[name] = [getattr(employer, name), value]
                setattr(employer, name, value)
        if changes:
            employer.save(update_fields=list(changes))
            _note(employer, "change", on=on, by=by, changes=changes)
    return employer


def cover_employer(
    *, employer_id: int, organisation_id: int, on: date, by: Actor
) -> Employer:
    """The employer's staff have a union from a day on: its own or a joint one."""
    with transaction.atomic():
        employer = _kept(employer_id, by)
        union = Organisation.objects.get(pk=organisation_id)
        can_keep_employer(by, union).require()
        require_alive(union)
        before = employer.organisation_id
        employer.organisation, employer.covered_on = union, on
        employer.save(update_fields=["organisation", "covered_on"])
        changes: dict[str, object] = {"organisation": [before, union.pk]}
        _note(employer, "cover", on=on, by=by, changes=changes)
    return employer


def close_employer(
    *, employer_id: int, closed_on: date, reason: str, on: date, by: Actor
) -> Employer:
    """The employer has ended. Refuses one that is closed."""
    with transaction.atomic():
        employer = _kept(employer_id, by)
        employer.closed_on = closed_on
        employer.save(update_fields=["closed_on"])
        changes: dict[str, object] = {"closed_on": [None, closed_on]}
        _note(employer, "close", on=on, by=by, changes=changes, reason=reason)
    return employer


def _kept(employer_id: int, by: Actor) -> Employer:
    employer = (
        Employer.objects.select_for_update(of=("self",))
        .select_related("keeper")
        .get(pk=employer_id)
    )
    can_keep_employer(by, employer.keeper).require()
    if employer.closed_on is not None:
        raise Refusal(f"该单位已于 {employer.closed_on:%Y-%m-%d} 停业。", code="state")
    return employer


def _check(entry: EmployerEntry, on: date) -> None:
    if (entry.headcount is None) != (entry.counted_on is None):
        raise Refusal("职工人数和截至日期应一起填写。", field="counted_on")
    if entry.counted_on is not None and entry.counted_on > on:
        raise Refusal("人数截至日期不能晚于今天，请核对。", field="counted_on")
    if not Division.objects.filter(pk=entry.division_id).exists():
        raise Refusal("没有这个区划，请核对代码。", field="division")


def _note(
    employer: Employer,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=employer,
        on=on,
        organisation_id=employer.keeper_id,
        changes=dict(changes or {}),
        reason=reason.strip(),
    )
