"""Reads of disclosures: by the person himself, by those who supervise, by an unmasking."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from members.enums import DisclosureKind, Role
from members.models import Disclosure
from unionportal.core.actor import Actor
from unionportal.core.scope import within

# What an unmasking shows; that of a phone to call opens nothing else.
FULL_NUMBERS = "完整身份证号和手机号"
PHONE_TO_CALL = "手机号（电话名单）"
SUPERVISORS = {Role.AUDITOR, Role.ADMINISTRATOR}


def disclosures_visible_to(actor: Actor) -> QuerySet[Disclosure]:
    """Looks by the supervisor's unions and looks at their people; a worker's own.

    Other posts see none: who looked at whom is personal data too.
    """
    rows = Disclosure.objects.order_by("-id")
    if actor.kind == "worker":
        return rows.filter(person_id__in=[actor.person_id])
    seats = tuple(seat for seat in actor.seats if seat.role in SUPERVISORS)
    reach = Actor(kind="staff", name=actor.name, seats=seats)
    looking = within(reach, "organisation__path")
    return rows.filter(looking | within(reach, "person__organisation__path"))


def disclosures_of(person_id: int, *, limit: int) -> QuerySet[Disclosure]:
    """Who looked at a person, the latest first."""
    rows = Disclosure.objects.filter(person=person_id).order_by("-id")
    return rows.select_related("organisation")[:limit]


def unmasked_until(user_id: int | None, person_id: int, *what: str) -> datetime | None:
    """Until when this user may see this again of this person without asking.

    `what` is all numbers, if nothing else is said.
    """
    return (
        Disclosure.objects.filter(
            user=user_id,
            person=person_id,
            kind=DisclosureKind.UNMASK,
            what__in=what or (FULL_NUMBERS,),
            until__gt=Now(),
        )
        .order_by("-until")
        .values_list("until", flat=True)
        .first()
    )


def people_unmasked_on(user_id: int | None, on: date) -> set[int]:
    """Whose numbers a user has had shown on a day, in whatever list."""
    shown = Disclosure.objects.filter(user=user_id, on=on, kind=DisclosureKind.UNMASK)
    return set(shown.order_by().values_list("person_id", flat=True))
