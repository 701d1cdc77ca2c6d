"""Accounting vouchers (记账凭证): drawn from the books, numbered by the union's accounts.

The books here are the fund's; the union's own accounts are kept elsewhere. A voucher
tells them what arrived of a batch since its voucher before: a debit for each source, a
credit of the bank deposit. Vouchers that are not void and the books thereby agree, per
batch and source, to the fen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max

from assistance.actions.batches import locked_batch
from assistance.actions.ledger import known_organisation
from assistance.enums import VoucherSide
from assistance.models import (
    AccountingVoucher,
    AccountingVoucherLine,
    Batch,
    FundSource,
    SubjectCode,
)
from assistance.permissions.vouchers import (
    can_draw_voucher,
    can_number_voucher,
    can_set_subject_codes,
    can_unnumber_voucher,
    can_void_voucher,
)
from assistance.queries.vouchers import Subject, not_yet_vouchered, subjects_of
from assistance.workflow import ACCOUNTING_VOUCHER
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

LONGEST_CODE = 20


@dataclass(frozen=True, slots=True)
class SubjectWish:
    """A subject to be set; of no source it is the bank deposit. Empty: as above."""

    source_id: int | None
    code: str
    name: str


def set_subject_codes(
    *, organisation_id: int, wishes: Sequence[SubjectWish], by: Actor, on: date
) -> None:
    """Set a union's subjects; where both fields are empty, the union above decides.

    Vouchers that are drawn keep the subjects they were drawn with. Refuses a code that
    is not of letters, digits, dots and hyphens, a code without a name (or the other way
    round), and what changes nothing.
    """
    with transaction.atomic():
        union = known_organisation(organisation_id, field="organisation_id")
        can_set_subject_codes(by, union).require()
        type(union).objects.select_for_update(no_key=True).get(pk=union.pk)
        before = _own(union.pk)
        after = {each.source_id: wish for each in wishes if (wish := _checked(each))}
        if before == after:
            raise Refusal("没有任何改动。", code="unchanged")
        SubjectCode.objects.filter(organisation=union).delete()
        SubjectCode.objects.bulk_create(
            SubjectCode(organisation=union, source_id=source, code=code, name=name)
            for source, (code, name) in after.items()
        )
        record(
            by=by,
            verb="set_subject_codes",
            subject=union,
            on=on,
            organisation_id=union.pk,
            changes={
                _named(source): [before.get(source), after.get(source)]
                for source in before.keys() | after.keys()
                if before.get(source) != after.get(source)
            },
        )


def _own(organisation_id: int) -> dict[int | None, tuple[str, str]]:
    rows = SubjectCode.objects.filter(organisation=organisation_id)
    return {one.source_id: (one.code, one.name) for one in rows}


def _checked(wish: SubjectWish) -> tuple[str, str] | None:
    code, name = wish.code.strip(), wish.name.strip()
    if not code and not name:
        return None
    is_spelt = code.isascii() and code.replace(".", "").replace("-", "").isalnum()
    if not is_spelt or len(code) > LONGEST_CODE:
        raise Refusal(
            f"科目编码“{code[:LONGEST_CODE]}”应为 1 至 {LONGEST_CODE} 位的数字、字母、点或连字符。",
            field="code",
        )
    if not name:
        raise Refusal(f"科目 {code} 没有名称，请填写。", field="name")
    return code, name[:60]


def _named(source_id: int | None) -> str:
    return "bank" if source_id is None else FundSource.objects.get(pk=source_id).code


def draw_accounting_voucher(*, batch_id: int, by: Actor, on: date) -> AccountingVoucher:
    """Draw the next voucher of a settled batch: what arrived and stands in none yet.

    Written in red (negative) where money came back after its voucher. Refuses a batch
    whose results are not all in, nothing new on the books, and a subject that nobody
    has set.
    """
    with transaction.atomic():
        batch = locked_batch(batch_id)
        can_draw_voucher(by, batch.organisation).require()
        amounts = _amounts(batch)
        voucher = AccountingVoucher.objects.create(
            batch=batch,
            organisation=batch.organisation,
            sequence=_next(batch),
            total=sum(amounts.values(), Decimal(0)),
            drawn_on=on,
            drawn_by=by.name,
        )
        subjects = subjects_of(batch.organisation)
        AccountingVoucherLine.objects.bulk_create(_lines(voucher, subjects, amounts))
        record(
            by=by,
            verb="draw_accounting_voucher",
            subject=voucher,
            on=on,
            organisation_id=batch.organisation_id,
            changes={"batch": batch.number, "total": str(voucher.total)},
        )
    return voucher


def _amounts(batch: Batch) -> dict[int, Decimal]:
    if batch.settled_on is None:
        raise Refusal(
            f"批次 {batch.number} 的银行结果还没有到齐，不能开具记账凭证；请在全部入账后再开。",
            code="not_settled",
        )
    amounts = not_yet_vouchered(batch)
    if not amounts:
        raise Refusal(
            f"批次 {batch.number} 的到账金额已全部开具凭证，没有新的金额。",
            code="unchanged",
        )
    return amounts


def _next(batch: Batch) -> int:
    last = AccountingVoucher.objects.filter(batch=batch).aggregate(last=Max("sequence"))
    return int(last["last"] or 0) + 1


def _lines(
    voucher: AccountingVoucher,
    subjects: Iterable[Subject],
    amounts: dict[int, Decimal],
) -> list[AccountingVoucherLine]:
    """A debit for each source and the credit of the bank; all subjects must be set."""
    wanted = [*amounts.items(), (None, voucher.total)]
    known = {one.source.pk if one.source else None: one for one in subjects}
    missing = "、".join(known[key].label for key, _ in wanted if not known[key].code)
    if missing:
        raise Refusal(
            f"还没有设置会计科目：{missing}。请先在“资金账户 › 会计科目”中设置"
            "（上级工会设置的，本级沿用）。",
            code="no_subject",
        )
    return [
        AccountingVoucherLine(
            voucher=voucher,
            side=VoucherSide.CREDIT if key is None else VoucherSide.DEBIT,
            source_id=key,
            subject_code=known[key].code,
            subject_name=known[key].name,
            amount=amount,
        )
        for key, amount in wanted
    ]


def number_accounting_voucher(
    *, voucher_id: int, number: str, by: Actor, on: date
) -> AccountingVoucher:
    """Enter the number (凭证字号) under which the union's accounts have booked it.

    Refuses an empty number and one that the union has used in the same year.
    """
    number = "".join(number.split())
    if not number or len(number) > 40:
        raise Refusal("请填写凭证字号，例如“记-12”，最多 40 个字。", field="number")
    with transaction.atomic():
        voucher = _locked(voucher_id)
        can_number_voucher(by, voucher).require()
        voucher.state = ACCOUNTING_VOUCHER.target_of("number", voucher.state)
        voucher.number, voucher.numbered_on, voucher.numbered_by = number, on, by.name
        _save_once(voucher)
        _record(voucher, "number_accounting_voucher", by=by, on=on, number=number)
    return voucher


def _save_once(voucher: AccountingVoucher) -> None:
    try:
        with transaction.atomic():
            voucher.save()
    except IntegrityError as error:
        if "accounting_voucher_number_once" not in str(error):
            raise
        raise Refusal(
            f"本年已有记账凭证登记为“{voucher.number}”，请核对凭证字号。",
            field="number",
            code="used",
        ) from error


def unnumber_accounting_voucher(
    *, voucher_id: int, reason: str, by: Actor, on: date
) -> AccountingVoucher:
    """Take a wrong number back, with the reason; the trail keeps it."""
    with transaction.atomic():
        voucher = _locked(voucher_id)
        can_unnumber_voucher(by, voucher).require()
        reason = _reason(reason)
        number = voucher.number
        voucher.state = ACCOUNTING_VOUCHER.target_of("unnumber", voucher.state)
        voucher.number, voucher.numbered_on, voucher.numbered_by = "", None, ""
        voucher.save()
        verb = "unnumber_accounting_voucher"
        _record(voucher, verb, by=by, on=on, number=number, reason=reason)
    return voucher


def void_accounting_voucher(
    *, voucher_id: int, reason: str, by: Actor, on: date
) -> AccountingVoucher:
    """Void a voucher that the accounts have not booked; its money waits for a new one."""
    with transaction.atomic():
        voucher = _locked(voucher_id)
        can_void_voucher(by, voucher).require()
        reason = _reason(reason)
        voucher.state = ACCOUNTING_VOUCHER.target_of("void", voucher.state)
        voucher.save()
        _record(voucher, "void_accounting_voucher", by=by, on=on, reason=reason)
    return voucher


def _locked(voucher_id: int) -> AccountingVoucher:
    """The voucher with its row locked, behind the batch's as when it is drawn."""
    found = AccountingVoucher.objects.filter(pk=voucher_id)
    batch_id = found.values_list("batch", flat=True).first()
    if batch_id is None:
        raise Refusal("没有这张凭证，请刷新后再试。", field="voucher_id")
    locked_batch(batch_id)
    rows = found.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "batch").get()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refusal("请填写理由。", field="reason")
    return reason.strip()[:200]


def _record(
    voucher: AccountingVoucher,
    verb: str,
    *,
    by: Actor,
    on: date,
    number: str = "",
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=voucher,
        on=on,
        organisation_id=voucher.organisation_id,
        changes={"number": number} if number else {},
        reason=reason,
    )
