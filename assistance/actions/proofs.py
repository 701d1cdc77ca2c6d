"""Proofs of the books (账目核对): run, kept as rows, never changed."""

from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from assistance.models import ProofRun
from assistance.permissions.funds import can_prove_books
from assistance.queries.ledger import ledger_proof
from unionportal.core.actor import Actor
from unionportal.core.audit import audit_head, record, verify_chain
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job

PROVE_JOB = "assistance.prove_books"
KEPT = 100  # problems told in a row; the count tells how many there are


def request_proof(*, key: str, on: date, by: Actor) -> Job:
    """Write a proof of all the books down as a job; one job at a time under a key."""
    with transaction.atomic():
        can_prove_books(by).require()
        return enqueue(kind=PROVE_JOB, key=key, arguments={"on": on.isoformat()}, by=by)


def prove_books(
    *, key: str, on: date, by: Actor, run: JobRun | None = None
) -> ProofRun:
    """Prove books and audit chain, and keep what was found; the same row when repeated.

    Books that do not agree are a result, not a refusal: the row says where.
    """
    can_prove_books(by).require()
    began = _moment()
    fault = verify_chain().fault
    with transaction.atomic():
        if run is not None:
            run.fence()
        kept = ProofRun.objects.filter(key=key).first()
        if kept is not None:
            return kept
        proof = ledger_proof()
        problems = [
            {"check": one.check, "place": one.place, "sentence": one.sentence}
            for one in proof.problems[:KEPT]
        ]
        made = ProofRun.objects.create(
            on=on,
            made_by=by.name,
            key=key,
            problem_count=len(proof.problems) + bool(fault),
            problems=problems,
            totals=proof.totals,
            chain_fault=fault,
            audit_head=audit_head(),
            seconds=_moment() - began,
        )
        record(
            by=by,
            verb="prove_books",
            subject=made,
            on=on,
            changes={"problems": made.problem_count},
        )
    return made


def _moment() -> Decimal:
    """The database's clock in seconds, to the millisecond."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT round(extract(epoch FROM clock_timestamp())::numeric, 3)"
        )
        return Decimal(cursor.fetchone()[0])
