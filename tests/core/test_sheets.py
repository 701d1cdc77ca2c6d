"""Workbooks: what a cell holds is what it was, and never a formula."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from unionportal.core.sheets import LONGEST_TEXT, Column, write_sheet

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


MARKUP = "<r></r></is></c><c><f>1+1</f></c><c><is><r></r>"


@pytest.mark.parametrize(
    "name", ["=1+1", "+86", "-x", "@cmd", "\t=1", "＝甲", MARKUP, "<f>1+1</f>"]
)
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


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("甲 & <乙>", "甲 &amp; &lt;乙&gt;"),
        ("甲\x00乙\r丙", "甲_x0000_乙_x000D_丙"),
        ("_x0041_", "_x005F_x0041_"),
        ("_x_甲", "_x_甲"),
        (" 甲\n乙 ", " 甲\n乙 "),
        ("甲" * 40_000, "甲" * LONGEST_TEXT),
    ],
)
def test_any_text_stays_what_it_was_in_a_sound_sheet(name: str, stored: str) -> None:
    xml = sheet_xml([(name, Decimal(1), None)])
    blanks = "" if stored.isalnum() else ' xml:space="preserve"'
    assert f"<t{blanks}>{stored}</t>" in xml
    ElementTree.fromstring(xml)  # noqa: S314 - our own sheet


def test_each_kind_of_cell_has_its_format() -> None:
    row = ("甲", Decimal("1E3"), date(2025, 12, 1))
    xml = sheet_xml([row, row])
    assert re.findall(r'r="([A-Z]\d)" s="(\d)"', xml)[3:] == [
        ("A2", "2"),
        ("B2", "3"),
        ("C2", "4"),
        ("A3", "2"),
        ("B3", "3"),
        ("C3", "4"),
    ]
    assert "<v>1000</v>" in xml


def test_a_list_without_rows_is_its_head() -> None:
    assert "<sheetData>" in (xml := sheet_xml([]))
    assert xml.count("<row ") == 1
