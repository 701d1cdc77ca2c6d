"""Accounting vouchers: what arrived, once, by source; numbered, taken back, voided."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assistance.actions.vouchers import (
    SubjectWish,
    draw_accounting_voucher,
    number_accounting_voucher,
    set_subject_codes,
    unnumber_accounting_voucher,
    void_accounting_voucher,
)
from assistance.models import AccountingVoucher, Batch, SubjectCode
from assistance.queries.queues import vouchers_waiting
from assistance.queries.vouchers import not_yet_vouchered
from members.enums import Role
from tests.assistance.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    fund_sources,
    staff,
    union,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from tests.assistance.vouchering import AID, BANK, set_subjects, settled_batch, source
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
LATER = AFTER_NOTICE + timedelta(days=3)


def checker(at: str = COUNTY) -> Actor:
    return staff(Role.CHECKER, at=at, name="县会计")


def drawn(batch: Batch) -> AccountingVoucher:
    return draw_accounting_voucher(batch_id=batch.pk, by=checker(), on=AFTER_NOTICE)


def lines_of(voucher: AccountingVoucher) -> list[tuple[str, int | None, str, Decimal]]:
    return list(
        voucher.lines.values_list("side", "source", "subject_code", "amount").order_by(
            "id"
        )
    )


def refused(code: str, act: object) -> str:
    assert callable(act)
    with pytest.raises(Refusal) as refusal:
        act()
    assert refusal.value.code == code
    return str(refusal.value)


def test_what_arrived_is_a_debit_by_source_and_a_credit_of_the_bank() -> None:
    set_subjects()
    batch = settled_batch(names=3, back=1)
    assert not_yet_vouchered(batch) == {source(): Decimal("1200.00")}

    voucher = drawn(batch)

    assert (voucher.state, voucher.total, str(voucher)) == (
        "drawn",
        Decimal("1200.00"),
        f"{batch.number}-P1",
    )
    assert lines_of(voucher) == [
        ("debit", source(), AID[0], Decimal("1200.00")),
        ("credit", None, BANK[0], Decimal("1200.00")),
    ]
    assert not_yet_vouchered(batch) == {}
    assert AuditEntry.objects.filter(verb="draw_accounting_voucher").count() == 1


def test_the_same_money_is_never_told_twice() -> None:
    set_subjects()
    batch = settled_batch()
    drawn(batch)
    sentence = refused("unchanged", lambda: drawn(batch))
    assert sentence == f"批次 {batch.number} 的到账金额已全部开具凭证，没有新的金额。"
    assert AccountingVoucher.objects.count() == 1


def test_money_that_comes_back_after_its_voucher_is_written_in_red() -> None:
    set_subjects()
    batch = settled_batch()
    drawn(batch)
    last = payments_of(batch)[-1]
    bring_in(answer_to(batch, returned={last.reference: "closed"}), "HP_2.txt")

    red = drawn(batch)

    assert (red.sequence, red.total) == (2, Decimal("-600.00"))
    assert lines_of(red)[0] == ("debit", source(), AID[0], Decimal("-600.00"))
    assert not_yet_vouchered(batch) == {}


def test_a_batch_without_all_its_results_has_no_voucher() -> None:
    set_subjects()
    fund("100000.00")
    batch = instructed_batch(released_round(), officers())
    assert "银行结果还没有到齐" in refused("not_settled", lambda: drawn(batch))


def test_a_voided_voucher_gives_its_money_back_and_a_numbered_one_is_not_voided() -> (
    None
):
    set_subjects()
    batch = settled_batch()
    first = drawn(batch)
    by = checker()
    void_accounting_voucher(voucher_id=first.pk, reason="科目有误", by=by, on=LATER)
    assert not_yet_vouchered(batch) == {source(): Decimal("1800.00")}

    second = drawn(batch)
    number_accounting_voucher(voucher_id=second.pk, number="记 - 12", by=by, on=LATER)

    second.refresh_from_db()
    assert (second.state, second.number, second.numbered_on, second.numbered_by) == (
        "numbered",
        "记-12",
        LATER,
        "县会计",
    )
    refused(
        "forbidden",
        lambda: void_accounting_voucher(
            voucher_id=second.pk, reason="试试", by=by, on=LATER
        ),
    )


def test_a_number_serves_once_a_year_and_is_taken_back_with_a_reason() -> None:
    set_subjects()
    by = checker()
    one = drawn(settled_batch())
    number_accounting_voucher(voucher_id=one.pk, number="记-12", by=by, on=LATER)
    unnumber = unnumber_accounting_voucher
    sentence = refused(
        "refused",
        lambda: unnumber(voucher_id=one.pk, reason=" ", by=by, on=LATER),
    )
    assert sentence == "请填写理由。"

    unnumber(voucher_id=one.pk, reason="登错了", by=by, on=LATER)

    one.refresh_from_db()
    assert (one.state, one.number, one.numbered_on) == ("drawn", "", None)
    bring_in(
        answer_to(one.batch, returned={payments_of(one.batch)[0].reference: "closed"}),
        "HP_2.txt",
    )
    red = drawn(one.batch)
    number_accounting_voucher(voucher_id=red.pk, number="记-13", by=by, on=LATER)
    assert "本年已有记账凭证登记为“记-13”" in refused(
        "used",
        lambda: number_accounting_voucher(
            voucher_id=one.pk, number="记-13", by=by, on=LATER
        ),
    )


def test_who_pays_does_not_keep_the_accounts_nor_does_the_next_county() -> None:
    set_subjects()
    batch = settled_batch()
    for stranger in (
        staff(Role.PAYER, name="县出纳"),
        staff(Role.CHECKER, at=NEXT_COUNTY, name="邻县会计"),
    ):
        refused(
            "forbidden",
            lambda by=stranger: draw_accounting_voucher(
                batch_id=batch.pk, by=by, on=LATER
            ),
        )
    assert not AccountingVoucher.objects.exists()


def test_subjects_come_from_the_nearest_union_above_and_missing_ones_are_named() -> (
    None
):
    batch = settled_batch()
    sentence = refused("no_subject", lambda: drawn(batch))
    name = fund_sources()["county_own"].name
    assert sentence.startswith(f"还没有设置会计科目：{name}、银行存款。")
    set_subjects()
    set_subjects(at=CITY, aid=("50299", "市里的科目"))

    assert lines_of(drawn(batch))[0][2] == "50299"


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("五〇二", "支出", "code"), ("5020 1", "支出", "code"), ("50201", "", "name")],
)
def test_an_odd_subject_is_refused_and_nothing_is_set(
    code: str, name: str, field: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        set_subject_codes(
            organisation_id=union(COUNTY).pk,
            wishes=[SubjectWish(None, code, name)],
            by=checker(),
            on=LATER,
        )
    assert refusal.value.field == field
    assert not SubjectCode.objects.exists()


def test_settled_batches_wait_for_the_checker_until_books_and_vouchers_agree() -> None:
    set_subjects()
    batch = settled_batch()
    waiting = vouchers_waiting(checker(), LATER)
    assert [item.title for item in waiting] == [f"批次 {batch.number} 待开记账凭证"]
    drawn(batch)
    assert vouchers_waiting(checker(), LATER) == []
