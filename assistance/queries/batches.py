"""Reads of batches: who sees which, what each source bears, who has signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from assistance.enums import SignatureStep
from assistance.models import Batch, BatchFunding, Signature
from unionportal.core.actor import Actor
from unionportal.core.scope import within

_ZERO = Decimal("0.00")


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """The batches of the actor's unions, with what is left to be paid (`payable`)."""
    withdrawn = (
        BatchFunding.objects.filter(batch=OuterRef("pk"))
        .order_by()
        .values("batch")
        .annotate(amount=Sum("withdrawn_amount"))
        .values("amount")
    )
    return (
        Batch.objects.filter(within(actor, "organisation__path"))
        .select_related("organisation", "round__version__scheme", "round__period")
        .annotate(payable=F("total") - Coalesce(Subquery(withdrawn), _ZERO))
        .order_by("-id")
    )


def fundings_of(batch: Batch) -> QuerySet[BatchFunding]:
    """What each source bears, and how much of it was withdrawn."""
    return (
        BatchFunding.objects.filter(batch=batch)
        .select_related("source")
        .order_by("source_id")
    )


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One line of the trail: the step, the person, for whom, where, when, and whether
    it still stands: on the list as it is now, in the cycle that counts.
    """

    cycle: int
    step: str
    name: str
    principal: str
    organisation: str
    is_from_above: bool
    on: date
    comment: str
    digest: str
    is_current: bool


def signatures_of(batch: Batch) -> list[SignatureRow]:
    """Return the trail of signatures, the oldest first, voided cycles included."""
    signatures = (
        Signature.objects.filter(batch=batch)
        .select_related("user", "principal", "organisation")
        .order_by("id")
    )
    return [
        SignatureRow(
            cycle=row.cycle,
            step=str(SignatureStep(row.step).label),
            name=row.user.name,
            principal=row.principal.name if row.principal else "",
            organisation=row.organisation.short_name,
            is_from_above=row.organisation_id != batch.organisation_id,
            on=row.on,
            comment=row.comment,
            digest=row.digest,
            is_current=row.cycle == batch.cycle,
        )
        for row in signatures
    ]
