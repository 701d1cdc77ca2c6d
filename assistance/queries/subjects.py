"""Whom an answer or a payment is about, for rows that only name a kind and a key."""

from collections.abc import Iterable

from django.db.models import Case, CharField, Expression, OuterRef, Subquery, When

from assistance.enums import DossierState, SubjectKind
from assistance.models import Determination, HouseholdDossier, PaymentClaim
from members.models import Person

_Value = Expression | Subquery
NOBODY = Case(default=None, output_field=CharField())


def dossier_number_of(prefix: str = "") -> Expression:
    """The file behind a row's subject: its own, or that of whoever is paid for a person.

    `prefix` leads to the columns, for instance `claim__`; NULL where there is no file.
    """
    files = HouseholdDossier.objects.order_by()
    own = files.filter(pk=OuterRef(f"{prefix}subject_id"))
    payee_s = files.filter(
        principal=OuterRef(f"{prefix}payee_id"), state=DossierState.ON_FILE
    )
    return _by_kind(
        prefix,
        household=Subquery(own.values("number")[:1]),
        person=Subquery(payee_s.values("number")[:1]),
    )


def subject_name_of(prefix: str = "") -> Expression:
    """The person a row is about; NULL for a household, which its payee stands for."""
    people = Person.objects.filter(pk=OuterRef(f"{prefix}subject_id")).order_by()
    return _by_kind(
        prefix, household=NOBODY, person=Subquery(people.values("name")[:1])
    )


def _by_kind(prefix: str, *, household: _Value, person: _Value) -> Expression:
    kind = f"{prefix}subject_kind"
    return Case(
        When(**{kind: SubjectKind.HOUSEHOLD}, then=household),
        When(**{kind: SubjectKind.PERSON}, then=person),
        default=None,
        output_field=CharField(),
    )


def subject_names(rows: Iterable[Determination | PaymentClaim]) -> dict[int, str]:
    """By person: the names of those whom rows are about; households are left out."""
    wanted = {row.subject_id for row in rows if row.subject_kind == SubjectKind.PERSON}
    if not wanted:
        return {}
    return dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name"))
