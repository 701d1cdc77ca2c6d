"""Reads of divisions."""

from datetime import date

from django.db.models import Q, QuerySet

from members.enums import DivisionLevel
from members.models import Division


def divisions_in_force(on: date) -> QuerySet[Division]:
    """The divisions in force on a day; reference material, open to everybody."""
    return Division.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_to=None) | Q(valid_to__gte=on),
    ).order_by("code")


def counties_of(prefix: str, *, on: date) -> QuerySet[Division]:
    """The counties whose codes begin so, for choosing where a standard holds."""
    return divisions_in_force(on).filter(
        level=DivisionLevel.COUNTY, code__startswith=prefix
    )
