"""R8, by every way there is: nobody is paid again while it is unknown whether the first payment went through."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction

from assistance.actions.disbursements import instruct_batch, write_instruction
from assistance.actions.doubts import confirm_doubt, find_doubt
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.payments import end_payment, withdraw_payment
from assistance.actions.returns import collect_returns
from assistance.enums import DoubtVerdict, FileDirection, PaymentEnd
from assistance.models import (
    BankFile,
    Batch,
    Entry,
    PayingAccount,
    Payment,
    PaymentClaim,
)
from members.enums import Role
from tests.assistance.paying import AFTER_NOTICE
from tests.faults import story
from tests.faults.crowd import at_once
from tests.faults.direct import (
    DirectBank,
    decide,
    instructed,
    jobs_now,
    open_payments,
    run,
    times_paid,
    until_in_doubt,
    wait_for,
)
from tests.faults.ground import Ground
from tests.faults.people import give_account
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.demo.cast import Cast

TITLE = "第一笔结果未明时要求重发：没有回盘或两人决定即拒绝，不付两次"
Way = Callable[[], object]


@fault(row="R8", title=TITLE, in_ci=1, tries=50)
def list_is_at_the_bank_unanswered(ground: Ground, chance: Chance) -> None:
    """The file left, no answer came: every way to pay again is refused.

    Then the answer comes while others reissue: what came back is paid again, once.
    """
    ground.at("instructed")
    everybody_has_a_new_card()

    try_every_way(chance)
    story.answered()
    at_once(4, lambda n: follow_up(first_batch()) if n else collect())
    while drafted_one():
        pass
    second = {one.claim_id for one in Payment.objects.filter(attempt=2)}
    returned = Payment.objects.filter(attempt=1, state="returned")
    assert second == {one.claim_id for one in returned}
    story.approved()
    story.instructed()
    story.answered()
    collect()

    assert not open_payments()
    ground.check_invariants()


@fault(row="R8", title=TITLE, in_ci=2, tries=50)
def payment_is_in_doubt(ground: Ground, chance: Chance) -> None:
    """The bank cannot say: every way is refused, and one officer's word as well.

    Two officers' word ends the doubt. Where they say paid, nobody is paid again; where
    they say unpaid, each is paid by a follow-up, over the link that works again.
    """
    ground.at("approved")
    was_paid = chance.turn % 2 == 0
    name = "cannot-say" if was_paid else "cut-before-paying"
    struck = [f"{name}:{batch.number}" for batch in Batch.objects.all()]
    bank = DirectBank(ground.bank_folder, *struck)
    PayingAccount.objects.update(is_idempotent=False)
    try:
        instructed(bank)
        until_in_doubt()
        everybody_has_a_new_card()
        try_every_way(chance)
        try_one_word(DoubtVerdict.PAID if was_paid else DoubtVerdict.UNPAID)
        decide(ground.bank_folder)
        pay_the_unpaid()
    finally:
        bank.close()

    paid = times_paid(ground)
    claims = list(
        Payment.objects.order_by("claim_id").values_list("claim", "reference")
    )
    by_claim = {claim: 0 for claim, _reference in claims}
    for claim, reference in claims:
        by_claim[claim] += paid[reference]
    assert set(by_claim.values()) == {1}, by_claim
    assert Payment.objects.filter(attempt=2).count() == (
        0 if was_paid else len(by_claim)
    )
    ground.check_invariants()


def everybody_has_a_new_card() -> None:
    """As if all came to change it while nobody knows what became of the first."""
    for payment in Payment.objects.select_related("claim__payee__organisation"):
        give_account(payment)


def try_every_way(chance: Chance) -> None:
    """All at once, in any order: refused, and nothing has changed."""
    before = stored()
    payment = chance.choice(list(Payment.objects.order_by("id")))
    ways = ways_to_pay_again(payment)
    names = chance.sample(sorted(ways), len(ways))
    answers = at_once(len(names), lambda number: refused(ways[names[number]]))
    assert all(answers), dict(zip(names, answers, strict=True))
    assert stored() == before


def ways_to_pay_again(payment: Payment) -> dict[str, Way]:
    """By the verbs of the portal, and by a programme that goes past them."""
    batch = Batch.objects.select_related("organisation").get(pk=payment.batch_id)
    cast, union = Cast(AFTER_NOTICE), batch.organisation
    common: dict[str, Any] = {
        "payment_id": payment.pk,
        "on": AFTER_NOTICE,
        "by": SYSTEM,
    }
    return {
        "follow up": lambda: follow_up(batch),
        "instruct": lambda: instruct_batch(
            batch_id=batch.pk,
            digest=batch.digest,
            by=cast.holder(Role.PAYER, union),
            on=AFTER_NOTICE,
        ),
        "withdraw": lambda: withdraw_payment(**common, reason="改由现金发放"),
        "end": lambda: end_payment(**common, reason=PaymentEnd.UNREACHABLE),
        "second attempt": lambda: copied(
            payment,
            attempt=payment.attempt + 1,
            reference=f"{payment.reference[:-2]}02",
        ),
        "second claim": lambda: copied(payment.claim),
        "confirm": lambda: confirm_doubt(
            batch_id=batch.pk, by=cast.holder(Role.APPROVER, union), on=AFTER_NOTICE
        ),
    }


def copied(one: Payment | PaymentClaim, **changes: object) -> None:
    """Insert a second row like this one, planned anew."""
    twin = type(one).objects.get(pk=one.pk)
    twin.pk, twin._state.adding = None, True
    for name, value in changes.items():
        setattr(twin, name, value)
    if isinstance(twin, Payment):
        twin.state, twin.instructed_on = "planned", None
    twin.save(force_insert=True)


def refused(way: Way) -> str:
    """What the refusal says; empty when it went through."""
    try:
        with transaction.atomic():
            way()
    except (Refusal, DatabaseError) as refusal:
        return str(refusal)
    return ""


def try_one_word(verdict: DoubtVerdict) -> None:
    """The payer's word alone pays nobody, nor does he confirm it himself."""
    for batch in Batch.objects.select_related("organisation").order_by("id"):
        payer = Cast(AFTER_NOTICE).holder(Role.PAYER, batch.organisation)
        said: dict[str, Any] = {"batch_id": batch.pk, "by": payer, "on": AFTER_NOTICE}
        find_doubt(**said, verdict=verdict, reason="柜台出具的回单")
        assert refused(partial(confirm_doubt, **said))
        assert refused(partial(follow_up, batch))


def pay_the_unpaid() -> None:
    """Draft, sign and send what the officers gave back; nothing where all was paid."""
    while drafted_one():
        pass
    story.approved()
    for batch in story.unsigned():
        story.sign_next(batch)

    def is_settled() -> bool:
        run(jobs_now)
        return not open_payments()

    wait_for(is_settled, "follow-ups")


def first_batch() -> Batch:
    return Batch.objects.order_by("id").select_related("organisation")[0]


def follow_up(batch: Batch) -> Batch:
    return draft_follow_up_batch(
        round_id=batch.round_id,
        organisation_id=batch.organisation_id,
        by=SYSTEM,
        on=AFTER_NOTICE,
    )


def drafted_one() -> bool:
    """Whether another follow-up was due; then it is drafted."""
    mains = Batch.objects.filter(kind="main").order_by("id")
    return any(not refused(partial(follow_up, batch)) for batch in mains)


def collect() -> None:
    for file in BankFile.objects.filter(direction=FileDirection.OUT).order_by("id"):
        write_instruction(bank_file_id=file.pk, by=SYSTEM, on=AFTER_NOTICE)
    collect_returns(by=SYSTEM, on=AFTER_NOTICE)


def stored() -> tuple[object, ...]:
    """What a second payment would show in."""
    payments = Payment.objects.order_by("id").values_list("reference", "state")
    return (
        list(payments),
        PaymentClaim.objects.filter(released=False).count(),
        Batch.objects.count(),
        Entry.objects.count(),
    )
