"""Reads of who works where, and who stands too near an employer."""

from datetime import date

from django.db.models import Q

from members.models import EmployerTie, Employment, Person
from members.queries.person import registrations_of


def employments_of(person: Person) -> list[Employment]:
    """Where a person works and worked, under any of his registrations; latest first."""
    own = registrations_of(person)
    found = Employment.objects.filter(person__in=own).select_related("employer")
    return list(found.order_by("-starts_on", "-id"))


def tie_against(
    organisation_id: int, name: str, person_id: int | None, *, on: date
) -> EmployerTie | None:
    """What bars somebody from the committee of a union: a tie to an employer it covers.

    By the person where both are known, otherwise by the name alone: a namesake is told
    apart by giving the ID number.
    """
    known = EmployerTie.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on),
        employer__organisation_id=organisation_id,
        starts_on__lte=on,
    )
    same = Q(name=name, person=None) if person_id else Q(name=name)
    if person_id:
        same |= Q(person_id=person_id)
    return known.filter(same).select_related("employer").order_by("id").first()
