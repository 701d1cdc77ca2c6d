"""Reads of memberships, applications and cards: reach, progress, the public check."""

from dataclasses import dataclass
from datetime import date

from django.db.models import (
    CharField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Length

from members.enums import (
    ApplicationState,
    CardState,
    MembershipState,
    OrganisationLevel,
    OrganisationState,
    Role,
)
from members.models import (
    MemberCard,
    Membership,
    MembershipApplication,
    Organisation,
    Person,
    Standing,
)
from members.models.application import OPEN
from members.queries.person import registrations_of, search_conditions
from members.queries.post import posts_in_force
from unionportal.core.actor import Actor
from unionportal.core.masks import mask_name
from unionportal.core.scope import within

ADMITTED = (MembershipState.MEMBER, MembershipState.KEPT, MembershipState.RETIRED)
TAKING_MEMBERS = (OrganisationLevel.BASIC, OrganisationLevel.TOWNSHIP)
NUMBER_DIGITS = 10
DECIDERS = (Role.CHECKER, Role.APPROVER)


def memberships_visible_to(actor: Actor) -> QuerySet[Membership]:
    """The memberships of the actor's unions; a worker's own."""
    found = Membership.objects.order_by("id")
    if actor.kind == "worker":
        return found.filter(person_id__in=[actor.person_id])
    return found.filter(within(actor, "organisation__path"))


def membership_conditions(text: str) -> list[tuple[str, Q]]:
    """What was typed, as `search_conditions` of the person; digits are a member's number."""
    typed = text.strip()
    if typed.isdecimal() and len(typed) <= NUMBER_DIGITS:
        return [("number", Q(number__startswith=typed))]
    return search_conditions(typed, of="person__")


def membership_of(person: Person) -> Membership | None:
    """A person's membership, ended or not."""
    found = Membership.objects.filter(person=person)
    return found.select_related("organisation", "person").first()


def histories_of(person: Person) -> list[Standing]:
    """Every standing under any registration of a human, latest first."""
    own = Standing.objects.filter(membership__person__in=registrations_of(person))
    found = own.select_related("organisation", "membership")
    return list(found.order_by("-since", "-membership_id", "-number"))


def membership_by_number(number: str) -> Membership | None:
    """Whose number it is, wherever he belongs: a new union asks for him by it."""
    return Membership.objects.filter(number=number.strip()).first()


def standings_of(membership: Membership) -> list[Standing]:
    """Every standing there was, latest first."""
    found = membership.standings.select_related("organisation")
    return list(found.order_by("-number"))


def card_in_hand(membership: Membership) -> MemberCard | None:
    """The card that is not revoked; it may have expired."""
    return membership.cards.filter(state=CardState.VALID).first()


def applications_visible_to(actor: Actor) -> QuerySet[MembershipApplication]:
    """Applications to the actor's unions; the applicant's own, by person or phone."""
    found = MembershipApplication.objects.order_by("-id")
    if actor.kind == "worker":
        mine = Q(person_id__in=[actor.person_id])
        if actor.proven_phone_index:
            mine |= Q(person_id=None, phone_index=actor.proven_phone_index)
            mine |= Q(
                phone_index=actor.proven_phone_index, state=ApplicationState.APPROVED
            )
        return found.filter(mine)
    return found.filter(within(actor, "organisation__path"))


def application_under_way(actor: Actor) -> MembershipApplication | None:
    """The applicant's open application, if there is one."""
    found = applications_visible_to(actor).filter(state__in=OPEN)
    return found.select_related("organisation").first()


def applications_waiting(actor: Actor, on: date) -> QuerySet[MembershipApplication]:
    """What waits for this actor: his unions' own, and those of unions without staff.

    An application goes to the nearest union, from the one applied to upwards, where
    somebody holds a deciding post on that day.
    """
    held = posts_in_force(on).filter(role__in=DECIDERS)
    nearest = (
        held.alias(there=ExpressionWrapper(OuterRef("organisation__path"), CharField()))
        .filter(there__startswith=F("organisation__path"))
        .order_by(Length("organisation__path").desc())
        .values("organisation_id")[:1]
    )
    mine = [seat.organisation_id for seat in actor.seats if seat.role in DECIDERS]
    waiting = applications_visible_to(actor).filter(state=ApplicationState.SUBMITTED)
    return (
        waiting.annotate(decider=Subquery(nearest))
        .filter(decider__in=mine)
        .order_by("submitted_on", "id")
    )


def unions_to_join(text: str, *, limit: int = 20) -> list[Organisation]:
    """Unions that take members themselves, by a part of the name."""
    typed = text.strip()
    if len(typed) < 2:
        return []
    named = Q(name__contains=typed) | Q(short_name__contains=typed)
    return list(_taking_members().filter(named).order_by("path")[:limit])


def union_to_join(pk: int) -> Organisation | None:
    """One of them."""
    return _taking_members().filter(pk=pk).first()


def _taking_members() -> QuerySet[Organisation]:
    """Unions that stand, of the levels whose members are workers themselves."""
    return Organisation.objects.filter(
        level__in=TAKING_MEMBERS, state=OrganisationState.NORMAL
    )


@dataclass(frozen=True, slots=True)
class CardCheck:
    """All that a stranger sees of a card: nothing that names the person."""

    name: str
    union: str
    verdict: str
    expires_on: date | None


def check_card(token: str, *, on: date) -> CardCheck | None:
    """What the public check says: valid, expired, or revoked (and nothing further)."""
    found = MemberCard.objects.filter(token=token).select_related(
        "membership__person", "membership__organisation"
    )
    card = found.first()
    if card is None:
        return None
    membership = card.membership
    name = mask_name(membership.person.name)
    union = membership.organisation.name
    is_merged = membership.person.merged_into_id is not None
    ended = membership.state not in ADMITTED or is_merged
    if card.state == CardState.REVOKED or ended:
        return CardCheck(name, union, "revoked", None)
    verdict = "valid" if card.expires_on >= on else "expired"
    return CardCheck(name, union, verdict, card.expires_on)
