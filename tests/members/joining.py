"""Members, applicants and unions for the tests of membership."""

from datetime import date

from members.actions.application import (
    ApplicationEntry,
    approve_application,
    submit_application,
)
from members.actions.membership import admit_member
from members.actions.organisation import (
    Founding,
    apply_for_organisation,
    approve_organisation,
)
from members.models import Membership, MembershipApplication, Organisation, Person
from tests.members.builders import COUNTY, ON, id_number, person, union
from unionportal.core.actor import SYSTEM, Actor

PHONE = "13900007777"


def basic_union(code: str = "B1", *, under: str = COUNTY) -> Organisation:
    """A basic union of a firm, without anybody on its staff."""
    founded = apply_for_organisation(
        entry=Founding(
            parent_id=union(under).pk,
            code=code,
            name=f"{code}纺织有限公司工会委员会",
            short_name=f"{code}纺织工会",
        ),
        on=ON,
        by=SYSTEM,
    )
    return approve_organisation(
        organisation_id=founded.pk, document="批复", on=ON, by=SYSTEM
    )


def member(
    name: str = "陈阿秀", *, at: Organisation | None = None, on: date = ON
) -> Membership:
    """Somebody who joined on paper."""
    organisation = at or union()
    someone = person(name, at=organisation.code)
    return admit_member(
        person_id=someone.pk,
        organisation_id=organisation.pk,
        document="入会申请书",
        on=on,
        by=SYSTEM,
    )


def stranger(phone_index: str = "") -> Actor:
    return Actor(kind="worker", name="申请人本人", proven_phone_index=phone_index)


def applied(
    at: Organisation,
    *,
    of: Person | None = None,
    by: Actor | None = None,
    number: str = "",
    name: str = "林新芽",
    **particulars: str,
) -> MembershipApplication:
    """An application by somebody registered, or by a stranger with a proven phone."""
    entry = ApplicationEntry(
        name=of.name if of else name,
        id_number=of.id_number if of else number or id_number(),
        phone=PHONE,
        organisation_id=at.pk,
        particulars=particulars,
    )
    return submit_application(entry=entry, on=ON, by=by or stranger())


def approved(application: MembershipApplication, by: Actor) -> Membership:
    return approve_application(application_id=application.pk, on=ON, by=by)
