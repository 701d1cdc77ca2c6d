"""The stub bank's desk: reads what we write, answers what we can read, once."""

import io
import json
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from assistance.rules.banks.layout import layout_named, layouts
from assistance.rules.banks.reading import layout_of, read_answer
from assistance.rules.banks.writing import (
    Instruction,
    InstructionLine,
    instruction_name,
    write_instruction,
)
from unionportal.demo.walk.bank import StubBank, is_bank_open
from unionportal.stub_bank.desk import Desk, alone
from unionportal.stub_bank.judgement import Judgement

LAYOUTS = sorted(layouts())
ON = date(2025, 12, 16)
BATCH = "2026-1-21-M1"


def lines(count: int) -> list[InstructionLine]:
    return [
        InstructionLine(
            reference=f"2026{n:010d}01",
            account=f"6999{n:015d}",
            holder="欧阳建国" if n % 2 else "林芳",
            bank="农村信用社",
            amount=Decimal("600.00"),
            purpose="送温暖慰问",
        )
        for n in range(1, count + 1)
    ]


def lay(folder: Path, layout: str, count: int = 40, batch: str = BATCH) -> Path:
    form = layout_named(layout)
    told = Instruction(batch, ON, "6999000000000000001", count, Decimal(600) * count)
    path = folder / "outbox" / instruction_name(form, batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_instruction(form, told, lines(count)))
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, Judgement(refused_share=0.25, seed=2), lambda _line: None)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_answer_is_read_by_the_portal_to_the_fen(desk: Desk, layout: str) -> None:
    lay(desk.folder, layout)
    assert desk.serve() == 1
    (answer,) = (desk.folder / "inbox").iterdir()
    content = answer.read_bytes()
    form = layout_of(answer.name, content)
    assert form is not None
    assert form.code == layout
    read = read_answer(form, content)
    assert read.batch == BATCH
    assert [row[1] for row in read.rows] == [line.reference for line in lines(40)]
    totals = desk.books.totals()
    paid = [row for row in read.rows if row[3]]
    assert totals["paid_count"] == len(paid)
    assert totals["paid_total"] == str(Decimal(600) * len(paid) + Decimal("0.00"))
    assert 0 < totals["returned_count"] < 40
    assert {row[4] for row in read.rows if not row[3]} == set(totals["reasons"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_same_instruction_again_is_answered_alike_and_booked_once(
    desk: Desk, layout: str
) -> None:
    lay(desk.folder, layout)
    desk.serve()
    (answer,) = (desk.folder / "inbox").iterdir()
    first, totals = answer.read_bytes(), desk.books.totals()
    answer.unlink()
    lay(desk.folder, layout)
    desk.serve()
    assert answer.read_bytes() == first
    assert desk.books.totals() == totals


def test_instruction_left_by_a_killed_bank_is_taken_up(desk: Desk) -> None:
    """Booked, but neither answered nor put away."""
    path = lay(desk.folder, "fixed_utf8")
    content = path.read_bytes()
    desk.serve()
    for answer in (desk.folder / "inbox").iterdir():
        answer.unlink()
    path.write_bytes(content)
    again = Desk(desk.folder, desk.judgement, desk.say)
    assert again.serve() == 1
    assert len(list((desk.folder / "inbox").iterdir())) == 1
    assert not path.exists()


def alter(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[:-30], "拒收"),
        (
            lambda content: content.replace(b"600.00|", b"601.00|", 1),
            "总金额与明细不符",
        ),
        (lambda content: content.replace("林芳".encode("gbk"), b"\xff\xff", 1), "拒收"),
    ],
)
def test_damaged_instruction_is_refused_whole(
    tmp_path: Path, change: Callable[[bytes], bytes], sentence: str
) -> None:
    said: list[str] = []
    desk = Desk(tmp_path, Judgement(), said.append)
    path = lay(tmp_path, "delimited_gbk")
    alter(path, change)
    desk.serve()
    assert sentence in said[0]
    assert desk.books.totals()["paid_count"] == 0
    assert list((tmp_path / "inbox").iterdir()) == []
    assert (tmp_path / "bank" / "refused" / path.name).exists()


def test_strange_name_is_refused(tmp_path: Path) -> None:
    said: list[str] = []
    desk = Desk(tmp_path, Judgement(), said.append)
    (tmp_path / "outbox" / "letter.doc").write_bytes(b"hello")
    desk.serve()
    assert said == ["文件名 letter.doc 不是任何一种代发文件，拒收。"]


def test_command_serves_once_and_tells_its_totals(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    lay(tmp_path, "fixed_utf8", count=3)
    call_command("stub_bank", once=True, refuse=0.0, stdout=io.StringIO())
    out = io.StringIO()
    call_command("stub_bank", totals=True, stdout=out)
    assert json.loads(out.getvalue()) == {
        "paid_count": 3,
        "paid_total": "1800.00",
        "returned_count": 0,
        "returned_total": "0.00",
        "reasons": {},
    }


def test_second_bank_on_a_folder_is_refused(settings: Settings, tmp_path: Path) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    assert is_bank_open() is False
    with alone(tmp_path):
        assert is_bank_open() is True
        with pytest.raises(CommandError, match="已有一个模拟银行"):
            call_command("stub_bank", once=True)


def test_share_outside_nought_and_one_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    with pytest.raises(CommandError, match="0 与 1 之间"):
        call_command("stub_bank", once=True, refuse=1.5)


def test_attached_bank_ends_with_whoever_started_it(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    child_environment: dict[str, str],
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    monkeypatch.setenv("BANK_EXCHANGE_DIR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "unionportal.settings")
    lay(tmp_path, "delimited_gbk", count=2)
    with StubBank(seed=1, refuse=0.0) as bank:
        bank.open()
        wait_until(lambda: any((tmp_path / "inbox").glob("HP_*")))
        bank.let_go()
        wait_until(lambda: not is_bank_open())


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
