"""Accounting vouchers on the staff site: drawn at the batch, numbered, printed, taken."""

import pytest
from django.urls import reverse

from assistance.models import AccountingVoucher, SubjectCode
from members.enums import Role
from tests.assistance.admin.browsers import browser_of, table_of, taken
from tests.assistance.builders import COUNTY, PROVINCE, staff, union
from tests.assistance.paying import officers
from tests.assistance.vouchering import set_subjects, settled_batch, source
from tests.core.test_documents import text_of

pytestmark = pytest.mark.django_db
LIST = reverse("staff_assistance:vouchers")


def address(name: str, *keys: object) -> str:
    return reverse(f"staff_assistance:{name}", args=keys)


def test_a_settled_batch_is_drawn_numbered_printed_and_taken_by_the_checker() -> None:
    who = officers()
    batch = settled_batch(who, back=1)
    set_subjects()
    checker = browser_of(who.checker)

    page = checker.get(address("batch", batch.pk)).content.decode()
    assert "到账而未开凭证的 1,200.00 元将开具一张凭证。" in page
    told = checker.post(address("batch-verb", batch.pk, "voucher"), follow=True)
    assert "已开具记账凭证" in told.content.decode()
    voucher = AccountingVoucher.objects.get()
    told = checker.post(
        address("voucher-verb", voucher.pk, "number"), {"number": "记-12"}, follow=True
    )
    assert "已登记凭证字号。" in told.content.decode()

    status, kind, paper = taken(checker, address("voucher-print", voucher.pk))
    assert (status, kind) == (200, "application/pdf")
    text = "".join(text_of(paper).split())
    for words in (
        "记账凭证",
        "凭证字号记-12",
        "50201",
        "困难职工帮扶支出",
        "壹仟贰佰元整",
        "名单3人，1,800.00元；银行结果到齐后到账2人，1,200.00元",
        f"名单摘要：{batch.digest}",
    ):
        assert words in text
    rows = table_of(checker, address("vouchers-export"))
    assert [
        (row["科目编码"], row.get("借方金额（元）"), row.get("贷方金额（元）"))
        for row in rows
    ] == [("50201", "1200.00", None), ("10201", None, "1200.00")]


def test_the_payer_reads_why_he_draws_none() -> None:
    who = officers()
    batch = settled_batch(who)
    payer = browser_of(who.payer)
    page = payer.get(address("batch", batch.pk)).content.decode()
    assert "“开具记账凭证”需要" in page
    payer.post(address("batch-verb", batch.pk, "voucher"))
    assert not AccountingVoucher.objects.exists()


def test_the_list_is_searched_by_state_and_says_what_to_do_when_empty() -> None:
    who = officers()
    batch = settled_batch(who)
    set_subjects()
    checker = browser_of(who.checker)
    checker.post(address("batch-verb", batch.pk, "voucher"))
    voucher = AccountingVoucher.objects.get()
    listed = checker.get(LIST, {"state": "drawn"}).content.decode()
    assert str(voucher) in listed
    empty = checker.get(LIST, {"state": "void"}).content.decode()
    assert str(voucher) not in empty
    assert "没有符合条件的记账凭证" in empty


def test_subjects_are_set_by_the_checker_and_shown_below_as_taken_over() -> None:
    source()
    checker = browser_of(staff(Role.CHECKER, at=PROVINCE, name="省会计"))
    form = {"code-0": "10201", "name-0": "银行存款"}
    there = address("subject-codes", union(PROVINCE).pk)
    told = checker.post(there, form, follow=True).content.decode()
    assert "的会计科目已设置。" in told
    assert SubjectCode.objects.get().code == "10201"

    below = address("subject-codes", union(COUNTY).pk)
    page = browser_of(staff(Role.MAKER)).get(below).content.decode()
    assert f"{union(PROVINCE).short_name}：10201 银行存款" in page
    assert "“设置会计科目”需要" in page
    assert "没有任何改动。" in checker.post(there, form).content.decode()
    odd = checker.post(there, form | {"code-0": "一〇二"}).content.decode()
    assert "科目编码“一〇二”应为" in odd
    assert 'value="一〇二"' in odd
