"""What workers bring afterwards: another card, a missing paper; and those who do not.

Who brings what follows the seed and the person, so a walk that was killed and is
started again expects the same of everybody.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction

from assistance.actions.dossiers import close_dossier, recheck_dossier
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.payments import end_payment
from assistance.enums import ExitReason, Outcome, PaymentEnd, PaymentState
from assistance.models import Determination, HouseholdDossier, Payment, Round
from assistance.queries.hardship_classes import facts_of
from assistance.queries.rounds import current_determinations, last_payments
from members.actions.account import open_account, verify_account
from members.enums import AccountState, Role
from members.models import BankAccount, Organisation, Person
from unionportal.core.actor import Actor
from unionportal.demo.chance import seeded, weighted
from unionportal.demo.identity import Identifiers
from unionportal.demo.incomes import COSTS
from unionportal.demo.walk.stage import Stage

T = TypeVar("T")

# One commit for so many small acts: each keeps its own entry in the audit trail.
CHUNK = 100
ENDS = weighted(
    [
        (PaymentEnd.UNREACHABLE, 50.0),
        (PaymentEnd.DECLINED, 35.0),
        (PaymentEnd.DIED, 15.0),
    ]
)
LAST_ATTEMPT = 3


def renew_accounts(stage: Stage, round_: Round) -> set[int]:
    """Settle what each returned payment comes to: a new account, or an end.

    Returns the unions that have somebody to pay again.
    """
    returned = list(
        last_payments(round_)
        .filter(state=PaymentState.RETURNED)
        .select_related("claim__payee__organisation", "account", "batch")
        .order_by("id")
    )
    if not returned:
        return set()
    again: set[int] = set()
    with stage.step("renew", "退回：换卡或终止", len(returned)) as bar:
        for payment in in_chunks(returned, bar.advance):
            if _gives_account(stage, payment):
                _renew(stage, payment)
                again.add(payment.claim.organisation_id)
            else:
                _end(stage, payment)
    stage.next_day()
    return again


def in_chunks(items: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Pass the items on, with a commit after every hundred of them."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        with transaction.atomic():
            yield from chunk
        advance(len(chunk))


def draft_follow_ups(stage: Stage, round_: Round, unions: set[int]) -> None:
    """One follow-up batch for each union that has somebody to pay again."""
    chosen = Organisation.objects.filter(pk__in=unions).order_by("path")
    with stage.step("follow_up", "生成重发批次", len(unions)) as bar:
        for organisation in chosen:
            draft_follow_up_batch(
                round_id=round_.pk,
                organisation_id=organisation.pk,
                by=stage.cast.holder(Role.MAKER, organisation),
                on=stage.on,
            )
            bar.advance()
    stage.next_day()


def _gives_account(stage: Stage, payment: Payment) -> bool:
    if payment.attempt >= LAST_ATTEMPT:
        return False
    rng = seeded(stage.plan.seed, "renew", payment.claim.payee_id, payment.attempt)
    return rng.random() < stage.plan.renew_share


def _renew(stage: Stage, payment: Payment) -> None:
    """The worker gives another card, a second person verifies it."""
    give_account(stage, payment.claim.payee, newer_than=payment.account.version)


def give_account(stage: Stage, person: Person, *, newer_than: int = 0) -> None:
    """A card newer than a version, given by the worker and verified; repeatable."""
    account = (
        BankAccount.objects.filter(person=person, version__gt=newer_than)
        .exclude(state=AccountState.STOPPED)
        .order_by("-version")
        .first()
    )
    if account is None:
        rng = seeded(stage.plan.seed, "card", person.pk, newer_than)
        bank_name, number = Identifiers(rng).card()
        account = open_account(
            person_id=person.pk,
            bank_name=bank_name,
            number=number,
            holder_name=person.name,
            on=stage.on,
            by=Actor(kind="worker", name=person.name, person_id=person.pk),
        )
    if account.state == AccountState.PENDING:
        checker = stage.cast.holder(Role.CHECKER, person.organisation)
        verify_account(account_id=account.pk, on=stage.on, by=checker)


def _end(stage: Stage, payment: Payment) -> None:
    rng = seeded(stage.plan.seed, "end", payment.claim.payee_id, payment.attempt)
    reason = ENDS.draw(rng)
    union = Organisation.objects.get(pk=payment.claim.organisation_id)
    end_payment(
        payment_id=payment.pk,
        reason=reason,
        by=stage.cast.holder(Role.MAKER, union),
        on=stage.on,
    )
    if reason is PaymentEnd.DIED:
        close_dossier(
            dossier_id=payment.claim.subject_id,
            exit_reason=ExitReason.DIED,
            reason="银行退回后走访，困难职工本人已去世。",
            on=stage.on,
            by=stage.cast.holder(Role.CHECKER, union),
        )


# --- papers that were missing


def bring_papers(stage: Stage, round_: Round) -> int:
    """Some of the unknowns bring what was missing; returns for how many that is done."""
    unknown = current_determinations(round_).filter(outcome=Outcome.UNKNOWN)
    willing = sorted(
        (readiness, determination.pk, determination)
        for determination in unknown
        if (readiness := _readiness(stage, determination)) < stage.plan.paper_share
    )
    chosen = [determination for *_, determination in willing[: stage.plan.paper_limit]]
    if not chosen:
        return 0
    dossiers = HouseholdDossier.objects.select_related(
        "organisation", "principal__organisation"
    ).in_bulk([determination.subject_id for determination in chosen])
    with stage.step("papers", "补来材料", len(chosen)) as bar:
        for determination in in_chunks(chosen, bar.advance):
            _supply(stage, dossiers[determination.subject_id])
    stage.next_day()
    return len(chosen)


def _readiness(stage: Stage, determination: Determination) -> float:
    """Between nought and one: the lower, the sooner the household brings its paper."""
    return seeded(stage.plan.seed, "paper", determination.subject_id).random()


def _supply(stage: Stage, dossier: HouseholdDossier) -> None:
    """A visit fills in costs and dates; the second person looks at the account."""
    missing = [name for name in COSTS if getattr(dossier, name) is None]
    if missing or dossier.rechecked_on is None:
        rng = seeded(stage.plan.seed, "cost", dossier.pk)
        found: dict[str, Any] = {
            name: Decimal(int(rng.random() * 60) * 100) for name in missing
        } | {"class_reason": "入户复核，维持原核定类别"}
        recheck_dossier(
            dossier_id=dossier.pk,
            facts=replace(facts_of(dossier), **found),
            on=stage.on,
            by=stage.cast.holder(Role.MAKER, dossier.organisation),
        )
    give_account(stage, dossier.principal)
