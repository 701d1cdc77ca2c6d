"""Accounting vouchers of the first winter: subjects of the province, two counties' drawn."""

from datetime import date, timedelta

from assistance.actions.vouchers import (
    SubjectWish,
    draw_accounting_voucher,
    number_accounting_voucher,
    set_subject_codes,
)
from assistance.models import AccountingVoucher, Batch, FundSource, SubjectCode
from members.enums import Role
from unionportal.demo.cast import Cast
from unionportal.demo.walk.stage import Stage

BANK = ("10201", "银行存款")
AID = "502"  # 维权支出：困难职工帮扶、送温暖
DRAWN = 6  # batches; the rest wait for their vouchers
BOOKED_AFTER = timedelta(days=2)


def draw_vouchers(stage: Stage, *, before: date) -> str:
    """Draw vouchers for the first batches that were settled, and number all but the last.

    Repeatable: what has its voucher stays as it is.
    """
    _set_subjects(stage)
    batches = (
        Batch.objects.filter(
            organisation__path__startswith=stage.organisation.path,
            settled_on__lt=before,
            paid_count__gt=0,
        )
        .select_related("organisation")
        .order_by("settled_on", "id")[:DRAWN]
    )
    for place, batch in enumerate(batches, 1):
        _draw(batch, number=place if place < len(batches) else 0)
    numbered = AccountingVoucher.objects.exclude(number="").count()
    return f"{len(batches)} 个批次已开凭证，其中 {numbered} 张登记了凭证字号。"


def _set_subjects(stage: Stage) -> None:
    if SubjectCode.objects.exists():
        return
    aid = [
        SubjectWish(source.pk, f"{AID}{place:02d}", f"维权支出——{source.name}")
        for place, source in enumerate(FundSource.objects.order_by("id"), 1)
    ]
    set_subject_codes(
        organisation_id=stage.organisation.pk,
        wishes=[SubjectWish(None, *BANK), *aid],
        by=Cast(stage.plan.as_of).holder(Role.CHECKER, stage.organisation),
        on=stage.plan.as_of,
    )


def _draw(batch: Batch, *, number: int) -> None:
    """Draw one, unless it is drawn; of number 0 it waits for the accounts."""
    if batch.settled_on is None or batch.vouchers.exists():
        return
    on = batch.settled_on + BOOKED_AFTER
    checker = Cast(on).holder(Role.CHECKER, batch.organisation)
    voucher = draw_accounting_voucher(batch_id=batch.pk, by=checker, on=on)
    if number:
        number_accounting_voucher(
            voucher_id=voucher.pk, number=f"记-{number}", by=checker, on=on
        )
