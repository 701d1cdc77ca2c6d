"""What a person was answered and paid, found by keys that stay fast in millions of rows.

Bulk tables have no index by payee: it would cost every round and serve one page. The
way goes over the person's dossiers and applications, which few keys name.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from assistance.enums import RoundState, SubjectKind
from assistance.models import (
    AidApplication,
    Determination,
    HouseholdDossier,
    Payment,
    PaymentClaim,
    Round,
)
from members.models import Organisation


def determinations_of_payee(person_id: int) -> QuerySet[Determination]:
    """The answers that stand, from computation on, the latest first.

    By the unique key (year, round, subject): the rounds of the unions at and above
    those that keep his dossiers or took his applications, a few dozen a year.
    """
    households = HouseholdDossier.objects.filter(principal_id=person_id).values_list(
        "pk", "organisation__path"
    )
    applied = AidApplication.objects.filter(
        payee_id=person_id, subject__isnull=False
    ).values_list("subject_id", "organisation__path")
    paths = {path for _, path in (*households, *applied)}
    of_household = Q(
        subject_kind=SubjectKind.HOUSEHOLD, subject_id__in={pk for pk, _ in households}
    )
    of_person = Q(
        subject_kind=SubjectKind.PERSON, subject_id__in={pk for pk, _ in applied}
    )
    rounds = (
        Round.objects.filter(
            organisation__path__in={above for path in paths for above in _up(path)}
        )
        .exclude(state__in=(RoundState.OPENED, RoundState.CANCELLED))
        .values_list("pk", "year")
    )
    keys: dict[str, Any] = {
        "year__in": {year for _, year in rounds},
        "round__in": {pk for pk, _ in rounds},
    }
    return Determination.objects.filter(
        of_household | of_person, **keys, superseded_by=None, payee_id=person_id
    ).order_by("-id")


def latest_attempts(rows: Iterable[Determination]) -> dict[int, Payment]:
    """The latest attempt to pay, by the answer that its claim was made from."""
    found = {row.pk: row for row in rows}
    claims = dict(
        PaymentClaim.objects.filter(_live(found.values()) | _withdrawn(found.values()))
        .filter(determination_id__in=found)
        .values_list("pk", "determination_id")
    )
    attempts = (
        Payment.objects.filter(
            year__in={row.year for row in found.values()}, claim__in=claims
        )
        .select_related("batch", "account")
        .order_by("claim", "attempt")
    )
    return {claims[payment.claim_id]: payment for payment in attempts}


def _live(rows: Iterable[Determination]) -> Q:
    """By the key under which a claim stands only once."""
    return Q(
        released=False,
        subject_kind__in={row.subject_kind for row in rows},
        subject_id__in={row.subject_id for row in rows},
    )


def _withdrawn(rows: Iterable[Determination]) -> Q:
    """Those given up have left that key; they lie with their union's in the round."""
    return Q(
        released=True,
        round__in={row.round_id for row in rows},
        organisation__in={row.organisation_id for row in rows},
    )


def _up(path: str) -> Iterator[str]:
    """The path of a union, and of each union above it."""
    step = Organisation.steplen
    return (path[:end] for end in range(step, len(path) + 1, step))
