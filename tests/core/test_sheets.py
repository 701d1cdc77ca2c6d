"""Workbooks: what a cell holds is what it was, and never a formula."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from unionportal.core.sheets import Column, write_sheet

Row = tuple[str, Decimal, date | None]
COLUMNS: tuple[Column[Row], ...] = (
    Column("姓名", lambda row: row[0]),
    Column("金额（元）", lambda row: row[1], "yuan"),
    Column("日期", lambda row: row[2], "day"),
)


def sheet_xml(rows: list[Row]) -> str:
    with write_sheet("名单", COLUMNS, rows) as written:
        content = io.BytesIO(written.read())
    with zipfile.ZipFile(content) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("name", ["=1+1", "+86", "-x", "@cmd", "\t=1", "＝甲"])
def test_a_name_that_looks_like_a_formula_stays_text(name: str) -> None:
    xml = sheet_xml([(name, Decimal("600.00"), None)])
    assert "<f>" not in xml
    assert 't="inlineStr"' in xml


def test_money_is_a_number_and_a_day_a_date() -> None:
    xml = sheet_xml([("甲", Decimal("600.05"), date(2025, 12, 1))])
    assert "<v>600.05</v>" in xml
    assert "<v>45992</v>" in xml


def test_nothing_leaves_the_cell_empty() -> None:
    xml = sheet_xml([("甲", Decimal("1.00"), None)])
    assert 'r="C2"' not in xml


def test_a_value_of_the_wrong_kind_is_a_fault() -> None:
    wrong: tuple[Column[Row], ...] = (Column("金额", lambda row: row[0], "yuan"),)
    with pytest.raises(TypeError, match="is no yuan"):
        write_sheet("名单", wrong, [("甲", Decimal(1), None)])
