"""Reads of visits at home."""

from django.db.models import Prefetch, QuerySet

from assistance.models import HouseholdDossier, Visit, VisitPaper


def visits_of(dossier: HouseholdDossier) -> QuerySet[Visit]:
    """The visits to a household, newest first, with the names of their papers."""
    papers = VisitPaper.objects.defer("content").order_by("number")
    return dossier.visits.prefetch_related(Prefetch("papers", papers))
