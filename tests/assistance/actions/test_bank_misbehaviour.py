"""A bank that errs in its files: nine counties, one round, the bank a process of its own.

Every county has a fault of its own and one has none; in the end all of them stand as
the bank's books do, and what was refused on the way changed nothing.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from assistance.actions.computations import compute_round
from assistance.actions.disbursements import instruct_batch, write_instruction
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.returns import ReturnOutcome, collect_returns, import_return
from assistance.models import BankFile, Batch, Round
from assistance.queries.ledger import ledger_proof
from assistance.rules.banks.layout import layouts
from tests.assistance.builders import ON, dossier, opened_round, standard
from tests.assistance.paying import (
    AFTER_NOTICE,
    NOTICED_ON,
    approved_batch,
    batch_of,
    fund,
    officers,
    paying_account,
    payments_of,
)
from tests.fuzz.digests import changed, digest
from tests.unionportal.stub_bank.counters import running_bank
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.stub_bank.books import Books
from unionportal.stub_bank.judgement import Judgement

pytestmark = pytest.mark.django_db
LINES, LATE, REFUSED = 4, "1.0", 0.3
DAYS_LATER = AFTER_NOTICE + timedelta(days=9)
LATE_RETURN = "*-9.*"
UNFAULTED = ""
COUNTIES = {
    "350102": UNFAULTED,
    "350103": "pieces",
    "350104": "duplicates",
    "350105": "wrong-total",
    "350111": "wrong-encoding",
    "350112": "answer-twice",
    "350121": "answer-late",
    "350122": "timeout-after-paying",
    "350123": "return-after-success",
}
# What the refusal says; the other faults are none to the portal.
REFUSALS = {
    "duplicates": "第 6 行：发放编号 [0-9]{16} 与第 2 行重复",
    "wrong-total": "第 1 行：总金额为 [0-9.,]+，与明细不符",
    "wrong-encoding": "第 1 行：文件编码应为 [-0-9A-Z]+，实为 UTF-",
}
# A refused file is kept by its name, in words and in the trail.
KEPT = {"assistance_bankfile", "core_auditentry"}


@dataclass
class Province:
    """The round's batches by fault, the exchange folder, what became of each file."""

    batches: dict[str, Batch]
    folder: Path
    refused: dict[str, str] = field(default_factory=dict)
    taken: dict[str, list[ReturnOutcome]] = field(default_factory=dict)

    def fault_of(self, path: Path) -> str:
        """By the batch number, which stands in every file's name."""
        (fault,) = (
            fault
            for fault, batch in self.batches.items()
            if re.search(rf"{re.escape(batch.number)}(?![0-9])", path.name)
        )
        return fault

    def bring_in(self) -> None:
        """Import what lies there, in the order in which it came; late returns wait."""
        inbox = self.folder / "inbox"
        found = set(inbox.glob("[!.]*")) - set(inbox.glob(LATE_RETURN))
        for path in sorted(found, key=lambda each: each.stat().st_mtime_ns):
            before = digest()
            fault = self.fault_of(path)
            try:
                outcome = import_return(
                    content=path.read_bytes(),
                    name=path.name,
                    by=SYSTEM,
                    on=AFTER_NOTICE,
                )
            except Refusal as refusal:
                assert changed(before) <= KEPT
                self.refused[fault] = str(refusal)
            else:
                self.taken.setdefault(fault, []).append(outcome)
            path.unlink()

    def states(self, fault: str) -> list[tuple[str, str]]:
        return [(p.state, p.reason_code) for p in payments_of(self.batches[fault])]

    def expected(self, fault: str, judgement: Judgement) -> list[tuple[str, str]]:
        """What the unfaulted bank would have answered."""
        payments = payments_of(self.batches[fault])
        assert all(payment.account for payment in payments)
        reasons = [
            judgement.reason_for(p.account.number) for p in payments if p.account
        ]
        return [("returned" if reason else "paid", reason) for reason in reasons]


def round_of_all() -> Round:
    for at in COUNTIES:
        standard(at=at)
        for number in range(LINES):
            dossier(f"张小{'一二三四'[number]}", at=at)
    opened = opened_round()
    compute_round(round_id=opened.pk, on=ON, by=SYSTEM)
    publish_round_notice(round_id=opened.pk, on=NOTICED_ON, by=SYSTEM)
    return release_round(round_id=opened.pk, on=AFTER_NOTICE, by=SYSTEM)


def instructed(round_: Round) -> dict[str, Batch]:
    """Each county pays from a bank with a layout of its own, as far as there are."""
    known, batches = sorted(layouts()), {}
    for place, (at, fault) in enumerate(COUNTIES.items()):
        fund("6000.00", at=at)
        who = officers(at)
        batch = approved_batch(round_, who, at)
        paying_account(at, known[place % len(known)])
        instruct_batch(
            batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
        )
        batches[fault] = batch_of(round_, at)
    return batches


def fitting_seed(province: Province) -> int:
    """One by which every county has somebody paid, and some have somebody refused."""

    def fits(seed: int) -> bool:
        judgement = Judgement(REFUSED, seed)
        paid = [
            [state for state, _reason in province.expected(fault, judgement)]
            for fault in province.batches
        ]
        return all("paid" in each[:1] for each in paid) and any(
            "returned" in each for each in paid
        )

    return next(seed for seed in count(1) if fits(seed))


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def test_whatever_the_bank_lays_down_all_end_as_its_books_say(
    tmp_path: Path, settings: Settings
) -> None:
    folder = settings.BANK_EXCHANGE_DIR = tmp_path / "exchange"
    round_ = round_of_all()
    province = Province(instructed(round_), folder)
    seed = fitting_seed(province)
    judged = ("--refuse", str(REFUSED), "--seed", str(seed), "--late", LATE)
    wanted = [
        f"--fault={fault}:{batch.number}"
        for fault, batch in province.batches.items()
        if fault
    ]

    with running_bank(folder, {}, *judged, *wanted):
        send(province)
        taken = folder / "bank" / "taken"
        wait_for(lambda: len(list(taken.iterdir())) == len(COUNTIES) - 1, "answers")
        province.bring_in()
        check_refusals(province)
        check_the_silent(province)
        wait_for(lambda: any((folder / "inbox").glob(LATE_RETURN)), "a late return")
        check_the_late_return(province, Judgement(REFUSED, seed))
    with running_bank(folder, {}, *judged):
        wait_for(lambda: len(list(taken.iterdir())) == len(COUNTIES), "the last")
    (last,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)

    assert last.bank_file.batch_id == province.batches["timeout-after-paying"].pk
    check_all(province, Judgement(REFUSED, seed))


def send(province: Province) -> None:
    for file in BankFile.objects.filter(direction="out").order_by("id"):
        write_instruction(bank_file_id=file.pk, by=SYSTEM, on=AFTER_NOTICE)


def check_refusals(province: Province) -> None:
    """Three faults are refused, each at its line; the right file then was taken."""
    assert set(province.refused) == set(REFUSALS)
    for fault, told in REFUSALS.items():
        sentence = province.refused[fault]
        assert re.search(told, sentence), (fault, sentence)
        assert sentence.endswith("请与银行核对，由银行重新出具。")
    taken = {fault: len(outcomes) for fault, outcomes in province.taken.items()}
    more = {"pieces": 2, "answer-twice": 2}
    silent = "timeout-after-paying"
    others = set(COUNTIES.values()) - {silent}
    assert taken == dict.fromkeys(others, 1) | more
    assert [each.is_repeated for each in province.taken["answer-twice"]] == [
        False,
        True,
    ]


def check_the_silent(province: Province) -> None:
    """The bank has paid and says nothing: the list waits, and is not sent again."""
    batch = province.batches["timeout-after-paying"]
    books = Books(province.folder / "bank")
    assert province.states("timeout-after-paying") == [("instructed", "")] * LINES
    assert len(books.references_of(batch.number)) == LINES
    laid = province.folder / "outbox" / batch.bank_files.get().name
    first = laid.stat().st_mtime_ns
    send(province)
    assert laid.stat().st_mtime_ns == first


def check_the_late_return(province: Province, judgement: Judgement) -> None:
    """Days after success one comes back: taken off what was spent, once."""
    fault = "return-after-success"
    assert province.states(fault) == province.expected(fault, judgement)
    for _time in range(2):
        (path,) = (province.folder / "inbox").glob(LATE_RETURN)
        outcome = import_return(
            content=path.read_bytes(), name=path.name, by=SYSTEM, on=DAYS_LATER
        )
    path.unlink()
    assert outcome.is_repeated
    first, *others = payments_of(province.batches[fault])
    assert (first.state, first.reason_code, first.settled_on) == (
        "returned",
        "closed",
        DAYS_LATER,
    )
    assert province.states(fault)[1:] == province.expected(fault, judgement)[1:]
    assert others


def check_all(province: Province, judgement: Judgement) -> None:
    """Everybody as the unfaulted bank has it, nobody twice by the bank's own books."""
    books = Books(province.folder / "bank")
    for fault, batch in province.batches.items():
        if fault != "return-after-success":
            assert province.states(fault) == province.expected(fault, judgement), fault
        batch.refresh_from_db()
        assert batch.state == "settled", fault
        ours = [int(p.state == "paid") for p in payments_of(batch)]
        theirs = [books.paid_times(p.reference) for p in payments_of(batch)]
        assert theirs == ours, fault
    assert ledger_proof().problems == ()
