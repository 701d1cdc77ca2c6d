"""I1–I7, recomputed from what is stored and from the bank's own books."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import Exists, OuterRef

from assistance.enums import Outcome, PaymentState
from assistance.models import Batch, DoubtDecision, Payment, Round
from assistance.queries.digests import digest_of
from assistance.queries.ledger import ledger_proof
from assistance.queries.rounds import current_determinations
from unionportal.core.audit import verify_chain
from unionportal.core.models.audit import AuditEntry
from unionportal.stub_bank.books import Books, Line

ALIVE = (
    PaymentState.PLANNED,
    PaymentState.HELD,
    PaymentState.INSTRUCTED,
    PaymentState.IN_DOUBT,
    PaymentState.PAID,
)
AT_BANK = ("instructed", "settled")


def check(bank_folder: Path) -> None:
    """Every invariant; AssertionError naming the first broken ones."""
    lines = bank_lines(bank_folder)
    broken = [problem for rule in RULES for problem in rule()]
    broken += [problem for rule in BANK_RULES for problem in rule(lines)]
    assert not broken, "; ".join(broken[:8])


def bank_lines(bank_folder: Path) -> list[Line]:
    """All that the bank ever entered, from its journal on disk."""
    books = Books(bank_folder / "bank")
    return [line for lines in books._lines.values() for line in lines]


def one_live_payment_a_claim() -> Iterator[str]:
    """I1, by our books."""
    keys = Payment.objects.filter(state__in=ALIVE).values_list(
        "claim__scheme", "claim__subject_kind", "claim__subject_id", "claim__occurrence"
    )
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"I1: {count} live payments of {key}"


def paid_once_by_the_bank(lines: list[Line]) -> Iterator[str]:
    """I1, by the bank's books: a claim is paid at most once, and nobody unknown is."""
    claims = dict(Payment.objects.values_list("reference", "claim"))
    paid = [line.reference for line in lines if not line.reason]
    yield from (f"I1: bank paid unknown {one}" for one in paid if one not in claims)
    for claim, count in Counter(claims.get(one) for one in paid).items():
        if count > 1:
            yield f"I1: bank paid claim {claim} {count} times"


def lists_books_and_files_agree() -> Iterator[str]:
    """I2 and I5: the proof of the ledger is green, and every list is its digest."""
    yield from (f"I2: {problem.sentence}" for problem in ledger_proof().problems)
    for batch in Batch.objects.select_related("round__version"):
        if digest_of(batch) != batch.digest:
            yield f"I5: batch {batch.number} is not the list of its digest"


def no_account_was_ever_overdrawn() -> Iterator[str]:
    """I3: at no entry does an account stand below zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, entry_id FROM ("
            "  SELECT account_id, entry_id, sum(sum(amount)) OVER ("
            "    PARTITION BY account_id ORDER BY entry_id) AS balance"
            "  FROM assistance_posting GROUP BY account_id, entry_id) AS stood"
            " JOIN assistance_account AS account ON account.id = account_id"
            " WHERE stood.balance < 0 AND account.kind <> 'funding'"
        )
        for account, entry in cursor.fetchall():
            yield f"I3: account {account} overdrawn at entry {entry}"


def results_are_the_banks(lines: list[Line]) -> Iterator[str]:
    """I4: what is called paid or returned is so in the bank's books, to the fen.

    Two officers' word stands for a return where the bank never heard of a payment.
    """
    told = {line.reference: line for line in lines}
    decided = DoubtDecision.objects.filter(verdict="unpaid").exclude(confirms=None)
    rows = Payment.objects.filter(settled_on__isnull=False).annotate(
        is_decided=Exists(decided.filter(batch=OuterRef("batch")))
    )
    for reference, state, amount, is_decided in rows.values_list(
        "reference", "state", "amount", "is_decided"
    ):
        line = told.get(reference)
        if line is None and is_decided and state != PaymentState.PAID:
            continue
        if line is None:
            yield f"I4: {reference} is {state}, the bank never heard of it"
        elif (state == PaymentState.PAID) != (not line.reason):
            yield f"I4: {reference} is {state}, the bank says {line.reason or 'paid'}"
        elif line.amount != amount:
            yield f"I4: {reference} is {amount} here and {line.amount} at the bank"


def states_stand_in_the_trail() -> Iterator[str]:
    """I6: the last state that the audit trail tells is the one that is stored."""
    report = verify_chain()
    if report.fault:
        yield f"I6: {report.fault}"
    stored = {("assistance.batch", one.pk): one.state for one in Batch.objects.all()}
    stored |= {("assistance.round", one.pk): one.state for one in Round.objects.all()}
    told: dict[tuple[str, int], str] = {}
    entries = AuditEntry.objects.filter(changes__has_key="state").order_by("id")
    for kind, number, changes in entries.values_list(
        "subject_kind", "subject_id", "changes"
    ):
        told[kind, number] = changes["state"][1]
    for key, state in stored.items():
        if told.get(key, "drafted") != state:
            yield f"I6: {key} is {state}, the trail says {told.get(key)}"


def nothing_is_half_done() -> Iterator[str]:
    """I7: a round is answered whole, released whole; a batch holds its lines."""
    for round_ in Round.objects.all():
        answers = current_determinations(round_)
        if answers.count() != round_.population:
            yield f"I7: round {round_.pk} counts {round_.population}"
        eligible = answers.filter(outcome=Outcome.ELIGIBLE).count()
        granted = Payment.objects.filter(claim__round=round_).values("claim").distinct()
        wanted = eligible if round_.released_on else 0
        if granted.count() != wanted:
            yield f"I7: round {round_.pk} pays {granted.count()} of {wanted}"
    for batch in Batch.objects.all():
        lines = Payment.objects.filter(batch=batch)
        total = sum(lines.values_list("amount", flat=True), Decimal(0))
        if (lines.count(), total) != (batch.line_count, batch.total):
            yield f"I7: batch {batch.number} is not the sum of its lines"


RULES: tuple[Callable[[], Iterator[str]], ...] = (
    one_live_payment_a_claim,
    lists_books_and_files_agree,
    no_account_was_ever_overdrawn,
    states_stand_in_the_trail,
    nothing_is_half_done,
)
BANK_RULES: tuple[Callable[[list[Line]], Iterator[str]], ...] = (
    paid_once_by_the_bank,
    results_are_the_banks,
)


def check_everybody_is_served(bank_folder: Path) -> None:
    """Whoever is eligible was paid once by the bank's books, or has a named end."""
    paid = {line.reference for line in bank_lines(bank_folder) if not line.reason}
    for round_ in Round.objects.exclude(released_on=None):
        for claim in current_determinations(round_).filter(outcome=Outcome.ELIGIBLE):
            attempts = Payment.objects.filter(claim__determination_id=claim.pk)
            is_paid = attempts.filter(reference__in=paid).count() == 1
            has_end = attempts.filter(state__in=("ended", "withdrawn")).exists()
            assert is_paid or has_end, f"determination {claim.pk} was left unpaid"
