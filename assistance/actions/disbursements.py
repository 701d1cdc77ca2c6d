"""The instruction to the bank (送银行): intent first, then the file, never another.

The batch, its payments and the file's name, digest and total are committed before
anything leaves. A job then writes the file; its bytes follow from what is committed,
so that writing it again after a crash changes nothing.
"""

import hashlib
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from assistance.actions.account_changes import hold_changed_accounts
from assistance.actions.batches import locked_batch, require_same_list, seat_of, sign
from assistance.actions.ledger import Leg, Voucher, move, post_entries
from assistance.enums import (
    AccountKind,
    BankFileState,
    EntryKind,
    FileDirection,
    LinkKind,
    PaymentState,
)
from assistance.models import BankFile, Batch, PayingAccount, Payment
from assistance.permissions.batches import PAY
from assistance.queries.digests import digest_of
from assistance.queries.schemes import scheme_of
from assistance.rules.banks.direct import DIRECT, write_order
from assistance.rules.banks.layout import LayoutError, layout_named
from assistance.rules.banks.writing import (
    PIECE,
    Instruction,
    InstructionLine,
    instruction_name,
    instruction_pieces,
)
from assistance.workflow import BATCH, PAYMENT
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.secrets import unseal_many

WRITE_JOB = "assistance.write_instruction"
BEFORE = declare_crashpoint("instruct_batch.before_commit")
AFTER = declare_crashpoint("instruct_batch.after_commit")
BEFORE_RENAME = declare_crashpoint("write_instruction.before_rename")
AFTER_RENAME = declare_crashpoint("write_instruction.after_rename")
BEFORE_SENT = declare_crashpoint("write_instruction.before_commit")
AFTER_SENT = declare_crashpoint("write_instruction.after_commit")

OUTBOX = "outbox"

_LINES = """
    SELECT payment.reference, account.number, account.holder_name, account.bank_name,
           payment.amount
    FROM assistance_payment AS payment
    JOIN members_bankaccount AS account ON account.id = payment.account_id
    WHERE payment.year = %s AND payment.batch_id = %s
      AND payment.instructed_on IS NOT NULL
      AND (%s::text[] IS NULL OR payment.reference = ANY(%s::text[]))
    ORDER BY payment.id
"""
CARD = "members.bankaccount.number"  # what a sealed account number is bound to


@dataclass(frozen=True, slots=True)
class Intent:
    """What is committed about the bytes that are going to leave."""

    sha256: str
    line_count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """The bytes of an order for the direct link, with what is committed about them."""

    content: bytes
    line_count: int
    total: Decimal

    @property
    def sha256(self) -> str:
        """The digest by which a second writing is compared."""
        return hashlib.sha256(self.content).hexdigest()


class Altered(Exception):  # noqa: N818 - what was found, not a fault
    """The bytes are not those that were committed."""


def instruct_batch(
    *, batch_id: int, digest: str, by: Actor, on: date, comment: str = ""
) -> BankFile:
    """The payer sends the list to the bank: approved → instructed.

    Each planned payment becomes instructed; held ones stay behind, and so does whoever
    has an account that was stopped or changed since. Refuses a payer who has signed
    another step, a list that changed, and one on which nobody is left to be paid.
    """
    with transaction.atomic():
        batch = locked_batch(batch_id)
        seat = seat_of(by, batch, PAY, on=on)
        require_same_list(batch, digest)
        target = BATCH.target_of("instruct", batch.state)
        held = hold_changed_accounts(batch, by=by, on=on)
        _check_list(batch)
        sign(batch, PAY, seat=seat, comment=comment, by=by, on=on)
        _instruct_payments(batch, on)
        _commit_money(batch, by=by, on=on)
        bank_file = _commit_intent(batch, on=on)
        changes = {
            "state": [batch.state, target],
            "digest": batch.digest,
            "file": bank_file.sha256,
            "told": bank_file.told,
            "lines": bank_file.line_count,
            "total": bank_file.total,
            "held": held,
        }
        batch.state, batch.instructed_on = target, on
        batch.save(update_fields=["state", "instructed_on"])
        record(
            by=by,
            verb="instruct_batch",
            subject=batch,
            on=on,
            organisation_id=batch.organisation_id,
            changes=changes,
            reason=comment.strip(),
        )
        enqueue(
            kind=WRITE_JOB,
            key=f"bank-file-{bank_file.pk}",
            arguments={"bank_file_id": bank_file.pk, "on": on.isoformat()},
            by=by,
            organisation_id=batch.organisation_id,
        )
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return bank_file


def write_instruction(
    *, bank_file_id: int, on: date, by: Actor, run: JobRun | None = None
) -> Path:
    """Write the committed instruction into the bank's folder: written → sent.

    The bytes are made again from what is committed; when they are not those that the
    payer signed, nothing is written. A reader never sees half a file. A file that was
    sent is not written again: the bank may have taken it away.
    """
    bank_file = BankFile.objects.select_related("batch__round__version__scheme").get(
        pk=bank_file_id, direction=FileDirection.OUT
    )
    path = Path(settings.BANK_EXCHANGE_DIR) / bank_file.path
    if bank_file.state == BankFileState.SENT or bank_file.batch is None:
        return path
    batch = bank_file.batch
    whole = _instruction(batch, _sent(batch), _payer_of(batch))
    pieces = _pieces_of(batch, bank_file.layout, whole)
    try:
        write_whole(path, pieces, sha256=bank_file.sha256)
    except Altered as altered:
        raise Refusal(
            f"批次 {batch.number} 的内容与出纳签发时不一致，未写出文件；"
            "请核对付款账户与名单是否被改动。",
            code="tampered",
        ) from altered
    _mark_sent(bank_file, by=by, on=on, run=run)
    return path


def write_whole(path: Path, pieces: Iterable[bytes], *, sha256: str) -> None:
    """Put a file in place complete or not at all, and durably.

    Raises Altered, and leaves nothing, when the bytes have another digest.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A dot in front: those who watch the folder pass over it.
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)  # a killed writer's: it holds account numbers
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write_draft(draft, pieces, sha256)
    except BaseException:
        draft.unlink(missing_ok=True)  # no room: leave no account numbers behind
        raise
    crashpoint(BEFORE_RENAME)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    crashpoint(AFTER_RENAME)


def _write_draft(draft: Path, pieces: Iterable[bytes], sha256: str) -> None:
    digest = hashlib.sha256()
    with draft.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != sha256:
            raise Altered(draft.name)
        file.flush()
        os.fsync(file.fileno())


def _mark_sent(bank_file: BankFile, *, by: Actor, on: date, run: JobRun | None) -> None:
    with transaction.atomic():
        if run is not None:
            run.fence()
        sent = BankFile.objects.filter(
            pk=bank_file.pk, state=BankFileState.WRITTEN
        ).update(state=BankFileState.SENT)
        if sent:
            record(
                by=by,
                verb="write_instruction",
                subject=bank_file,
                on=on,
                organisation_id=bank_file.organisation_id,
                changes={"state": [BankFileState.WRITTEN, BankFileState.SENT]},
            )
        crashpoint(BEFORE_SENT)
    crashpoint(AFTER_SENT)


def _check_list(batch: Batch) -> None:
    """Refuse when the stored payments are not the list that was signed."""
    if digest_of(batch) != batch.digest:
        raise Refusal(
            "名单与签批时的摘要不一致，不能送银行；请管理员核对审计记录。",
            code="tampered",
        )


def _instruct_payments(batch: Batch, on: date) -> None:
    moved = Payment.objects.filter(
        year=batch.round.year, batch=batch, state=PaymentState.PLANNED
    ).update(
        state=PAYMENT.target_of("instruct", PaymentState.PLANNED), instructed_on=on
    )
    if not moved:
        raise Refusal("名单上的人都已暂缓或撤下，没有可以送银行的发放。", code="nobody")


def _commit_money(batch: Batch, *, by: Actor, on: date) -> None:
    """Move what is sent, by source, from reserved to committed; held lines stay."""
    sums = (
        Payment.objects.filter(
            year=batch.round.year, batch=batch, state=PaymentState.INSTRUCTED
        )
        .order_by("source_id")
        .values_list("source_id")
        .annotate(total=Sum("amount"))
    )
    legs: list[Leg] = []
    for source_id, total in sums:
        legs += move(
            batch.organisation_id,
            source_id,
            total,
            taken_from=AccountKind.RESERVED,
            put_into=AccountKind.COMMITTED,
        )
    voucher = Voucher(
        kind=EntryKind.COMMIT,
        key=f"commit:{batch.number}",
        document=f"批次 {batch.number} 送银行",
        batch_id=batch.pk,
    )
    post_entries(entries=[(voucher, legs)], by=by, on=on)


def _commit_intent(batch: Batch, *, on: date) -> BankFile:
    """Write down what is going to leave, to the byte."""
    # Held until the batch has left: whoever sets the account waits, and then refuses.
    accounts = PayingAccount.objects.select_for_update(no_key=True, of=("self",))
    payer = accounts.filter(organisation=batch.organisation_id).first()
    if payer is None:
        raise Refusal(
            f"{batch.organisation.short_name}没有登记付款账户，不能送银行；"
            "请先在“付款账户”中登记。",
            code="paying_account",
        )
    batch.instructed_on = on
    is_direct = payer.link == LinkKind.DIRECT
    if is_direct:
        layout, name = DIRECT, f"ZL_{batch.number}.json"
        order = order_of(batch, number=1)
        intent = Intent(order.sha256, order.line_count, order.total)
    else:
        layout = payer.layout
        name = instruction_name(layout_named(layout), batch.number)
        intent = _intent_of(batch, layout, payer.number)
    return BankFile.objects.create(
        direction=FileDirection.OUT,
        batch=batch,
        organisation_id=batch.organisation_id,
        layout=layout,
        name=name,
        sha256=intent.sha256,
        path=name if is_direct else f"{OUTBOX}/{name}",
        state=BankFileState.WRITTEN,
        line_count=intent.line_count,
        total=intent.total,
        on=on,
    )


def order_of(
    batch: Batch, *, number: int, references: Sequence[str] | None = None
) -> Order:
    """The order of a batch for the direct link, or of some of its payments."""
    sent = _sent(batch, references)
    instruction = _instruction(batch, sent, _payer_of(batch))
    with closing(_lines(batch, references)) as lines:
        content = write_order(instruction, number, lines)
    return Order(content, instruction.count, instruction.total)


def _intent_of(batch: Batch, layout: str, payer: str) -> Intent:
    """Write the file into a digest: what is committed before anything leaves."""
    digest, whole = hashlib.sha256(), _instruction(batch, _sent(batch), payer)
    for piece in _pieces_of(batch, layout, whole):
        digest.update(piece)
    return Intent(digest.hexdigest(), whole.count, whole.total)


def _pieces_of(batch: Batch, layout: str, whole: Instruction) -> Iterator[bytes]:
    """The file of a batch from what is stored, in pieces; always the same bytes."""
    try:
        with closing(_lines(batch)) as lines:
            yield from instruction_pieces(layout_named(layout), whole, lines)
    except LayoutError as error:
        raise Refusal(
            f"发放编号 {error}，银行文件写不出；请先暂缓此人，更正户名后再发。",
            code="bank_file",
        ) from error


def _sent(batch: Batch, references: Sequence[str] | None = None) -> QuerySet[Payment]:
    """The payments of a batch that go or went to the bank, or some of them."""
    sent = Payment.objects.filter(
        year=batch.round.year, batch=batch, instructed_on__isnull=False
    )
    return sent if references is None else sent.filter(reference__in=references)


def _instruction(batch: Batch, sent: QuerySet[Payment], payer: str) -> Instruction:
    sums = sent.aggregate(count=Count("id"), total=Sum("amount", default=Decimal(0)))
    return Instruction(
        batch=batch.number,
        date=batch.instructed_on or batch.drafted_on,
        payer=payer,
        count=sums["count"],
        total=sums["total"],
    )


def _payer_of(batch: Batch) -> str:
    return PayingAccount.objects.get(organisation=batch.organisation_id).number


def _lines(
    batch: Batch, references: Sequence[str] | None = None
) -> Generator[InstructionLine, None, None]:
    """The lines in the order of the payments, as many in memory as a piece has."""
    purpose = scheme_of(batch.round.version).title[:18]
    chosen = None if references is None else list(references)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES, [batch.round.year, batch.pk, chosen, chosen])
        while rows := cursor.fetchmany(PIECE):
            numbers = unseal_many((bytes(row[1]) for row in rows), context=CARD)
            for (reference, _sealed, holder, bank, amount), number in zip(
                rows, numbers, strict=True
            ):
                yield InstructionLine(reference, number, holder, bank, amount, purpose)
