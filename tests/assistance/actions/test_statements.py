"""Statements: taken in whole and once, continuous to the fen, or refused by line and field."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from assistance.actions.statements import (
    COLLECT_STATEMENTS_JOB,
    collect_statements,
    import_statement,
)
from assistance.models import (
    BankStatement,
    Match,
    PayingAccount,
    Payment,
    Reconciliation,
    StatementLine,
    StatementRefusal,
)
from members.enums import Role
from tests.assistance.banking import (
    AFTER_DECEMBER,
    DECEMBER,
    JANUARY,
    Told,
    account_of,
    bring_statement,
    paid_county,
    statement_bytes,
    statement_file,
)
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff, union
from tests.assistance.paying import paying_account, payments_of
from tests.core.zombies import overtaken
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.leases import LeaseLost
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
LAYOUTS = ("delimited_gbk", "fixed_utf8")


def bring(content: bytes, *, by: Actor = SYSTEM) -> None:
    import_statement(content=content, name="DZD.txt", by=by, on=AFTER_DECEMBER)


def everything() -> tuple[object, ...]:
    return (
        BankStatement.objects.count(),
        StatementLine.objects.count(),
        Match.objects.count(),
        list(Reconciliation.objects.values_list("month", "state").order_by("month")),
    )


def refused(call: Callable[[], object]) -> str:
    """What is said, after looking that nothing changed."""
    before = everything()
    with pytest.raises(Refusal) as told:
        call()
    assert everything() == before
    return str(told.value)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_statement_is_taken_in_and_matched(layout: str) -> None:
    county = paid_county()
    content = statement_bytes(statement_file(county.lines()), layout)

    outcome = import_statement(
        content=content, name="x.txt", by=SYSTEM, on=AFTER_DECEMBER
    )

    assert outcome.sentence == (
        "对账单“x.txt”已导入：2025-12-01 至 2025-12-31，5 行，期末余额 4,800.00 元；"
        "自动核对 5 行。"
    )
    assert list(Reconciliation.objects.values_list("month", "state")) == [
        (DECEMBER, "open")
    ]
    assert AuditEntry.objects.filter(verb="import_statement").count() == 1


def test_the_same_file_twice_changes_nothing() -> None:
    county = paid_county()
    bring_statement(county.lines())
    before = everything()

    outcome = bring_statement(county.lines())

    assert outcome.is_repeated
    assert "此前已经导入" in outcome.sentence
    assert everything() == before


def test_a_statement_without_lines_is_one() -> None:
    paying_account()

    outcome = bring_statement(opening="10.00")

    assert (outcome.statement.line_count, outcome.matched) == (0, 0)
    assert str(outcome.statement.closing) == "10.00"


def test_statements_follow_each_other() -> None:
    paying_account()
    bring_statement([Told("5.00", side="in")])

    bring_statement(opening="5.00", since=JANUARY, until=date(2026, 2, 3))

    months = Reconciliation.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [DECEMBER, JANUARY, date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("opening", "since", "said"),
    [
        ("4.99", JANUARY, "期初余额 4.99 元，上一份的期末余额是 5.00 元"),
        ("5.00", date(2026, 1, 2), "之间有缺口，应为 2026-01-01"),
        ("5.00", date(2025, 12, 31), "重叠，应为 2026-01-01"),
    ],
)
def test_a_gap_is_refused(opening: str, since: date, said: str) -> None:
    paying_account()
    bring_statement([Told("5.00", side="in")])

    told = refused(
        lambda: bring_statement(opening=opening, since=since, until=date(2026, 1, 31))
    )

    assert "第 1 行" in told
    assert said in told
    (kept,) = StatementRefusal.objects.all()
    assert said in kept.problems[0]


def damaged(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            damaged(b"|5.00|5.00|", b"|5.00|5.01|"),
            "第 2 行：余额为 5.01，按上一行推算应为 5.00",
        ),
        (damaged(b"|0.00|5.00|", b"|1.00|5.00|"), "第 2 行：借方金额“1.00”不对"),
        (damaged(b"20251216", b"20251316"), "第 2 行：日期“20251316”不对"),
        (damaged(b"20251216", b"20251116"), "第 2 行：日期 2025-11-16 不在对账期间内"),
        (damaged(b"|20251231|", b"|20251131|"), "第 1 行：结束日期“20251131”不对"),
        (
            damaged(b"|3.00\r\n", b"|3.01\r\n"),
            "第 4 行：期末余额为 3.01，按明细推算应为 3.00",
        ),
        (damaged(b"|2|2.00|", b"|3|2.00|"), "第 4 行：笔数为 3，与明细不符"),
        (damaged(b"|2|2.00|", b"|2|2.50|"), "第 4 行：借方合计为 2.50，与明细不符"),
        (damaged(b"M|2|", b"M|2|9|"), "第 3 行：这一行的格式或长度不对"),
        (
            damaged(b"1402020709001234567", b"140202070900123456"),
            "没有登记为您工会范围内",
        ),
        (lambda content: content[:-4], "文件可能没有传完"),
        (lambda content: content.decode("gbk").encode(), "认不出"),
        (lambda _content: b"", "认不出"),
    ],
)
def test_a_damaged_statement_is_refused_by_line_and_field(
    damage: Callable[[bytes], bytes], said: str
) -> None:
    paying_account()
    content = statement_bytes(
        statement_file([Told("5.00", side="in"), Told("2.00", date(2025, 12, 20))])
    )

    assert said in refused(lambda: bring(damage(content)))


def test_the_next_county_cannot_bring_it_in() -> None:
    paying_account()
    content = statement_bytes(statement_file())
    stranger = staff(Role.PAYER, at=NEXT_COUNTY)
    auditor = staff(Role.AUDITOR, at=COUNTY)

    assert "没有登记为您工会范围内" in refused(lambda: bring(content, by=stranger))
    assert "“出纳”岗位" in refused(lambda: bring(content, by=auditor))
    bring(content, by=staff(Role.PAYER, at=COUNTY))


def test_an_account_of_two_unions_is_refused() -> None:
    first = paying_account()
    PayingAccount.objects.create(
        organisation=union(NEXT_COUNTY),
        bank_name="另一行",
        number=first.number,
        layout="delimited_gbk",
    )

    assert "登记在几个工会名下" in refused(
        lambda: bring(statement_bytes(statement_file(number=first.number)))
    )


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_a_worker_back_from_the_dead_takes_in_nothing(
    exchange_folder: Path, content: bytes | None
) -> None:
    paying_account()
    folder = exchange_folder / "statements"
    folder.mkdir()
    told = statement_bytes(statement_file([Told("5.00", side="in")]))
    (folder / "a.txt").write_bytes(content or told)

    with pytest.raises(LeaseLost):
        collect_statements(
            by=SYSTEM, on=AFTER_DECEMBER, run=overtaken(COLLECT_STATEMENTS_JOB)
        )

    assert (folder / "a.txt").exists()
    assert not BankStatement.objects.exists()
    assert not StatementRefusal.objects.exists()


def test_the_folder_is_taken_in_order_and_put_away(exchange_folder: Path) -> None:
    paying_account()
    folder = exchange_folder / "statements"
    folder.mkdir()
    later = statement_file(opening="5.00", since=JANUARY, until=date(2026, 1, 31))
    first = statement_file([Told("5.00", side="in")])
    (folder / "a.txt").write_bytes(statement_bytes(later))
    (folder / "b.txt").write_bytes(statement_bytes(first))
    (folder / "c.txt").write_bytes(b"nonsense")

    outcomes = collect_statements(by=SYSTEM, on=AFTER_DECEMBER)

    assert [each.statement.name for each in outcomes] == ["b.txt", "a.txt"]
    assert sorted(path.name for path in (folder / "done").iterdir()) == [
        "a.txt",
        "b.txt",
    ]
    assert [path.name for path in (folder / "refused").iterdir()] == ["c.txt"]
    assert collect_statements(by=SYSTEM, on=AFTER_DECEMBER) == []
    with pytest.raises(Refusal, match="“出纳”岗位"):
        collect_statements(by=staff(Role.MAKER), on=AFTER_DECEMBER)


# --- what the database itself refuses


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE assistance_statementline SET amount = amount", "permission denied"),
        ("DELETE FROM assistance_bankstatement", "permission denied"),
        (
            (
                "INSERT INTO assistance_statementline (statement_id, paying_account_id,"
                ' number, "on", side, amount, balance, counterparty, reference, summary,'
                ' kind) SELECT statement_id, paying_account_id, number + 9, "on", side,'
                " amount, balance, '', '', '', kind FROM assistance_statementline LIMIT 1"
            ),
            "对账单的明细与余额对不上",
        ),
        (
            (
                "INSERT INTO assistance_bankstatement (paying_account_id, sequence, layout,"
                " name, sha256, period_from, period_to, opening, closing, line_count,"
                ' received_total, paid_total, "on", made_by) SELECT paying_account_id, 2,'
                " layout, name, 'x', period_to + 2, period_to + 9, closing, closing, 0, 0,"
                ' 0, "on", made_by FROM assistance_bankstatement'
            ),
            "对账单与上一份不连续",
        ),
    ],
)
def test_a_statement_stays_and_nothing_slips_between(statement: str, said: str) -> None:
    paying_account()
    bring_statement([Told("5.00", side="in")])

    with (
        pytest.raises(Exception, match=said),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_line_is_matched_once_and_a_match_is_kept() -> None:
    county = paid_county()
    bring_statement(county.lines())
    match = Match.objects.exclude(line=None).exclude(movement_id=None)[0]

    with (
        pytest.raises(IntegrityError, match="match_one_of_a_line"),
        transaction.atomic(),
    ):
        Match.objects.create(
            paying_account=match.paying_account,
            group=1,
            line_id=match.line_id,
            on=match.on,
            method="confirmed",
            made_by="x",
            made_on=match.on,
        )
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        Match.objects.filter(pk=match.pk).update(made_by="别人")
    assert str(refusal_from(told.value)) == "核对记录不能修改；有误请取消后重新核对。"


def test_a_day_of_payment_is_never_changed() -> None:
    paid_county()

    with pytest.raises(IntegrityError) as told, transaction.atomic():
        Payment.objects.filter(state="paid").update(paid_on=JANUARY)

    assert str(refusal_from(told.value)) == "发放的付出日期登记后不能修改"


# --- as long as a province's


def test_a_long_statement_takes_seconds() -> None:
    county = paid_county()
    payments = [each.reference for each in payments_of(county.batch)]
    file = statement_file(
        [Told("20000.00", DECEMBER, "in")]
        + [Told("1.00", reference=f"20250000{n:06d}01"[:16]) for n in range(20_000)]
        + [Told("600.00", reference=payments[0])],
        opening="9000.00",
    )
    content = statement_bytes(file)
    started = time.monotonic()

    outcome = import_statement(
        content=content, name="x.txt", by=SYSTEM, on=AFTER_DECEMBER
    )

    assert time.monotonic() - started < 10
    assert (outcome.statement.line_count, outcome.matched) == (20_002, 1)
    assert account_of().statement_lines.count() == 20_002
