"""Reads of payments and of the files exchanged with banks."""

from django.db.models import Q, QuerySet

from assistance.models import BankFile, Payment
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def payments_visible_to(actor: Actor) -> QuerySet[Payment]:
    """The payments of the actor's unions; a worker's own."""
    payments = Payment.objects.select_related(
        "batch__organisation", "claim__payee", "source", "account"
    ).order_by("id")
    if actor.kind == "worker":
        return payments.filter(claim__payee_id=actor.person_id)
    return payments.filter(within(actor, "batch__organisation__path"))


def bank_files_visible_to(actor: Actor) -> QuerySet[BankFile]:
    """The files of the actor's unions; a file without a union is the portal's own."""
    files = BankFile.objects.select_related("organisation", "batch").order_by("-id")
    if actor.is_system:
        return files
    return files.filter(
        within(actor, "organisation__path") & Q(organisation__isnull=False)
    )
