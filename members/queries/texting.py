"""How people are reached by text message: their numbers, consents and unions."""

from collections.abc import Collection, Mapping, Sequence

from members.models import Organisation
from members.queries.consent import SMS, withdrawn_among
from members.queries.person import phones_of
from unionportal.core.messages import AddressBook


def may_text(person_ids: Sequence[int], purpose: str) -> Collection[int]:
    """Of these people, who may be texted for a purpose.

    Who has withdrawn his consent to be texted is left out, and finds the message in
    the portal only.
    """
    del purpose  # one consent covers every kind of message: none says more than that
    refused = set(withdrawn_among(person_ids, SMS))
    return [number for number in person_ids if number not in refused]


def unions_above(organisation_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Each of these unions and those above it, the nearest first."""
    found = Organisation.objects.filter(pk__in=organisation_ids)
    paths = dict(found.values_list("pk", "path"))
    step = Organisation.steplen
    chains = {
        number: [path[:end] for end in range(len(path), 0, -step)]
        for number, path in paths.items()
    }
    wanted = {path for chain in chains.values() for path in chain}
    known = dict(Organisation.objects.filter(path__in=wanted).values_list("path", "pk"))
    return {
        number: [known[path] for path in chain if path in known]
        for number, chain in chains.items()
    }


ADDRESS_BOOK = AddressBook(phones=phones_of, may_text=may_text, lineage=unions_above)
