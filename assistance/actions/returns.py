"""Return files (回盘): what the bank answers, applied once or refused whole."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from assistance.actions.batches import constraint_of
from assistance.actions.settlements import BUSY, Answers, Settlement, Unfit, settle
from assistance.enums import BankFileState, FileDirection
from assistance.models import BankFile, Batch
from assistance.permissions.batches import can_import_return
from assistance.rules.banks.layout import layout_named
from assistance.rules.banks.problems import Unreadable, placed, refusal_of_answer
from assistance.rules.banks.reading import AnswerFile, layout_of, read_answer
from members.enums import Role
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun
from unionportal.core.money import show_yuan

BEFORE = declare_crashpoint("import_return.before_commit")
AFTER = declare_crashpoint("import_return.after_commit")
BEFORE_MOVE = declare_crashpoint("collect_returns.before_move")
AFTER_MOVE = declare_crashpoint("collect_returns.after_move")

COLLECT_JOB = "assistance.collect_returns"
LARGEST_FILE = 64 * 1024 * 1024  # bytes; a province's round is about a tenth of it
INBOX = "inbox"
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class ReturnOutcome:
    """What a file came to. Without a settlement it had been applied before."""

    bank_file: BankFile
    settlement: Settlement | None

    @property
    def is_repeated(self) -> bool:
        """Tell whether the file had been applied before, so that nothing changed."""
        return self.settlement is None

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        name, came_to = self.bank_file.name, self.settlement
        if came_to is None:
            return f"回盘文件“{name}”此前已经入账，本次未作任何改动。"
        known = came_to.known_count
        return (
            f"回盘文件“{name}”已入账：到账 {came_to.paid_count} 笔 "
            f"{show_yuan(came_to.paid_total)} 元，退回 {came_to.returned_count} 笔 "
            f"{show_yuan(came_to.returned_total)} 元"
            f"{f'，另有 {known} 笔结果此前已登记' if known else ''}。"
        )


def import_return(
    *,
    content: bytes,
    name: str,
    layout: str | None = None,
    by: Actor,
    on: date,
    run: JobRun | None = None,
) -> ReturnOutcome:
    """Apply a return file: every line of it once, or nothing at all.

    A file applied before changes nothing and says so. Refused whole, with the numbers
    of the lines: an unknown layout or encoding, a broken line, a wrong count or total,
    an unknown reference, a wrong amount, and a result that contradicts what is known.
    The refusal is kept with the file's name for those who ask the bank. In a job whose
    lease has passed to another, nothing is written (LeaseLost).
    """
    can_import_return(by).require()
    name = storable(Path(name).name)[:120] or "回盘文件"
    sha256 = hashlib.sha256(content).hexdigest()
    earlier = _applied(sha256)
    if earlier is not None:
        return ReturnOutcome(earlier, None)
    bank_file = BankFile(
        direction=FileDirection.IN,
        layout=layout or "",
        name=name,
        sha256=sha256,
        path=name,
        state=BankFileState.APPLIED,
        on=on,
    )
    try:
        read = _read(bank_file, content)
        return _apply(bank_file, read, by=by, on=on, run=run)
    except (Unreadable, Unfit) as unfit:
        raise _refused(bank_file, unfit.problems, by=by, on=on, run=run) from unfit


def collect_returns(
    *, by: Actor, on: date, run: JobRun | None = None
) -> list[ReturnOutcome]:
    """Import what lies in the bank's inbox; each file then moves on.

    A refused file moves to `refused` and does not stop the others; one whose payments
    are in another's hands just now stays for the next run. Killed between applying and
    moving, the next run finds the file applied and only moves it.

    The folder holds the files of every union: the portal reads them, whoever asked.
    In a county's name it would put aside its neighbours' answers as unknown.
    """
    can_import_return(by).require()
    inbox = Path(settings.BANK_EXCHANGE_DIR) / INBOX
    outcomes = []
    for path in sorted(inbox.glob("[!.]*"), key=_arrival):
        content = _content_of(path)
        if content is None:
            continue
        folder = "done"
        try:
            outcome = import_return(
                content=content, name=path.name, by=SYSTEM, on=on, run=run
            )
        except Refusal as refusal:
            if refusal.code == BUSY:
                continue
            folder = "refused"
        else:
            outcomes.append(outcome)
            if run is not None:
                run.advance(done=len(outcomes), note=outcome.bank_file.name)
        crashpoint(BEFORE_MOVE)
        put_away(path, inbox / folder)
        crashpoint(AFTER_MOVE)
    return outcomes


def _arrival(path: Path) -> tuple[int, str]:
    """In the order in which the bank laid them: a late return after what it corrects."""
    try:
        return path.stat().st_mtime_ns, path.name
    except FileNotFoundError:
        return 0, path.name


def storable(name: str) -> str:
    """A file's name as text: a bank may have written it in another encoding."""
    return name.replace("\0", "?").encode("utf-8", "replace").decode()


def _content_of(path: Path) -> bytes | None:
    """The file, or one byte more than is accepted; None for what is none (any more)."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None


def put_away(path: Path, folder: Path) -> None:
    """Move a file that was dealt with; a name taken already gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    count = 1
    while target.exists():
        count += 1
        target = folder / f"{path.stem}.{count}{path.suffix}"
    with suppress(FileNotFoundError):  # another run has put it away
        path.replace(target)


def _applied(sha256: str) -> BankFile | None:
    return BankFile.objects.filter(
        sha256=sha256, direction=FileDirection.IN, state=BankFileState.APPLIED
    ).first()


def _read(bank_file: BankFile, content: bytes) -> AnswerFile:
    if len(content) > LARGEST_FILE:
        raise Unreadable([(1, f"文件超过 {LARGEST_FILE // 1024 // 1024} MB")])
    layout = (
        layout_named(bank_file.layout)
        if bank_file.layout
        else layout_of(bank_file.name, content)
    )
    if layout is None:
        raise Unreadable([(1, "认不出这是哪家银行的文件格式")])
    bank_file.layout = layout.code
    return read_answer(layout, content)


def _apply(
    bank_file: BankFile,
    read: AnswerFile,
    *,
    by: Actor,
    on: date,
    run: JobRun | None,
) -> ReturnOutcome:
    with transaction.atomic():
        if run is not None:
            run.fence()
        bank_file.line_count = len(read.rows)
        bank_file.total = sum((row[2] for row in read.rows), Decimal(0))
        if not _is_first(bank_file):
            return ReturnOutcome(
                BankFile.objects.get(
                    sha256=bank_file.sha256,
                    direction=FileDirection.IN,
                    state=BankFileState.APPLIED,
                ),
                None,
            )
        answers = Answers(
            rows=read.rows,
            key=bank_file.sha256[:32],
            document=f"回盘文件 {bank_file.name}",
            batch=read.batch,
        )
        came_to = settle(answers=answers, by=by, on=on)
        _name_batch(bank_file, came_to)
        record(
            by=by,
            verb="import_return",
            subject=bank_file,
            on=on,
            organisation_id=bank_file.organisation_id,
            changes={"file": bank_file.sha256, "told": bank_file.told}
            | _changes(came_to),
        )
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return ReturnOutcome(bank_file, came_to)


def _is_first(bank_file: BankFile) -> bool:
    """Enter the file; of two importers at once the second waits here and is not."""
    try:
        with transaction.atomic():
            bank_file.save()
    except IntegrityError as error:
        if constraint_of(error) != "bank_file_applied_once":
            raise
        return False
    return True


def _name_batch(bank_file: BankFile, came_to: Settlement) -> None:
    """Tie the file to its batch, where all of it is one batch's."""
    if len(came_to.batches) != 1:
        return
    batch = Batch.objects.get(number=came_to.batches[0])
    bank_file.batch = batch
    bank_file.organisation_id = batch.organisation_id
    bank_file.save(update_fields=["batch", "organisation"])


def _changes(came_to: Settlement) -> dict[str, object]:
    return {
        "paid": [came_to.paid_count, came_to.paid_total],
        "returned": [came_to.returned_count, came_to.returned_total],
        "taken_back": came_to.taken_back_count,
        "known": came_to.known_count,
        "settled": list(came_to.settled),
    }


def _refused(
    bank_file: BankFile,
    problems: Sequence[tuple[int, str]],
    *,
    by: Actor,
    on: date,
    run: JobRun | None,
) -> Refusal:
    """Keep the refused file's name and problems; return the refusal to raise."""
    lines = placed(problems)
    bank_file.pk = None
    bank_file.state = BankFileState.REFUSED
    payers = [seat for seat in by.seats if seat.role == Role.PAYER]
    bank_file.organisation_id = payers[0].organisation_id if payers else None
    bank_file.problems = lines[:_KEPT]
    with transaction.atomic():
        if run is not None:
            run.fence()
        bank_file.save()
        record(
            by=by,
            verb="refuse_return",
            subject=bank_file,
            on=on,
            organisation_id=bank_file.organisation_id,
            changes={"problems": len(problems), "told": bank_file.told},
        )
    return Refusal(
        refusal_of_answer(bank_file.name, problems),
        code="bank_file",
        field="file",
    )
