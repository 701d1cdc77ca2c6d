"""Verbs of membership: joining, keeping, retiring, leaving, and the member's card."""

import secrets
from datetime import date

from django.db import transaction

from members.actions.standings import StandingEntry, first_standing, next_standing
from members.enums import CardState, MembershipState
from members.models import MemberCard, Membership, Organisation, Person
from members.permissions.membership import (
    can_admit_member,
    can_change_standing,
    can_renew_card,
)
from members.queries.transfer import transfer_under_way
from members.workflow import CARD, MEMBERSHIP
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

CARD_YEARS = 5
TOKEN_BYTES = 16  # 128 bits: nobody guesses one of them
ENDED = (MembershipState.LEFT, MembershipState.EXPELLED)
ACTS = ("keep", "resume", "retire", "leave", "lapse", "expel")


def admit_member(
    *, person_id: int, organisation_id: int, document: str, on: date, by: Actor
) -> Membership:
    """Enter a member on paper (入会申请书): joins, or rejoins who left; gives a card.

    Refuses somebody who is a member already, wherever that is, and a dead person.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_admit_member(by, organisation).require()
        person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
        return write_admission(
            person=person,
            organisation=organisation,
            document=document.strip(),
            on=on,
            by=by,
        )


def write_admission(
    *, person: Person, organisation: Organisation, document: str, on: date, by: Actor
) -> Membership:
    """Admit a locked person, inside the caller's transaction and permission."""
    if person.died_on is not None:
        raise Refusal("该人登记为已去世，不能入会。", code="died")
    held = Membership.objects.select_for_update().filter(person=person).first()
    if held is not None and held.state not in ENDED:
        raise Refusal(
            f"该人已是会员（编号 {held.number}），不能重复入会；换单位的请办理转会。",
            code="member",
        )
    entry = StandingEntry(
        act="rejoin" if held else "join",
        on=on,
        organisation_id=organisation.pk,
        document=document,
    )
    if held is None:
        held = first_standing(
            person_id=person.pk, organisation_id=organisation.pk, entry=entry, by=by
        )
    else:
        next_standing(membership=held, entry=entry, by=by)
    if person.organisation_id != organisation.pk:
        person.organisation = organisation
        person.save(update_fields=["organisation"])
    issue_card(held, on=on)
    return held


def change_standing(
    *, membership_id: int, act: str, reason: str, on: date, by: Actor
) -> Membership:
    """Keep, resume, retire, leave, count as left or expel, as the state table says.

    Who leaves or is expelled loses his card. Refuses without a reason, a day before
    the last act's, a transfer under way, and other acts: joining and transferring have ways of their own.
    """
    if act not in ACTS:
        raise ValueError(f"not an act of this verb: {act}")
    if not reason.strip():
        raise Refusal("请填写原因。", field="reason")
    with transaction.atomic():
        membership = locked_membership(membership_id)
        can_change_standing(by, membership, act).require()
        if transfer_under_way(membership) is not None:
            raise Refusal("转会正在办理，请等办结或先撤回转会。", code="transfer")
        entry = StandingEntry(act=act, on=on, reason=reason.strip())
        next_standing(membership=membership, entry=entry, by=by)
        if membership.state in ENDED:
            _revoke(membership, reason=MEMBERSHIP.action_label(act), on=on)
    return membership


def renew_card(*, membership_id: int, reason: str, on: date, by: Actor) -> MemberCard:
    """Revoke the card in hand, if any, and give another with a token of its own.

    Refuses who is no member any more, and a missing reason.
    """
    if not reason.strip():
        raise Refusal("请填写换证原因。", field="reason")
    with transaction.atomic():
        membership = locked_membership(membership_id)
        can_renew_card(by, membership).require()
        if membership.state in ENDED:
            raise Refusal("已退会或被开除会籍的不能换发会员证。", code="state")
        _revoke(membership, reason=reason.strip(), on=on)
        card = issue_card(membership, on=on)
        record(
            by=by,
            verb="renew_card",
            subject=membership,
            on=on,
            organisation_id=membership.organisation_id,
            reason=reason.strip(),
        )
    return card


def locked_membership(membership_id: int) -> Membership:
    """The membership with its union, locked against another act."""
    return (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "person")
        .get(pk=membership_id)
    )


def issue_card(membership: Membership, *, on: date) -> MemberCard:
    """Give a card that is good for five years."""
    return MemberCard.objects.create(
        membership=membership,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        issued_on=on,
        expires_on=_years_later(on),
    )


def _years_later(on: date) -> date:
    last = 28 if (on.month, on.day) == (2, 29) else on.day
    return on.replace(year=on.year + CARD_YEARS, day=last)


def _revoke(membership: Membership, *, reason: str, on: date) -> None:
    for card in membership.cards.filter(state=CardState.VALID):
        card.state = CARD.target_of("revoke", card.state)
        card.revoked_on = on
        card.revoke_reason = reason
        card.save(update_fields=["state", "revoked_on", "revoke_reason"])
