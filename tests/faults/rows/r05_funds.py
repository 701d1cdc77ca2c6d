"""R5: two to sixteen at once on one fund; nothing is spent twice, nothing refused in vain.

Everything in the mix takes money out of the county's account: the last approval of its
batch, transfers to a township, reversals of receipts. So whoever was refused wanted more
than there is left at the end.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Barrier

from django.db import connection

from assistance.actions.batches import endorse_batch
from assistance.actions.funds import (
    Transfer,
    receive_funds,
    reverse_entry,
    transfer_funds,
)
from assistance.enums import AccountKind, BatchState
from assistance.models import Account, Batch, FundSource
from assistance.permissions.batches import ENDORSE
from assistance.queries.ledger import ledger_proof
from tests.assistance.builders import COUNTY, union
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.ground import Ground
from tests.faults.story import sign_next, unsigned
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import verify_chain
from unionportal.core.errors import Refusal
from unionportal.demo.cast import Cast

TOWNSHIP = "350102001"
FUNDED = Decimal("100000.00")


@dataclass(frozen=True)
class Taking:
    """One wish to take money out, and how much."""

    amount: Decimal
    act: Callable[[], object]


@fault(row="R5", title="2–16 个线程同时动一笔资金", in_ci=50, tries=500)
def threads_on_one_fund(ground: Ground, chance: Chance) -> None:
    ground.at("released")
    batch = _waiting_for_the_last_word()
    left = batch.total + chance.choice([-600, 0, 600, 1800])
    wishes = _wishes(chance, batch, left)

    results = _at_once(wishes)

    taken = [w.amount for w, r in zip(wishes, results, strict=True) if r is None]
    now = _available()
    assert now == left - sum(taken), f"{now} left of {left} after {taken}"
    for wish, refusal in zip(wishes, results, strict=True):
        if refusal is not None and refusal.code == "shortfall":
            assert wish.amount > now, f"refused {wish.amount}, {now} left"
    _still_sound(batch)


def _waiting_for_the_last_word() -> Batch:
    """The county's batch, signed by all but the city's approver."""
    while True:
        (batch,) = unsigned().filter(organisation__code=COUNTY)
        if batch.state == BatchState.ENDORSING:
            return batch
        sign_next(batch)


def _wishes(chance: Chance, batch: Batch, left: Decimal) -> list[Taking]:
    """Drain the account but for ``left``, and draw who wants what at once."""
    receipts = [
        receive_funds(
            organisation_id=batch.organisation_id,
            source_id=_source().pk,
            amount=Decimal(600),
            document=f"捐款 {number}",
            by=SYSTEM,
            on=AFTER_NOTICE,
        )
        for number in range(3)
    ]
    _transfer(FUNDED + 1800 - left, "先行下拨")
    endorser = Cast(AFTER_NOTICE).signer(batch, ENDORSE)
    wishes = [
        Taking(
            batch.total,
            lambda: endorse_batch(
                batch_id=batch.pk,
                digest=batch.digest,
                comment="",
                by=endorser,
                on=AFTER_NOTICE,
            ),
        )
    ]
    for number in range(chance.randint(1, 15)):
        if chance.random() < 1 / 4 and receipts:
            entry = receipts.pop()
            wishes.append(
                Taking(
                    Decimal(600),
                    lambda entry=entry: reverse_entry(  # type: ignore[misc]
                        entry_id=entry.pk, reason="退款", by=SYSTEM, on=AFTER_NOTICE
                    ),
                )
            )
            continue
        amount = Decimal(chance.choice([1, 300, 600, 900, 1800, 3000]))
        wishes.append(
            Taking(
                amount,
                lambda amount=amount, number=number: _transfer(  # type: ignore[misc]
                    amount, f"下拨 {number}"
                ),
            )
        )
    chance.shuffle(wishes)
    return wishes


def _transfer(amount: Decimal, document: str) -> None:
    transfer = Transfer(
        giver_id=union(COUNTY).pk,
        taker_id=union(TOWNSHIP).pk,
        source_id=_source().pk,
        amount=amount,
        document=document,
    )
    transfer_funds(transfer=transfer, by=SYSTEM, on=AFTER_NOTICE)


def _source() -> FundSource:
    return FundSource.objects.get(code="county_own")


def _available() -> Decimal:
    return Account.objects.get(
        organisation__code=COUNTY, source=_source(), kind=AccountKind.AVAILABLE
    ).balance


def _at_once(wishes: list[Taking]) -> list[Refusal | None]:
    """Each on a connection of its own, all let go together."""
    start = Barrier(len(wishes))

    def run(wish: Taking) -> Refusal | None:
        try:
            start.wait()
            wish.act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(run, wishes))


def _still_sound(batch: Batch) -> None:
    below = Account.objects.filter(balance__lt=0).exclude(kind=AccountKind.FUNDING)
    assert not below.exists()
    batch.refresh_from_db()
    reserved = Account.objects.get(
        organisation__code=COUNTY, source=_source(), kind=AccountKind.RESERVED
    ).balance
    is_approved = batch.state == BatchState.APPROVED
    assert reserved == (batch.total if is_approved else 0)
    assert ledger_proof().problems == ()
    assert verify_chain().fault == ""
