"""What the member card opens: entitlements that the apps above register."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from members.models import MemberCard, Membership, Person
from members.queries.membership import ADMITTED
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


def entitlements_of(
    membership: Membership, card: MemberCard | None, *, on: date
) -> list[Entitlement]:
    """What a member is entitled to on a day; nothing without his card in force."""
    if membership.state not in ADMITTED or card is None or card.expires_on < on:
        return []
    return [one for source in _registered for one in source(membership.person, on)]
