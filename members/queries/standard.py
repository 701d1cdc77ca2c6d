"""Reads of standards: the amount in force at a place on a day."""

from datetime import date

from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from members.enums import StandardKind
from members.models import Division, Organisation, Standard
from unionportal.core.actor import Actor
from unionportal.core.scope import within

COUNTY_DIGITS = 6
AMOUNT = DecimalField[object, object](max_digits=14, decimal_places=2)


def standards_visible_to(actor: Actor) -> QuerySet[Standard]:
    """The standards of the divisions whose unions the actor reaches."""
    reached = Organisation.objects.filter(within(actor, "path")).values("code")
    standards = Standard.objects.order_by(
        "kind", "division", "residence", "-valid_from"
    )
    return standards if actor.is_system else standards.filter(division_id__in=reached)


def standard_in_force(
    kind: str, division: Division | str, residence: str, on: date
) -> Standard | None:
    """The standard of a division, or of the county it lies in, on a day."""
    code = division if isinstance(division, str) else division.code
    return (
        _in_force_on(kind, on)
        .filter(division_id=code[:COUNTY_DIGITS], residence=residence)
        .first()
    )


def subsistence_line_at(
    division_ref: str, residence_ref: str, date_ref: str
) -> Subquery:
    """低保标准 in yuan a month for each row of an outer query; NULL where none is known.

    The arguments name the outer row's division code (county or township), residence
    and the date that counts.
    """
    line = _in_force_on(StandardKind.SUBSISTENCE_LINE, OuterRef(date_ref)).filter(
        division_id=Left(OuterRef(division_ref), COUNTY_DIGITS),
        residence=OuterRef(residence_ref),
    )
    return Subquery(line.order_by().values("amount")[:1], output_field=AMOUNT)


def _in_force_on(kind: str, on: date | OuterRef) -> QuerySet[Standard]:
    return Standard.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), kind=kind, valid_from__lte=on
    )
