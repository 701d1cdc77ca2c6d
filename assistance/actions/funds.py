"""Funds (资金): what comes in, what is handed down, and the reversal of an error."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from assistance.actions.ledger import (
    Leg,
    Voucher,
    known_organisation,
    known_source,
    move,
    post_entry,
)
from assistance.enums import AccountKind, EntryKind
from assistance.models import Entry
from assistance.permissions.funds import (
    can_receive_funds,
    can_reverse_entry,
    can_transfer_funds,
)
from assistance.queries.matches import is_matched
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.money import yuan


def receive_funds(
    *,
    organisation_id: int,
    source_id: int,
    amount: Decimal,
    document: str,
    by: Actor,
    on: date,
) -> Entry:
    """Enter money that came in (筹集): one document of a source is entered once.

    Refuses an amount that is not positive, a missing document, and a second entry of
    the same document, unless the first was reversed.
    """
    with transaction.atomic():
        organisation = known_organisation(organisation_id, field="organisation_id")
        can_receive_funds(by, organisation).require()
        source = known_source(source_id)
        amount = _checked(amount, document)
        entry = post_entry(
            voucher=Voucher(
                kind=EntryKind.RECEIVE,
                key=_key("receive", organisation.pk, source.pk, document),
                document=document,
            ),
            legs=move(
                organisation.pk,
                source.pk,
                amount,
                taken_from=AccountKind.FUNDING,
                put_into=AccountKind.AVAILABLE,
            ),
            by=by,
            on=on,
        )
        record(
            by=by,
            verb="receive_funds",
            subject=entry,
            on=on,
            organisation_id=organisation.pk,
            changes={"source": source.code, "amount": str(amount)},
            reason=document,
        )
    return entry


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money handed down: from whom, to whom, of which source, how much, by what."""

    giver_id: int
    taker_id: int
    source_id: int
    amount: Decimal
    document: str


def transfer_funds(*, transfer: Transfer, by: Actor, on: date) -> Entry:
    """Hand money down to a union below (下拨): a transfer, not spending.

    Refuses a taker that is not below the giver, an amount above what is available,
    and a second entry of the same document, unless the first was reversed.
    """
    with transaction.atomic():
        giver = known_organisation(transfer.giver_id, field="giver_id")
        can_transfer_funds(by, giver).require()
        taker = known_organisation(transfer.taker_id, field="taker_id")
        _check_below(taker, giver)
        source = known_source(transfer.source_id)
        amount = _checked(transfer.amount, transfer.document)
        key = _key("transfer", giver.pk, taker.pk, source.pk, transfer.document)
        entry = post_entry(
            voucher=Voucher(EntryKind.TRANSFER, key, transfer.document),
            legs=(
                Leg(giver.pk, source.pk, AccountKind.AVAILABLE, -amount),
                Leg(taker.pk, source.pk, AccountKind.AVAILABLE, amount),
            ),
            by=by,
            on=on,
        )
        record(
            by=by,
            verb="transfer_funds",
            subject=entry,
            on=on,
            organisation_id=giver.pk,
            changes={
                "source": source.code,
                "amount": str(amount),
                "taker": taker.code,
            },
            reason=transfer.document,
        )
    return entry


def _check_below(taker: Organisation, giver: Organisation) -> None:
    if not taker.path.startswith(giver.path) or taker.pk == giver.pk:
        raise Refusal(
            f"{taker.short_name}不是{giver.short_name}的下级工会，资金只能向下拨付。",
            field="taker_id",
        )


def reverse_entry(*, entry_id: int, reason: str, by: Actor, on: date) -> Entry:
    """Undo a receipt or a transfer by an entry of the opposite sign (冲销).

    Refuses entries of batches (they follow from the bank), a second reversal, the
    reversal of a reversal, and money that has been used meanwhile.
    """
    with transaction.atomic():
        entry = Entry.objects.filter(pk=entry_id).first()
        if entry is None:
            raise Refusal("没有这笔分录，请刷新后再试。", field="entry_id")
        can_reverse_entry(by, entry).require()
        _check_reversible(entry, reason)
        reversal = post_entry(
            voucher=Voucher(
                kind=EntryKind(entry.kind),
                key=f"reverse:{entry.pk}",
                document=f"冲销“{entry.document}”"[:200],
                reverses_id=entry.pk,
            ),
            legs=[
                Leg(
                    posting.account.organisation_id,
                    posting.account.source_id,
                    posting.account.kind,
                    -posting.amount,
                )
                for posting in entry.postings.select_related("account")
            ],
            by=by,
            on=on,
        )
        record(
            by=by,
            verb="reverse_entry",
            subject=reversal,
            on=on,
            changes={"reverses": entry.pk},
            reason=reason,
        )
    return reversal


def _check_reversible(entry: Entry, reason: str) -> None:
    if not reason.strip():
        raise Refusal("请填写冲销理由。", field="reason")
    if entry.batch_id is not None:
        raise Refusal("批次的分录由银行结果产生，不能手工冲销；如有差错请登记退回。")
    if entry.reverses_id is not None:
        raise Refusal("冲销分录不能再冲销；请按正确金额另行入账。")
    if is_matched(entry):
        raise Refusal(
            "这笔分录已与银行对账单核对，不能冲销；请先取消核对。", code="matched"
        )
    if Entry.objects.filter(reverses=entry).exists():
        raise Refusal("这笔分录已经冲销过，不能再次冲销。", code="already_posted")


def _checked(amount: Decimal, document: str) -> Decimal:
    """Return the amount to the fen; refuse nothing, less than nothing, no document."""
    if not document.strip():
        raise Refusal("请填写依据文件或凭证号。", field="document")
    if amount != yuan(amount) or amount <= 0:
        raise Refusal("金额必须大于零，且最多两位小数。", field="amount")
    return yuan(amount)


def _key(kind: str, *parts: object) -> str:
    """Name an event by what identifies it; a document's name may be long.

    What was reversed frees its document to be entered again, rightly this time.
    """
    *ids, document = map(str, parts)
    digest = hashlib.sha256(document.strip().encode()).hexdigest()[:24]
    key = ":".join((kind, *ids, digest))
    undone = Entry.objects.filter(reverses__key__startswith=key).count()
    return f"{key}:{undone}" if undone else key
