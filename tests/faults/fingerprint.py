"""What a round came to, without the numbers that a lost transaction may skip."""

import fcntl
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import connection

from assistance.models import Batch, CoverageCertificate, Payment, Round
from tests.assistance.paying import books
from tests.faults import afterwards, people, story
from tests.faults.afterwards import errands, months_books
from tests.faults.ground import Ground
from tests.faults.invariants import bank_lines
from tests.faults.people import People
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.jobs import Job

EARLY = ("ready", "opened", "computed", "noticed", "released")
ACTS_OF_MONEY = (
    *("_round", "_batch", "_payment", "_instruction", "import_return"),
    *("_statement", "_matches", "_match", "_line", "_opening", "_reconciliation"),
    *("explain_outstanding", "publish_scheme_version", "apply"),
)


def fingerprint(bank_folder: Path) -> dict[str, Any]:
    """Payments, lists, balances, acts, certificate and the bank's books, as JSON."""
    payments = Payment.objects.values_list(
        "claim__subject_id", "attempt", "state", "amount", "reason_code", "end_reason"
    )
    batches = Batch.objects.values_list(
        "organisation__code",
        "sequence",
        "state",
        "cycle",
        "paid_total",
        "returned_total",
    )
    verbs = Counter(AuditEntry.objects.values_list("verb", flat=True))
    lines = bank_lines(bank_folder)
    found = {
        "rounds": list(Round.objects.order_by("id").values_list("state", flat=True)),
        "payments": sorted(payments),
        "batches": sorted(batches),
        "books": sorted((*key, value) for key, value in books().items()),
        "acts": sorted(
            (verb, count)
            for verb, count in verbs.items()
            if verb.endswith(ACTS_OF_MONEY)
        ),
        "bank": sorted((one.account, one.amount_fen, one.reason) for one in lines),
        **months_books(),
        "failed_jobs": sorted(
            Job.objects.filter(state="failed").values_list("kind", "error")
        ),
        "certificates": list(CoverageCertificate.objects.values_list("totals")),
    }
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain


def check_ended_alike(ground: Ground, expected: dict[str, Any]) -> None:
    """The round ended as if nothing had been broken; AssertionError tells where not."""
    found = fingerprint(ground.bank_folder)
    other = {
        key: (found[key], expected[key]) for key in found if found[key] != expected[key]
    }
    assert not other, f"not as unfaulted (found, expected): {other}"


def reference(ground: Ground, stage: str, *, is_long: bool = False) -> dict[str, Any]:
    """How a round ends from a stage when nothing is broken; kept with the stages.

    A long one goes on to what is done after the round. Whoever stood before the first
    signatures ends alike, and so does everybody behind them.
    """
    start = "released" if stage in EARLY else "answered"
    modules = (people, story, afterwards, sys.modules[__name__])
    source = "".join(Path(str(one.__file__)).read_text() for one in modules)
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    kept = ground.source / f"unfaulted.{start}.{digest}.json"
    with kept.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_unfaulted(ground, start)))
    found: dict[str, dict[str, Any]] = json.loads(kept.read_text())
    return found["afterwards" if is_long else "closed"]


def _unfaulted(ground: Ground, stage: str) -> dict[str, Any]:
    ground.at(stage)
    ground.bank_here()
    ground.worker()
    found = {}
    officers = People(ground, ground.web())
    officers.finish()
    found["closed"] = fingerprint(ground.bank_folder)
    officers.afterwards = errands
    officers.finish()
    ground.check_invariants()
    found["afterwards"] = fingerprint(ground.bank_folder)
    connection.close()
    return found
