"""Any mix of what may happen to money leaves the books balanced, covered and proved.

Hypothesis walks at random through receipts, transfers, approvals, sending back, holds,
withdrawals, instructions, returns early and late, follow-ups and reversals; what is
refused changes nothing. After every step: each entry adds up to zero, no balance is
below it, the proof is green, and all that ever came in stands somewhere.
"""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from assistance.actions.batches import (
    approve_batch,
    check_batch,
    send_back_batch,
    submit_batch,
)
from assistance.actions.disbursements import instruct_batch
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.funds import (
    Transfer,
    receive_funds,
    reverse_entry,
    transfer_funds,
)
from assistance.actions.payments import (
    end_payment,
    hold_payment,
    resume_payment,
    withdraw_payment,
)
from assistance.enums import EntryKind, PaymentEnd
from assistance.models import Account, Batch, Entry, Payment, Round
from assistance.queries.ledger import ledger_proof
from members.models import Organisation
from tests.assistance.builders import (
    CITY,
    COUNTY,
    PROVINCE,
    account,
    fund_sources,
    union,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    Officers,
    answer_to,
    bring_in,
    officers,
    paying_account,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
PAYMENTS = 4
UNIONS = (PROVINCE, CITY, COUNTY)
AMOUNTS = st.sampled_from(["600.00", "1200.00", "2400.00", "0.01", "777.77"])
PLACE = st.integers(0, PAYMENTS - 1)


class Ground:
    """What every walk begins from: one released batch, its officers, no money."""

    round: Round
    who: Officers
    source_id: int
    unions: dict[str, Organisation]


class MoneyMachine(RuleBasedStateMachine):
    """One walk, undone at its end."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.documents = 0
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    # --- funds

    @rule(amount=AMOUNTS, at=st.sampled_from(UNIONS))
    def receive(self, amount: str, at: str) -> None:
        self.attempt(
            lambda: receive_funds(
                organisation_id=self.ground.unions[at].pk,
                source_id=self.ground.source_id,
                amount=Decimal(amount),
                document=self.document(),
                by=SYSTEM,
                on=AFTER_NOTICE,
            )
        )

    @rule(amount=AMOUNTS, giver=st.sampled_from(UNIONS), taker=st.sampled_from(UNIONS))
    def transfer(self, amount: str, giver: str, taker: str) -> None:
        handed = Transfer(
            giver_id=self.ground.unions[giver].pk,
            taker_id=self.ground.unions[taker].pk,
            source_id=self.ground.source_id,
            amount=Decimal(amount),
            document=self.document(),
        )
        self.attempt(
            lambda: transfer_funds(transfer=handed, by=SYSTEM, on=AFTER_NOTICE)
        )

    @rule(place=st.integers(0, 9))
    def reverse(self, place: int) -> None:
        entries = list(Entry.objects.order_by("-id")[: place + 1])
        if entries:
            self.attempt(
                lambda: reverse_entry(
                    entry_id=entries[-1].pk, reason="记错", by=SYSTEM, on=AFTER_NOTICE
                )
            )

    # --- the batch

    @rule()
    def sign(self) -> None:
        """The next signature, whichever it is."""
        who = self.ground.who
        for step, by in (
            (submit_batch, who.maker),
            (check_batch, who.checker),
            (approve_batch, who.approver),
        ):
            self.signed(step, by)

    @rule()
    def check(self) -> None:
        self.signed(submit_batch, self.ground.who.maker)
        self.signed(check_batch, self.ground.who.checker)

    def signed(self, step: Callable[..., object], by: Actor) -> None:
        batch = self.batch()
        self.attempt(
            lambda: step(
                batch_id=batch.pk,
                digest=batch.digest,
                comment="",
                by=by,
                on=AFTER_NOTICE,
            )
        )

    @rule()
    def send_back(self) -> None:
        batch, who = self.batch(), self.ground.who
        for by in (who.checker, who.approver):
            self.attempt(
                lambda by=by: send_back_batch(  # type: ignore[misc]
                    batch_id=batch.pk,
                    digest=batch.digest,
                    reason="再核",
                    by=by,
                    on=AFTER_NOTICE,
                )
            )

    @rule()
    def instruct(self) -> None:
        batch = self.batch()
        self.attempt(
            lambda: instruct_batch(
                batch_id=batch.pk,
                digest=batch.digest,
                by=self.ground.who.payer,
                on=AFTER_NOTICE,
            )
        )

    @rule(back=st.sets(PLACE))
    def answer(self, back: set[int]) -> None:
        """The bank answers; of what was paid before, some comes back late."""
        batch = self.batch()
        sent = Payment.objects.filter(batch=batch, instructed_on__isnull=False)
        names = list(sent.order_by("id").values_list("reference", flat=True))
        if names:
            returned = {
                name: "closed" for place, name in enumerate(names) if place in back
            }
            self.documents += 1
            self.attempt(
                lambda: bring_in(
                    answer_to(batch, returned=returned), f"HP_{self.documents}.txt"
                )
            )

    @rule()
    def follow_up(self) -> None:
        """Those whose money came back bring another card and are paid again."""
        returned = Payment.objects.filter(batch__round=self.ground.round)
        for payment in returned.filter(state="returned").select_related("claim__payee"):
            account(payment.claim.payee)
        self.attempt(
            lambda: draft_follow_up_batch(
                round_id=self.ground.round.pk,
                organisation_id=self.ground.unions[COUNTY].pk,
                by=SYSTEM,
                on=AFTER_NOTICE,
            )
        )

    # --- one line

    @rule(
        place=PLACE,
        verb=st.sampled_from([hold_payment, resume_payment, withdraw_payment]),
    )
    def change_line(self, place: int, verb: Callable[..., object]) -> None:
        payment = self.payment(place)
        self.attempt(
            lambda: verb(
                payment_id=payment.pk,
                reason="核实",
                by=self.ground.who.checker,
                on=AFTER_NOTICE,
            )
        )

    @rule(place=PLACE)
    def end(self, place: int) -> None:
        payment = self.payment(place)
        self.attempt(
            lambda: end_payment(
                payment_id=payment.pk,
                reason=PaymentEnd.DECLINED,
                by=self.ground.who.maker,
                on=AFTER_NOTICE,
            )
        )

    # --- what always holds

    @invariant()
    def entries_add_up_to_zero(self) -> None:
        wrong = (
            Entry.objects.alias(sum=Sum("postings__amount"), legs=Count("postings"))
            .exclude(sum=0, legs__gte=2)
            .values_list("key", flat=True)
        )
        assert list(wrong) == []

    @invariant()
    def no_balance_is_below_zero(self) -> None:
        below = Q(kind="funding", balance__gt=0) | (
            ~Q(kind="funding") & Q(balance__lt=0)
        )
        assert not Account.objects.filter(below).exists()
        total = Account.objects.aggregate(total=Sum("balance"))["total"]
        assert total in {None, Decimal(0)}

    @invariant()
    def the_proof_is_green(self) -> None:
        assert ledger_proof().problems == ()

    @invariant()
    def nobody_is_paid_without_money_set_aside(self) -> None:
        paid = Payment.objects.filter(state="paid").aggregate(total=Sum("amount"))
        spent = Account.objects.filter(kind="spent").aggregate(total=Sum("balance"))
        assert (paid["total"] or 0) == (spent["total"] or 0)

    # --- help

    def attempt(self, act: Callable[[], object]) -> None:
        with suppress(Refusal), transaction.atomic():
            act()

    def batch(self) -> Batch:
        batches = Batch.objects.filter(round=self.ground.round)
        return batches.select_related("organisation").order_by("-id")[0]

    def payment(self, place: int) -> Payment:
        payments = Payment.objects.filter(batch=self.batch()).order_by("id")
        return payments[place % payments.count()]

    def document(self) -> str:
        self.documents += 1
        return f"凭证 {self.documents}"


@pytest.fixture
def ground() -> Ground:
    made = Ground()
    made.round = released_round(PAYMENTS)
    made.who = officers()
    made.source_id = fund_sources()["county_own"].pk
    made.unions = {code: union(code) for code in UNIONS}
    paying_account()
    return made


def test_any_mix_leaves_the_books_balanced_covered_and_proved(ground: Ground) -> None:
    machine = type("Walk", (MoneyMachine,), {"ground": ground})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_reaches_every_kind_of_entry(ground: Ground) -> None:
    """The walk that must be possible: else the machine proves nothing."""
    walk = type("Walk", (MoneyMachine,), {"ground": ground})()
    walk.receive("2400.00", PROVINCE)
    walk.transfer("2400.00", PROVINCE, COUNTY)
    walk.receive("777.77", PROVINCE)
    walk.reverse(0)
    walk.sign()
    walk.change_line(0, withdraw_payment)
    walk.instruct()
    walk.answer({0})
    walk.answer({0, 1})
    walk.follow_up()
    walk.sign()

    made = Entry.objects.values_list("kind", flat=True)
    assert set(made) == set(EntryKind) - {EntryKind.FEE, EntryKind.INTEREST}
    assert ledger_proof().problems == ()
    assert walk.batch().state == "approved"
    walk.teardown()
