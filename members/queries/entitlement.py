"""What the member card opens: entitlements that the apps above register."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from members.models import Person
from members.queries.membership import ADMITTED, card_in_hand, membership_of
from unionportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Something a member may have for showing his card; `url` where he asks for it."""

    code: str
    title: str
    terms: str
    url: str = ""


EntitlementSource = Callable[[Person, date], list[Entitlement]]
_registered: Registry[EntitlementSource] = Registry("entitlement source")


def register_entitlements(source: EntitlementSource) -> EntitlementSource:
    """Register what an app offers to members; called in ``AppConfig.ready()``."""
    _registered.add(f"{source.__module__}.{source.__qualname__}", source)
    return source


def entitlements_of(person: Person, *, on: date) -> list[Entitlement]:
    """Everything a member is entitled to on a day; nothing without a card in force."""
    membership = membership_of(person)
    if membership is None or membership.state not in ADMITTED:
        return []
    card = card_in_hand(membership)
    if card is None or card.expires_on < on:
        return []
    return [one for source in _registered for one in source(person, on)]
