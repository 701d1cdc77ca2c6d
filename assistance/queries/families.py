"""Reads of the further people of households, who consent for themselves."""

from collections.abc import Sequence

from assistance.models import HouseholdDossier, HouseholdMember
from members.models import Organisation
from members.queries.consent import AID, ConsentSubject, last_said
from unionportal.core.masks import mask_id_number


def find_family(numbers: Sequence[int]) -> dict[int, ConsentSubject]:
    """Family members as subjects of consent, and the union that answers for them."""
    rows = HouseholdMember.objects.filter(pk__in=numbers).defer("id_number", "phone")
    found = {}
    for one in rows.select_related("dossier__organisation", "application__union"):
        union = _union_of(one)
        found[one.pk] = ConsentSubject(
            kind=HouseholdMember._meta.label_lower,
            id=one.pk,
            name=one.name,
            organisation_id=union.pk,
            path=union.path,
            birth_date=one.birth_date,
            is_family=True,
        )
    return found


def _union_of(member: HouseholdMember) -> Organisation:
    """The county of the dossier; before there is one, the applicant's union."""
    if member.dossier is not None:
        return member.dossier.organisation
    if member.application is None:  # the database forbids it
        raise ValueError(member.pk)
    return member.application.union


def members_with_consent(
    dossier: HouseholdDossier,
) -> list[tuple[HouseholdMember, str, str]]:
    """Each further person, the masked ID number, and what he said to the aid."""
    members = list(dossier.members.all())
    said = last_said(HouseholdMember._meta.label_lower, [one.pk for one in members])
    return [
        (
            one,
            mask_id_number(one.id_number or ""),
            said[one.pk, AID].get_act_display() if (one.pk, AID) in said else "",
        )
        for one in members
    ]
