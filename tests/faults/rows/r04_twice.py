"""R4: the same thing asked for twice, at once or after a lost answer, is done once."""

from decimal import Decimal
from functools import partial

from assistance.actions.funds import receive_funds
from assistance.models import Account, Batch, Entry, FundSource, Signature
from assistance.permissions.batches import NEXT_STEP
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.crowd import at_once
from tests.faults.ground import Ground
from tests.faults.story import sign_next
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.idempotency import digest_of, once
from unionportal.core.models.audit import AuditEntry
from unionportal.demo.cast import Cast
from unionportal.demo.walk.signing import SIGNED

THREADS = 8
TITLE = "重复提交：同时点击、重发同一请求，只生效一次"


@fault(row="R4", title=TITLE, in_ci=18, tries=200)
def button_pressed_many_times(ground: Ground, chance: Chance) -> None:
    """Eight presses of one button at the same moment: one counts, seven are refused.

    The button is a step of a batch: submit, check, approve, endorse or pay.
    """
    ground.at("released")
    batch = chance.choice(list(Batch.objects.order_by("id")))
    for _step in range(chance.turn % 4):
        sign_next(batch)
        batch.refresh_from_db()
    step = NEXT_STEP[batch.state]
    action, comment = SIGNED[step.step]
    who = Cast(AFTER_NOTICE).signer(batch, step)
    entries, signed = AuditEntry.objects.count(), Signature.objects.count()
    press = partial(
        action,
        batch_id=batch.pk,
        digest=batch.digest,
        comment=comment,
        by=who,
        on=AFTER_NOTICE,
    )

    answers = at_once(THREADS, lambda _number: press())

    refused = [one for one in answers if isinstance(one, Refusal)]
    assert len(refused) == THREADS - 1, answers
    assert Signature.objects.count() == signed + 1
    assert AuditEntry.objects.count() == entries + 1
    ground.check_invariants()


@fault(row="R4", title=TITLE, in_ci=16, tries=200)
def same_key_is_carried_out_once(ground: Ground, chance: Chance) -> None:
    """One key from eight clients, then with another body: one deed, one refusal."""
    if ground.stage != "ready":
        ground.at("ready")
    key = f"key-{chance.getrandbits(64)}"
    same, other = digest_of({"amount": "1.00"}), digest_of({"amount": "2.00"})

    def ask(body: str) -> object:
        with once(key=key, scope="faults", body_digest=body) as reply:
            if not reply.is_stored:
                record(
                    by=SYSTEM, verb="ask", subject=("faults.key", 1), on=AFTER_NOTICE
                )
                reply.store({"key": key})
            return reply.body

    before = AuditEntry.objects.filter(verb="ask").count()
    answers = at_once(THREADS, lambda _n: ask(same))
    assert answers == [{"key": key}] * THREADS
    assert AuditEntry.objects.filter(verb="ask").count() == before + 1
    assert [str(one.code) for one in at_once(2, lambda _n: ask(other))] == [
        "key_reused",
        "key_reused",
    ]


@fault(row="R4", title=TITLE, in_ci=16, tries=100)
def one_document_is_entered_once(ground: Ground, chance: Chance) -> None:
    """The same receipt from eight desks comes into the books once."""
    ground.at("ready")
    source = FundSource.objects.earliest("id")
    organisation_id = Account.objects.earliest("id").organisation_id
    before = Entry.objects.count()
    document = f"进账单 {chance.getrandbits(32)}"
    answers = at_once(
        THREADS,
        lambda _n: receive_funds(
            organisation_id=organisation_id,
            source_id=source.pk,
            amount=Decimal("1000.00"),
            document=document,
            by=SYSTEM,
            on=AFTER_NOTICE,
        ),
    )
    assert len([one for one in answers if isinstance(one, Refusal)]) == THREADS - 1
    assert Entry.objects.count() == before + 1
    ground.check_invariants()
