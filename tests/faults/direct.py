"""Two counties whose banks are reached over the direct link, and runners that are killed.

The bank and every runner are processes of their own, forked off this one: nothing that
stands in a killed runner's memory outlives it, and starting one costs next to nothing.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.db.models.functions import Now

from assistance.actions import bank_links
from assistance.actions.doubts import confirm_doubt, find_doubt
from assistance.enums import DoubtVerdict, LinkKind
from assistance.models import (
    BankSending,
    Batch,
    DoubtDecision,
    PayingAccount,
    Payment,
)
from members.enums import Role
from tests.assistance.paying import AFTER_NOTICE
from tests.faults import story
from tests.faults.ground import Ground
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models.jobs import Job
from unionportal.demo.cast import Cast
from unionportal.stub_bank.books import Books
from unionportal.stub_bank.counter import Counterparty, open_counter
from unionportal.stub_bank.faults import read_faults
from unionportal.stub_bank.judgement import Judgement

FORK = multiprocessing.get_context("fork")
SECRET = "直联故障套件密钥-0123456789abcdef"
WINDOW_SECONDS = 1
SETTLES_WITHIN = 45.0
UNSETTLED = ("instructed", "in_doubt")


class DirectBank:
    """A bank with its counter open; it pays whatever it is ordered, also twice."""

    def __init__(self, folder: Path, *faults: str, refuse: float = 0.0) -> None:
        ours, theirs = FORK.Pipe()
        leave_lines()
        self._child = FORK.Process(
            target=_serve, args=(folder, faults, refuse, theirs), daemon=True
        )
        self._child.start()
        self.port = int(ours.recv())

    def close(self) -> None:
        """Close it; its books stay."""
        self._child.kill()
        self._child.join()


def _serve(
    folder: Path, faults: tuple[str, ...], refuse: float, told: Connection
) -> None:
    party = Counterparty(
        books=Books(folder / "bank"),
        judgement=Judgement(refused_share=refuse),
        faults=read_faults(list(faults)),
        secret=SECRET,
        window_seconds=WINDOW_SECONDS,
        is_idempotent=False,
        say=str,
    )
    told.send(open_counter(party, 0).server_address[1])
    threading.Event().wait()


def leave_lines() -> None:
    """Close what a fork must not share."""
    connections.close_all()
    caches.close_all()


def instructed(bank: DirectBank) -> None:
    """Approved lists, sent by their payers over the link; nothing has left yet."""
    for account in PayingAccount.objects.all():
        account.link, account.secret = LinkKind.DIRECT, SECRET
        account.endpoint = f"http://127.0.0.1:{bank.port}"
        account.window_seconds = WINDOW_SECONDS
        account.save()
    for batch in story.unsigned():
        story.sign_next(batch)


def run_killed(act: Callable[[], object], *, point: str, mark: Path) -> bool:
    """Carry out an act in a process that dies by `kill -9` at a point; whether it did."""
    ended = _forked(act, f"{point}@{mark}")
    assert ended in {0, -signal.SIGKILL}, ended
    return ended == -signal.SIGKILL


def run(act: Callable[[], object]) -> None:
    """Carry out an act in a process of its own, to its end."""
    ended = _forked(act, "")
    assert ended == 0, ended


def _forked(act: Callable[[], object], crash: str) -> int:
    leave_lines()
    child = FORK.Process(target=_act, args=(act, crash))
    child.start()
    child.join(60)
    assert child.exitcode is not None, "a runner did not end"
    return int(child.exitcode)


def _act(act: Callable[[], object], crash: str) -> None:
    settings.CRASHPOINT = crash
    bank_links.READ_SECONDS = 1.0
    act()
    leave_lines()
    os._exit(0)  # what the parent registered for its own end is not ours


def jobs_now() -> None:
    """Run what is due, as if the pauses and a dead runner's lease were over."""
    Job.objects.filter(state="running").update(lease_until=Now())
    Job.objects.filter(state="queued").update(due_at=Now())
    run_due_jobs()


def open_payments() -> int:
    """How many the bank still owes an answer for."""
    return Payment.objects.filter(state__in=UNSETTLED).count()


def times_paid(ground: Ground) -> dict[str, int]:
    """How often the bank paid each reference, by its own books."""
    books = Books(ground.bank_folder / "bank")
    references = Payment.objects.order_by("id").values_list("reference", flat=True)
    return {reference: books.paid_times(reference) for reference in references}


def until_in_doubt() -> None:
    """The bank paid and cannot say so; its window passes."""

    def is_so() -> bool:
        run(jobs_now)
        return in_doubt_for_good()

    wait_for(is_so, "doubt")


def in_doubt_for_good() -> bool:
    """Whoever has no end is in doubt; nothing that was sent may still be carried out."""
    states = set(Payment.objects.values_list("state", flat=True))
    open_yet = BankSending.objects.extra(where=["clock_timestamp() < closes_at"])
    is_open = "instructed" in states or open_yet.exists()
    return "in_doubt" in states and not is_open


def decide(bank_folder: Path) -> None:
    """Payer and approver of each county, wherever the one before them stopped.

    Their word is what the bank's books say: an order that came too late is not paid.
    """
    books = Books(bank_folder / "bank")
    for batch in Batch.objects.select_related("organisation").order_by("id"):
        waiting = Payment.objects.filter(batch=batch, state="in_doubt")
        if not waiting.exists():
            continue
        last = DoubtDecision.objects.filter(batch=batch).last()
        cast, union = Cast(AFTER_NOTICE), batch.organisation
        is_paid = books.paid_times(waiting[0].reference)
        if last is None:
            find_doubt(
                batch_id=batch.pk,
                verdict=DoubtVerdict.PAID if is_paid else DoubtVerdict.UNPAID,
                reason="柜台出具的回单",
                by=cast.holder(Role.PAYER, union),
                on=AFTER_NOTICE,
            )
        approver = cast.holder(Role.APPROVER, union)
        confirm_doubt(batch_id=batch.pk, by=approver, on=AFTER_NOTICE)


def wait_for(is_so: Callable[[], object], what: str) -> None:
    until = time.monotonic() + SETTLES_WITHIN
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.2)
