"""What county systems may hand in by the thousand, and how each kind is known again.

The columns, the judging and the writing are those of the imports: one way in. Words of
a sheet (私营) are codes here (private), as the API gives them out; bank cards are not
taken, they are entered and checked by two people.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from members.actions.employer_import import LEGAL_PERSONS
from members.actions.organisation_import import UNIONS
from members.actions.people_import import PEOPLE
from members.enums import (
    EmployerSize,
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    Ownership,
    RecordKind,
    Trade,
)
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.uploads.columns import Column, ImportKind, as_it_is
from unionportal.core.uploads.staging import counted

_CODES: dict[str, tuple[str, ...]] = {
    "level": (OrganisationLevel.BASIC.value, OrganisationLevel.TOWNSHIP.value),
    "form": tuple(OrganisationForm.values),
    "kind": tuple(OrganisationKind.values),
    "ownership": tuple(Ownership.values),
    "size": tuple(EmployerSize.values),
    "trade": tuple(Trade.values),
    "is_above_scale": ("true", "false"),
}


@dataclass(frozen=True, slots=True)
class BulkKind:
    """A kind of record: how it is read and written, and found as `target`.

    `moved` is SQL for the record that took the target's place, or NULL.
    """

    record: RecordKind
    kind: ImportKind
    join: str
    moved: str = "NULL::bigint"


def _of_system(column: Column) -> Column:
    if column.key not in _CODES:
        return column
    return replace(column, read=as_it_is, choices=_CODES[column.key])


def _coded(kind: ImportKind, *, without: Collection[str] = ()) -> ImportKind:
    columns = [column for column in kind.columns if column.key not in without]
    return replace(kind, columns=tuple(_of_system(column) for column in columns))


def _apply_people(by: Actor, on: date) -> None:
    """As from a file, where the upload's own entry tells of it; here there is none."""
    counts = counted()
    PEOPLE.apply(by, on)
    record(
        by=by,
        verb="import",
        subject=("members.person", 0),
        on=on,
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        changes={"new": counts.new, "changed": counts.changed},
    )


BULK_KINDS: dict[str, BulkKind] = {
    "organisations": BulkKind(
        RecordKind.ORGANISATION,
        _coded(UNIONS),
        "members_organisation AS target ON target.code = row.key",
        "target.successor_id",
    ),
    "employers": BulkKind(
        RecordKind.EMPLOYER,
        _coded(LEGAL_PERSONS),
        "members_employer AS target ON target.code = row.key",
    ),
    "people": BulkKind(
        RecordKind.PERSON,
        replace(
            _coded(PEOPLE, without=("stated_sex", "bank_name", "account")),
            apply=_apply_people,
        ),
        "members_person AS target ON target.id_number_index = row.key",
        "target.merged_into_id",
    ),
}
