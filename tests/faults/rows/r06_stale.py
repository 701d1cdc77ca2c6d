"""R6: who approves, approves what he saw; who prepared it does not approve it."""

from collections.abc import Callable
from functools import partial

from django.db.models import Min, Q

from assistance.actions.batches import approve_batch, check_batch, submit_batch
from assistance.actions.payments import hold_payment, withdraw_payment
from assistance.models import Batch, Payment, Signature
from assistance.permissions.batches import NEXT_STEP
from members.actions.account import stop_account
from members.enums import Role
from members.queries.post import actor_of
from tests.assistance.builders import staff
from tests.assistance.paying import AFTER_NOTICE, user_of
from tests.faults.crowd import at_once
from tests.faults.ground import Ground
from tests.faults.story import sign_next
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry
from unionportal.demo.cast import Cast
from unionportal.demo.walk.signing import SIGNED

TITLE = "批准的同时名单、账户在变；同一人兼两职"
CHANGES = (hold_payment, withdraw_payment)


@fault(row="R6", title=TITLE, in_ci=22, tries=500)
def list_changes_while_it_is_signed(ground: Ground, chance: Chance) -> None:
    """One signs the list he saw, one changes it: never a signature on what changed before.

    The trail is written under the batch's lock, so its order is the order of the deeds.
    """
    ground.at("released")
    batch = Batch.objects.order_by("-line_count")[0]
    for _step in range(chance.turn % 4):
        sign_next(batch)
        batch.refresh_from_db()
    step = NEXT_STEP[batch.state]
    action, comment = SIGNED[step.step]
    sign = partial(
        action,
        batch_id=batch.pk,
        digest=batch.digest,
        comment=comment,
        by=Cast(AFTER_NOTICE).signer(batch, step),
        on=AFTER_NOTICE,
    )
    line = chance.choice(list(Payment.objects.filter(batch=batch).order_by("id")))
    change = partial(
        chance.choice(CHANGES),
        payment_id=line.pk,
        reason="来信反映情况有变",
        by=SYSTEM,
        on=AFTER_NOTICE,
    )
    last = AuditEntry.objects.latest("id").pk

    answers = at_once(2, lambda number: (sign, change)[number]())

    order = list(
        AuditEntry.objects.filter(pk__gt=last)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert not isinstance(answers[1], Refusal) or step.step == "pay", answers
    if isinstance(answers[0], Refusal):
        assert "名单" in str(answers[0]), answers
    else:
        assert order[0] == action.__name__, order
    ground.check_invariants()


@fault(row="R6", title=TITLE, in_ci=14, tries=100)
def account_is_stopped_while_it_is_paid(ground: Ground, chance: Chance) -> None:
    """An account stopped before the list left is not in the list that left."""
    ground.at("approved")
    batch = Batch.objects.order_by("-line_count")[0]
    step = NEXT_STEP[batch.state]
    action, comment = SIGNED[step.step]
    pay = partial(
        action,
        batch_id=batch.pk,
        digest=batch.digest,
        comment=comment,
        by=Cast(AFTER_NOTICE).signer(batch, step),
        on=AFTER_NOTICE,
    )
    line = chance.choice(list(Payment.objects.filter(batch=batch).order_by("id")))
    stop = partial(
        stop_account,
        account_id=line.account_id,
        reason="本人挂失",
        on=AFTER_NOTICE,
        by=SYSTEM,
    )
    last = AuditEntry.objects.latest("id").pk

    answers = at_once(2, lambda number: (pay, stop)[number]())

    assert not isinstance(answers[1], Refusal), answers
    first = AuditEntry.objects.filter(pk__gt=last).aggregate(
        stopped=Min("pk", filter=Q(verb="stop")),
        paid=Min("pk", filter=Q(verb="instruct_batch")),
    )
    line.refresh_from_db()
    if line.state == "instructed":
        assert first["paid"] < first["stopped"], first
    ground.check_invariants()


@fault(row="R6", title=TITLE, in_ci=14, tries=100)
def one_person_with_two_posts_signs_once(ground: Ground, chance: Chance) -> None:
    """Maker, checker and approver in one person: the second step is refused to him."""
    ground.at("released")
    batch = chance.choice(list(Batch.objects.order_by("id")))
    user = user_of(Cast(AFTER_NOTICE).signer(batch, NEXT_STEP[batch.state]))
    for role in (Role.CHECKER, Role.APPROVER):
        staff(role, at=batch.organisation.code, user=user)
    who = actor_of(user, on=AFTER_NOTICE)
    acts = [
        partial(
            act,
            batch_id=batch.pk,
            digest=batch.digest,
            comment="",
            by=who,
            on=AFTER_NOTICE,
        )
        for act in (submit_batch, check_batch, approve_batch)
    ]
    for act in acts:
        at_once(2, partial(_again, act))
    assert Signature.objects.filter(batch=batch).count() == 1
    batch.refresh_from_db()
    assert batch.state == "submitted"
    ground.check_invariants()


def _again(act: Callable[[], object], number: int) -> object:
    del number
    return act()
