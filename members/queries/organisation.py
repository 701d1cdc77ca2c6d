"""Reads of organisations: reach, and the union of a division."""

from django.db.models import QuerySet

from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """The unions at and below the actor's seats, in tree order."""
    return Organisation.objects.filter(within(actor, "path")).order_by("path")


def organisation_of(division_code: str) -> Organisation | None:
    """The general union of a division, or of the nearest division above it."""
    codes = [division_code, division_code[:6], f"{division_code[:4]}00"]
    codes.append(f"{division_code[:2]}0000")
    return Organisation.objects.filter(code__in=codes).order_by("-depth").first()


def ancestors_of(path: str) -> QuerySet[Organisation]:
    """The unions from the root down to a path, itself included."""
    step = Organisation.steplen
    paths = [path[:end] for end in range(step, len(path) + step, step)]
    return Organisation.objects.filter(path__in=paths).order_by("path")
