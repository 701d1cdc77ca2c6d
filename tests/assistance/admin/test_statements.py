"""Bank statements on the staff site: brought in, worked through, printed, taken away."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistance.models import Reconciliation, StatementLine
from assistance.queries.matches import proposals_for
from assistance.queries.reconciliation_documents import reconciliation_values
from members.enums import Role
from tests.assistance.admin.browsers import browser_of, table_of
from tests.assistance.banking import (
    DECEMBER,
    County,
    Told,
    account_of,
    bring_statement,
    month_of,
    paid_county,
    statement_bytes,
    statement_file,
)
from tests.assistance.builders import fund_sources, staff
from tests.assistance.paying import paying_account, payments_of
from unionportal.core.actor import Actor
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)


def url(name: str, *args: object) -> str:
    return reverse(f"staff_assistance:{name}", args=args)


def page(by: Actor | Client, address: str) -> str:
    client = by if isinstance(by, Client) else browser_of(by)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def press(by: Actor, name: str, *args: object, **form: object) -> str:
    """Press a button and read what is said."""
    answer = browser_of(by).post(url(name, *args), form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def month_with_two_questions() -> County:
    """A payment the bank does not show, and interest the books do not have."""
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    rest = [each for each in county.lines() if each.reference != first]
    bring_statement(
        [*rest, Told("3.21", date(2025, 12, 21), "in", summary="结息", kind="interest")]
    )
    return county


def test_a_file_is_brought_in_by_the_payer() -> None:
    county = paid_county()
    content = statement_bytes(statement_file(county.lines()))

    told = press(
        county.who.payer, "statements", file=SimpleUploadedFile("DZD.txt", content)
    )

    assert "对账单“DZD.txt”已导入" in told
    assert "2025年12月" in told
    assert "整份拒收" in press(
        county.who.payer, "statements", file=SimpleUploadedFile("x.txt", b"x")
    )
    assert "认不出这是哪家银行的对账单" in page(county.who.payer, url("statements"))
    assert "已收取对账单目录" in press(county.who.payer, "statements")


def test_a_month_is_worked_through_by_hand() -> None:
    county = month_with_two_questions()
    month = month_of().pk
    maker = county.who.maker

    assert "还有 2 笔未达账项没有说明" in press(
        maker, "reconciliation-verb", month, "prepare"
    )
    interest = StatementLine.objects.get(kind="interest").pk
    source = fund_sources()["county_own"].pk
    assert "已入账并核对" in press(
        county.who.payer, "statement-line-verb", interest, "enter", source=source
    )
    listed = page(maker, url("outstanding", month))
    assert "写明未达的原因" in listed
    movement = payments_of(county.batch)[0].pk * 4
    assert "已说明" in press(
        maker,
        "reconciliation-verb",
        month,
        "explain",
        movement=movement,
        note="银行次月付出",
    )
    assert "调节表已编制" in press(maker, "reconciliation-verb", month, "prepare")
    digest = month_of().digest
    assert "已审核关账" in press(
        county.who.checker, "reconciliation-verb", month, "close", digest=digest
    )
    shown = page(county.who.maker, url("reconciliation", month))
    assert "银行次月付出" in shown
    assert "5,403.21" in shown
    assert "已重新打开" in press(
        county.who.approver, "reconciliation-verb", month, "reopen", reason="漏记"
    )


def test_a_proposal_and_a_line_are_confirmed_and_taken_back() -> None:
    county = paid_county()
    _first, *rest = county.lines()
    bring_statement([Told("6000.00", DECEMBER, "in", summary="转入"), *rest])
    (proposal,) = proposals_for(account_of(), until=LAST)
    month = month_of().pk
    maker = county.who.maker
    assert proposal.pair in page(maker, url("reconciliation", month))

    assert "已核对所选账项" in press(
        maker, "reconciliation-verb", month, "confirm", pair=proposal.pair
    )
    line = proposal.line.pk
    assert "人工确认" in page(maker, url("statement-line", line))
    assert "已取消核对" in press(
        maker, "statement-line-verb", line, "undo", reason="认错了"
    )
    assert "认错了" in page(maker, url("statement-line", line))
    assert "已核对。" in press(
        maker, "statement-line-verb", line, "confirm", movement=proposal.movement.pk
    )
    assert "已自动核对" in press(maker, "reconciliation-verb", month, "match")


def test_an_auditor_reads_and_does_nothing() -> None:
    month_with_two_questions()
    auditor = staff(Role.AUDITOR)
    month = month_of().pk
    before = AuditEntry.objects.count()

    shown = page(auditor, url("reconciliation", month))
    for verb in ("match", "prepare", "confirm", "explain"):
        press(auditor, "reconciliation-verb", month, verb, note="x", pair="1:1")

    assert "“经办”、“出纳”" in shown
    assert AuditEntry.objects.count() == before
    assert "导入银行对账单" in press(auditor, "statements")


def test_the_lists_are_taken_away() -> None:
    county = month_with_two_questions()
    client = browser_of(county.who.maker)
    month = month_of()
    statement = account_of().statements.get().pk

    lines = table_of(client, url("statement-export", statement) + "?is_matched=false")
    items = table_of(client, url("outstanding-export", month.pk))
    table = table_of(client, url("reconciliation-export", month.pk))

    assert [line["摘要"] for line in lines] == ["结息"]
    assert [(item["类别"], item["金额（元）"]) for item in items] == [
        ("银行已收、企业未收", "3.21"),
        ("企业已付、银行未付", "600.00"),
    ]
    assert (table[0]["企业账面"], table[0]["金额（元）"]) == (
        "银行存款日记账余额",
        "4800.00",
    )
    assert table[-1]["金额（元）"] == table[-1]["金额（元） "] == "4803.21"
    verbs = AuditEntry.objects.filter(verb__startswith="export_").values_list("verb")
    assert len(verbs) == 3


def test_the_table_is_printed_with_both_names() -> None:
    county = month_with_two_questions()
    month = month_of()
    answer = browser_of(county.who.maker).post(url("reconciliation-print", month.pk))

    values = reconciliation_values(month, on=LAST, printed_by="某人")

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert values["agrees"] is True
    assert [item["explanation"] for item in values["items"]] == ["（未说明）"] * 2  # type: ignore[attr-defined]
    assert values["preparer"] == {"name": "", "on": ""}
    assert AuditEntry.objects.filter(verb="print_reconciliation").count() == 1


def test_a_month_without_statement_prints_nothing() -> None:
    paying_account()
    bring_statement(until=date(2025, 12, 30))
    officer = staff(Role.MAKER)

    for name in ("reconciliation-print", "reconciliation-export"):
        assert "还没有到2025年12月月末的银行对账单" in press(
            officer, name, month_of().pk
        )
    assert "请出纳导入" in page(officer, url("reconciliation", month_of().pk))


def test_the_work_list_is_cut_into_pages() -> None:
    paying_account()
    bring_statement(
        [Told(f"{n}.00", side="in", reference=f"款{n:03d}") for n in range(1, 61)]
    )
    officer = browser_of(staff(Role.MAKER))
    first = page(officer, url("outstanding", month_of().pk) + "?kind=bank_received")

    assert "款050" in first
    assert "款051" not in first
    (following,) = {
        part.split('"')[0]
        for part in first.split('href="?')
        if "after" in part.split('"')[0]
    }
    second = page(
        officer,
        url("outstanding", month_of().pk) + "?" + following.replace("&amp;", "&"),
    )
    assert "款051" in second
    assert "款050" not in second
    nothing = page(officer, url("outstanding", month_of().pk) + "?kind=book_paid")
    assert "没有符合条件的未达账项" in nothing


@pytest.mark.parametrize("name", ["statement", "outstanding", "reconciliation"])
def test_a_page_asks_as_much_for_thirty_lines_as_for_one(name: str) -> None:
    paying_account()
    counts = []
    officer = browser_of(staff(Role.MAKER))
    month, opening = DECEMBER, "0.00"
    for size in (1, 30):
        outcome = bring_statement(
            [Told("1.00", month, "in") for _ in range(size)],
            opening=opening,
            since=month,
            until=date(month.year, month.month, 31),
        )
        opening = str(outcome.statement.closing)
        key = outcome.statement.pk
        if name != "statement":
            key = Reconciliation.objects.get(month=month).pk
        page(officer, url(name, key))
        with CaptureQueriesContext(connection) as asked:
            page(officer, url(name, key))
        counts.append(len(asked))
        month = date(2026, 1, 1)

    assert counts[0] == counts[1]
