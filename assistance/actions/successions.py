"""Dossiers follow a union into its successor; frozen rounds stay where they were made."""

from datetime import date

from assistance.models import HouseholdDossier
from unionportal.core.successions import Succession


def carry_dossiers(from_id: int, to_id: int, on: date) -> int:
    """Households of the union are paid and kept by the other one from now on."""
    del on
    HouseholdDossier.objects.filter(keeper_id=from_id).update(keeper_id=to_id)
    paid = HouseholdDossier.objects.filter(organisation_id=from_id)
    return paid.update(organisation_id=to_id)


SUCCESSIONS = (Succession("assistance.dossiers", "困难职工档案", carry_dossiers),)
