"""Return files: applied once, or refused whole with the numbers of the lines."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.conf import settings

from assistance.actions.returns import COLLECT_JOB, collect_returns, import_return
from assistance.models import BankFile, Batch, Entry, Payment
from assistance.queries.ledger import ledger_proof
from assistance.rules.banks.layout import layouts
from members.enums import Role
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    batch_of,
    books,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from tests.core.zombies import overtaken
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.leases import LeaseLost
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.django_db
LAYOUTS = sorted(layouts())


def at_the_bank(names: int = 3, layout: str = "delimited_gbk") -> Batch:
    round_ = released_round(names)
    fund("6000.00")
    return instructed_batch(round_, officers(), layout=layout)


def everything(batch: Batch) -> tuple[object, ...]:
    batch.refresh_from_db()
    return (
        batch.state,
        batch.paid_count,
        batch.returned_count,
        [(p.state, p.reason_code) for p in payments_of(batch)],
        books(),
        Entry.objects.count(),
        Message.objects.count(),
    )


def told_of_money() -> list[str]:
    told = Message.objects.exclude(template="assistance/notices/noticed.txt")
    return list(told.values_list("template", flat=True))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_return_file_spends_what_was_paid_and_releases_the_rest(layout: str) -> None:
    batch = at_the_bank(3, layout)
    second = payments_of(batch)[1]

    outcome = bring_in(answer_to(batch, returned={second.reference: "closed"}))

    assert "到账 2 笔 1,200.00 元，退回 1 笔 600.00 元" in outcome.sentence
    batch.refresh_from_db()
    assert (batch.state, batch.settled_on) == ("settled", AFTER_NOTICE)
    assert [(p.state, p.reason_code) for p in payments_of(batch)] == [
        ("paid", ""),
        ("returned", "closed"),
        ("paid", ""),
    ]
    assert books() == {
        (COUNTY, "county_own", "funding"): Decimal("-6000.00"),
        (COUNTY, "county_own", "available"): Decimal("4800.00"),
        (COUNTY, "county_own", "spent"): Decimal("1200.00"),
    }
    assert sorted(told_of_money()) == [
        "assistance/notices/paid.txt",
        "assistance/notices/paid.txt",
        "assistance/notices/returned.txt",
    ]
    assert ledger_proof(batch.round).problems == ()


def test_the_same_file_twice_changes_nothing_and_says_so() -> None:
    batch = at_the_bank()
    content = answer_to(batch)
    bring_in(content)
    before = everything(batch)

    again = bring_in(content, name="HP_again.txt")

    assert again.is_repeated
    assert "此前已经入账" in again.sentence
    assert everything(batch) == before
    assert BankFile.objects.filter(direction="in").count() == 1


def test_the_same_answers_in_another_file_change_nothing() -> None:
    batch = at_the_bank(2)
    bring_in(answer_to(batch, only=1))
    assert batch_of(batch.round).state == "instructed"
    bring_in(answer_to(batch))
    before = everything(batch)

    third = payments_of(batch)[0].reference
    with pytest.raises(Refusal, match="不存在"):
        bring_in(answer_to(batch).replace(third.encode(), b"9" * 16))

    assert before[:3] == ("settled", 2, 0)
    assert everything(batch) == before


def test_a_late_return_after_success_takes_the_money_back() -> None:
    batch = at_the_bank(2)
    bring_in(answer_to(batch))
    first = payments_of(batch)[0]

    outcome = bring_in(answer_to(batch, returned={first.reference: "frozen"}))

    assert outcome.settlement is not None
    assert outcome.settlement.taken_back_count == outcome.settlement.known_count == 1
    batch.refresh_from_db()
    assert (batch.paid_count, batch.returned_count) == (1, 1)
    assert books()[COUNTY, "county_own", "spent"] == Decimal("600.00")
    assert ledger_proof(batch.round).problems == ()


def test_success_after_a_return_is_refused() -> None:
    batch = at_the_bank(1)
    bring_in(answer_to(batch, returned={payments_of(batch)[0].reference: "closed"}))
    before = everything(batch)

    with pytest.raises(
        Refusal, match="第 2 行：.*现在是“被退回”，与银行结果“成功”不符"
    ):
        bring_in(answer_to(batch))

    assert everything(batch) == before


Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (lambda _: b"", "第 1 行：文件是空的"),
    "utf8": (
        lambda c: c.decode("gbk").encode("utf-8"),
        "第 1 行：文件编码应为 GBK，实为 UTF-8",
    ),
    "utf16": (
        lambda c: c.decode("gbk").encode("utf-16"),
        "第 1 行：文件编码应为 GBK，实为 UTF-16",
    ),
    "one line in another encoding": (
        lambda c: c.replace("张小二".encode("gbk"), b"\xff\xff"),
        "第 3 行：这一行不是 GBK 编码",
    ),
    "cut in a line": (lambda c: c[:-9], "最后一行不完整"),
    "without its end": (
        lambda c: b"\r\n".join(c.split(b"\r\n")[:-2]) + b"\r\n",
        "汇总行的格式或长度不对",
    ),
    "a line lost": (
        lambda c: b"\r\n".join(c.split(b"\r\n")[:2] + c.split(b"\r\n")[3:]),
        "第 1 行：总笔数为 3，与明细不符",
    ),
    "a wrong amount": (
        lambda c: c.replace(b"|600.00|00", b"|601.00|00", 1),
        "第 1 行：总金额为 1800.00，与明细不符",
    ),
    "a swapped amount": (
        lambda c: c.replace(b"|600.00|00", b"|601.00|00", 1).replace(
            b"|600.00|00", b"|599.00|00", 1
        ),
        "第 2 行：.*金额为 601.00 元，应为 600.00 元；第 3 行：.*金额为 599.00 元",
    ),
    "no amount": (
        lambda c: c.replace(b"|600.00|00", b"|6oo|00", 1),
        "第 2 行：金额“6oo”不对",
    ),
    "a negative amount": (
        lambda c: c.replace(b"|600.00|00", b"|-600.00|00", 1),
        "第 2 行：金额“-600.00”不对",
    ),
    "half a fen": (
        lambda c: c.replace(b"|600.00|00", b"|600.005|00", 1),
        "第 2 行：金额“600.005”不对",
    ),
    "an unknown result": (
        lambda c: c.replace(b"|00|", b"|77|", 1),
        "第 2 行：结果代码“77”不对",
    ),
    "an unknown reference": (
        lambda c: c.replace(b"R|1|2025", b"R|1|2024", 1),
        "第 2 行：发放编号 2024.*不存在",
    ),
    "a reference that is none": (
        lambda c: c.replace(b"R|1|2025", b"R|1|x'--", 1),
        "第 2 行：发放编号“x'--.*不存在",
    ),
    "a broken line": (
        lambda c: c.replace(b"R|2|", b"R2|", 1),
        "第 3 行：这一行的格式或长度不对",
    ),
    "a wrong total": (
        lambda c: c.replace(b"|1800.00\r\n", b"|1800.01\r\n", 1),
        "第 1 行：总金额为 1800.01，与明细不符",
    ),
    "a wrong trailer": (
        lambda c: c[:-6] + b"0.01\r\n",
        "第 5 行：退回金额为 0.01，与明细不符",
    ),
    "another batch": (
        lambda c: c.replace(b"-M1|2025", b"-M2|2025", 1),
        "第 2 行：发放编号 2025.*属于批次 .*-M1，不是本文件的批次 .*-M2",
    ),
    "a zip file": (lambda _: b"PK\x03\x04" + b"\0" * 64, "认不出|首行不是"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_refused_whole(kind: str) -> None:
    damage, told = DAMAGES[kind]
    batch = at_the_bank(3)
    content = damage(answer_to(batch))
    assert content != answer_to(batch)
    before = everything(batch)

    with pytest.raises(Refusal, match=told) as refused:
        bring_in(content)

    assert "整份拒收，未作任何改动" in str(refused.value)
    assert everything(batch) == before
    kept = BankFile.objects.get(direction="in")
    assert (kept.state, kept.problems != []) == ("refused", True)


def test_a_reference_twice_in_a_file_is_refused() -> None:
    batch = at_the_bank(2)
    first, second = payments_of(batch)
    content = answer_to(batch).replace(
        second.reference.encode(), first.reference.encode()
    )

    with pytest.raises(Refusal, match="第 3 行：.*与第 2 行重复"):
        bring_in(content)

    assert batch_of(batch.round).paid_count == 0


def test_a_payer_of_the_next_county_sees_unknown_references() -> None:
    batch = at_the_bank(1)
    before = everything(batch)
    content = answer_to(batch)

    with pytest.raises(Refusal, match="不存在或不在您的工会范围内"):
        import_as_neighbour(content)

    assert everything(batch) == before


def import_as_neighbour(content: bytes) -> None:
    import_return(
        content=content,
        name="HP_1.txt",
        by=staff(Role.PAYER, at=NEXT_COUNTY),
        on=AFTER_NOTICE,
    )


def test_collecting_for_a_county_leaves_its_neighbours_answers_whole() -> None:
    batch = at_the_bank(2)
    inbox = settings.BANK_EXCHANGE_DIR / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    name = f"HP_{batch.number}_9.txt"
    (inbox / name).write_bytes(answer_to(batch))

    collect_returns(by=staff(Role.PAYER, at=NEXT_COUNTY), on=AFTER_NOTICE)

    assert Payment.objects.filter(state="paid").count() == 2
    assert (inbox / "done" / name).exists()
    assert not (inbox / "refused" / name).exists()


@pytest.mark.parametrize("cut", [None, -4])
def test_a_worker_back_from_the_dead_books_nothing_and_leaves_the_file(
    cut: int | None,
) -> None:
    batch = at_the_bank(2)
    inbox = settings.BANK_EXCHANGE_DIR / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    answer = inbox / f"HP_{batch.number}_1.txt"
    answer.write_bytes(answer_to(batch)[:cut])

    with pytest.raises(LeaseLost):
        collect_returns(by=SYSTEM, on=AFTER_NOTICE, run=overtaken(COLLECT_JOB))

    assert answer.exists()
    assert not BankFile.objects.filter(direction="in").exists()
    assert not Payment.objects.filter(state="paid").exists()


def test_collecting_puts_each_file_away() -> None:
    batch = at_the_bank(2)
    inbox = settings.BANK_EXCHANGE_DIR / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / f"HP_{batch.number}_1.txt").write_bytes(answer_to(batch))
    (inbox / f"HP_{batch.number}_2.txt").write_bytes(answer_to(batch)[:-4])
    (inbox / ".half.txt").write_bytes(b"half")

    (outcome,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)

    assert outcome.settlement is not None
    assert Payment.objects.filter(state="paid").count() == 2
    first, second = f"HP_{batch.number}_1.txt", f"HP_{batch.number}_2.txt"
    assert (inbox / "done" / first).exists()
    assert (inbox / "refused" / second).exists()
    assert not (inbox / first).exists()
    assert not (inbox / second).exists()
    assert (inbox / ".half.txt").exists()


@pytest.mark.parametrize("layout", ["delimited_gbk", "fixed_utf8"])
def test_an_account_that_is_not_the_payees_refuses_the_file(layout: str) -> None:
    batch = at_the_bank(2, layout)
    before = everything(batch)
    number = payments_of(batch)[1].account
    assert number is not None
    digits = number.number
    another = f"{digits[:-4]}{(int(digits[-4:]) + 1) % 10000:04d}"

    with pytest.raises(Refusal, match="第 3 行.*账号与发放时的收款账号不符"):
        bring_in(answer_to(batch).replace(digits.encode(), another.encode()))

    assert everything(batch) == before
