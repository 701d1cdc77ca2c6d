"""Small real unions for the tests of members."""

from datetime import date
from itertools import count

from members.actions.organisation import (
    Founding,
    apply_for_organisation,
    approve_organisation,
)
from members.models import Organisation
from tests.members.builders import union
from unionportal.core.actor import SYSTEM

FOUNDED_ON = date(2010, 1, 1)
_serial = count(1)


def basic_union(
    name: str = "某厂", *, under: Organisation | None = None, on: date = FOUNDED_ON
) -> Organisation:
    """A standing basic union, applied for and approved on one day."""
    entry = Founding(
        parent_id=(under or union()).pk,
        code=f"X{next(_serial):07d}",
        name=f"{name}工会委员会",
        short_name=name,
    )
    made = apply_for_organisation(entry=entry, on=on, by=SYSTEM)
    return approve_organisation(
        organisation_id=made.pk, document="工字〔2010〕1号", on=on, by=SYSTEM
    )
