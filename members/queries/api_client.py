"""Reads of API clients."""

from django.db.models import QuerySet

from members.enums import Role
from members.models import ApiClient
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def clients_visible_to(actor: Actor) -> QuerySet[ApiClient]:
    """The clients of the actor's unions; for administrators and auditors only."""
    clients = ApiClient.objects.filter(within(actor, "organisation__path"))
    looks_after = any(
        seat.role in {Role.ADMINISTRATOR, Role.AUDITOR} for seat in actor.seats
    )
    if not (actor.is_system or looks_after):
        return clients.none()
    return clients.order_by("organisation__path", "id")
