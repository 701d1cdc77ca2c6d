"""What is emptied with somebody who is forgotten: his household, his applications."""

from typing import Any

from django.db import connection

from assistance.models import HouseholdDossier, HouseholdMember
from members.models import ConsentInvitation, Person

FORGOTTEN = "已注销"
# With the owner's rights, and only beside a granted request: the history is closed.
_FORGET = "SELECT assistance_forget_household(%s)"
_EMPTY: dict[str, Any] = {
    "name": FORGOTTEN,
    "id_number": None,
    "id_number_index": "",
    "identity": "",
    "health": "",
    "place": "",
    "yearly_income": None,
    "phone": None,
}
_FORGET_APPLICATIONS = "SELECT assistance_forget_applications(%s)"


def forget_household(person: Person) -> None:
    """Empty the closed dossiers of a person; their sums stay for the figures."""
    dossiers = HouseholdDossier.objects.filter(principal=person)
    family = HouseholdMember.objects.filter(dossier__in=dossiers)
    ConsentInvitation.objects.filter(
        subject_kind=HouseholdMember._meta.label_lower,
        subject_id__in=list(family.values_list("pk", flat=True)),
    ).delete()
    family.update(**_EMPTY)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [person.pk])


def forget_applications(person: Person) -> None:
    """Empty what he applied for, and what was applied for him; papers go.

    So do the people whom he named, and their links.
    """
    family = HouseholdMember.objects.filter(application__applicant=person)
    ConsentInvitation.objects.filter(
        subject_kind=HouseholdMember._meta.label_lower,
        subject_id__in=list(family.values_list("pk", flat=True)),
    ).delete()
    family.update(**_EMPTY)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_APPLICATIONS, [person.pk])
