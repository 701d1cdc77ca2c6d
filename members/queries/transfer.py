"""Reads of transfers: reach, what is due, and the union that holds who has none."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.enums import OrganisationLevel, TransferState
from members.models import Membership, MembershipTransfer, Organisation
from members.models.transfer import OPEN
from members.queries.organisation import ancestors_of, organisation_of
from unionportal.core.actor import Actor
from unionportal.core.scope import within

UNDER_WAY = (TransferState.ASKED, TransferState.RELEASED, TransferState.ACCEPTED)


def transfers_visible_to(actor: Actor) -> QuerySet[MembershipTransfer]:
    """Transfers out of or into the actor's unions; a worker's own."""
    found = MembershipTransfer.objects.order_by("-id")
    if actor.kind == "worker":
        return found.filter(membership__person_id__in=[actor.person_id])
    return found.filter(
        within(actor, "old_union__path") | within(actor, "new_union__path")
    )


def transfer_under_way(membership: Membership) -> MembershipTransfer | None:
    """The one transfer of a membership that has not ended."""
    found = membership.transfers.filter(state__in=OPEN)
    return found.select_related("old_union", "new_union").first()


@dataclass(frozen=True, slots=True)
class TransferStep:
    """A step of a transfer as its member sees it; `state` is done, now, next or no."""

    title: str
    state: str
    on: date | None = None
    detail: str = ""


def transfer_steps(transfer: MembershipTransfer) -> list[TransferStep]:
    """Asked, let go, taken, moved: what is done, who is asked now, what is to come."""
    ended = transfer.state not in OPEN
    asked = TransferStep(
        _("提出转会"), "done", transfer.asked_on, transfer.get_asked_by_display()
    )
    steps = [
        asked,
        _consent(_("转出工会同意"), transfer.released_on, transfer),
        _consent(_("转入工会接收"), transfer.accepted_on, transfer),
    ]
    if transfer.state == TransferState.COMPLETED:
        steps.append(TransferStep(_("会籍转到新工会"), "done", transfer.moves_on))
    elif ended:
        closed = transfer.close_reason
        label = transfer.get_state_display()
        steps.append(TransferStep(label, "now", transfer.closed_on, closed))
    else:
        agreed = transfer.state == TransferState.AGREED
        state = "now" if agreed else "next"
        steps.append(TransferStep(_("会籍转到新工会"), state, transfer.moves_on))
    return steps


def _consent(title: str, on: date | None, transfer: MembershipTransfer) -> TransferStep:
    if on is not None:
        return TransferStep(title, "done", on)
    if transfer.state not in OPEN:
        return TransferStep(title, "next")
    limit = date_format(transfer.answer_by, "Y年n月j日")
    return TransferStep(title, "now", None, _("%s前答复") % limit)


def transfers_due(on: date) -> QuerySet[MembershipTransfer]:
    """Agreed ones whose day has come."""
    found = MembershipTransfer.objects.filter(state=TransferState.AGREED)
    return found.filter(moves_on__lte=on).order_by("id")


def overdue_transfers(on: date) -> QuerySet[MembershipTransfer]:
    """Those on which a union should have answered by now."""
    found = MembershipTransfer.objects.filter(state__in=UNDER_WAY)
    return found.filter(answer_by__lt=on).order_by("answer_by", "id")


def holding_union(membership: Membership) -> Organisation:
    """Who holds a membership when the new unit has no union.

    The township's or county's union where the member is registered as living; where
    that is not known, the union above his present one.
    """
    place = membership.person.division_id
    found = organisation_of(place) if place else None
    if found is not None and found.pk != membership.organisation_id:
        return found
    above = ancestors_of(membership.organisation.path).exclude(
        pk=membership.organisation_id
    )
    nearest = above.exclude(level=OrganisationLevel.PROVINCE).last()
    return nearest or membership.organisation
