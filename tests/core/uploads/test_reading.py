"""Tables from outside: what is read, in which encoding, and what no process survives.

Each hostile file must end in a sentence, and leave the caller unharmed and quick.
"""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from time import perf_counter, sleep
from typing import Any

import pytest
import xlsxwriter

from unionportal.core.errors import Refusal
from unionportal.core.uploads import reading
from unionportal.core.uploads.child import COLUMNS, ROWS
from unionportal.core.uploads.reading import LARGEST, read_table

Rows = list[tuple[int, list[str]]]


@contextmanager
def book(**options: Any) -> Iterator[tuple[Any, BytesIO]]:
    target = BytesIO()
    with xlsxwriter.Workbook(target, options) as workbook:
        yield workbook, target


def workbook(fill: Callable[[Any, Any], object], **options: Any) -> bytes:
    with book(**options) as (made, target):
        fill(made, made.add_worksheet("名册"))
    return target.getvalue()


def rows_of(content: bytes, name: str = "a.xlsx") -> tuple[str, Rows]:
    with read_table(name, content) as table:
        return table.note, list(table.rows)


def refusal_of(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Refusal) as refused:
        rows_of(content, name)
    assert refused.value.code == "upload"
    return str(refused.value)


def cells(*rows: tuple[object, ...]) -> Callable[[Any, Any], None]:
    def fill(made: Any, sheet: Any) -> None:  # noqa: ANN401
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                style = day if isinstance(cell, date) else None
                sheet.write(line, place, cell, style)

    return fill


def repacked(content: bytes, changes: dict[str, bytes]) -> bytes:
    """The same workbook with parts replaced or added."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in [*old.namelist(), *changes]:
            if name not in new.namelist():
                new.writestr(name, changes.get(name) or old.read(name))
    return target.getvalue()


ENCODED = "姓名,单位\r\n张三,“甲”公司\r\n"
SMALL = workbook(cells(("姓名", "号"), ("张三", "1")))
SHEET = "xl/worksheets/sheet1.xml"


# --- what is read


def test_cells_of_a_workbook_come_as_typed() -> None:
    content = workbook(
        cells(
            ("文字", "整数", "小数", "日期", "真假", "空"),
            (" 张三\u3000", 13800138000, 0.5, date(2025, 12, 1), True, ""),
        )
    )
    assert rows_of(content) == (
        "读取工作表“名册”",
        [
            (1, ["文字", "整数", "小数", "日期", "真假", "空"]),
            (2, ["张三", "13800138000", "0.5", "2025-12-01", "是", ""]),
        ],
    )


def test_number_that_lost_its_digits_is_marked() -> None:
    _note, rows = rows_of(workbook(cells((110105194912310029,))))
    assert rows[0][1][0].startswith("#数字过长")


def test_rows_keep_their_numbers_across_empty_ones() -> None:
    _note, rows = rows_of(workbook(cells((), ("姓名",), (), ("张三",))))
    assert rows == [(2, ["姓名"]), (4, ["张三"])]


def test_hidden_sheets_are_passed_over_and_others_are_named() -> None:
    def fill(made: Any, sheet: Any) -> None:  # noqa: ANN401
        sheet.write(0, 0, "藏")
        seen = made.add_worksheet("看得见")
        seen.write(0, 0, "姓名")
        made.add_worksheet("还有一张")
        seen.activate()
        seen.set_first_sheet()
        sheet.hide()

    assert rows_of(workbook(fill)) == (
        "只读取第一张工作表“看得见”，其余 1 张未读",
        [(1, ["姓名"])],
    )


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030（GBK）"),
        ("gb18030", "GB18030（GBK）"),
        ("utf-16", "UTF-16"),
    ],
)
def test_encoding_of_a_text_table_is_found_and_told(codec: str, named: str) -> None:
    assert rows_of(ENCODED.encode(codec), "a.csv") == (
        f"按 {named} 编码读取",
        [(1, ["姓名", "单位"]), (2, ["张三", "“甲”公司"])],
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，"])
def test_delimiter_of_a_text_table_is_found(delimiter: str) -> None:
    content = f"姓名{delimiter}号\n张三{delimiter}1\n".encode()
    assert rows_of(content, "a.csv")[1] == [(1, ["姓名", "号"]), (2, ["张三", "1"])]


def test_a_million_blank_formatted_rows_are_no_rows() -> None:
    def fill(made: Any, sheet: Any) -> None:  # noqa: ANN401
        bold = made.add_format({"bold": True})
        sheet.write(0, 0, "姓名")
        for line in range(1, 1_048_576):
            sheet.write_blank(line, 0, None, bold)

    assert rows_of(workbook(fill, constant_memory=True))[1] == [(1, ["姓名"])]


# --- what is refused

TEXTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "文件是空的"),
    "blank": (b" \r\n\t ", "文件是空的"),
    "pdf renamed": (b"%PDF-1.7 ...", "这是 PDF"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel"),
    "png": (b"\x89PNG\r\n\x1a\n", "图片或网页"),
    "jpeg": (b"\xff\xd8\xff\xe0", "图片或网页"),
    "gif polyglot": (b"GIF89a/*PK\x03\x04", "图片或网页"),
    "svg": (b"<svg xmlns='x'><script/></svg>", "图片或网页"),
    "html": (b"<html><table>", "图片或网页"),
    "xml": (b"<?xml version='1.0'?>", "图片或网页"),
    "text named xlsx": ("姓名\n张三".encode(), "内容却不是 Excel"),
    "mixed encodings": ("姓名\n".encode() + "张".encode("gbk") + b"\xff", "第 2 行"),
    "binary": (b"\x00\x01\x02\x03" * 50, "空字符"),
    "open quote": ('姓名\n"张三\n'.encode(), "引号不成对"),
    "too large": (b"a" * (LARGEST + 1), "超过 20 MB"),
    "too long": (b"a\n" * (ROWS + 1), "超过 100,000 行"),
    "too wide": (b"," * (COLUMNS + 1) + b"\n", f"超过 {COLUMNS} 列"),
    "a cell too long": (b"a\n" + b"b" * 40_000, "内容过长"),
    "cut utf-16": (b"\xff\xfe\x41", ""),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_table_is_refused_in_words(case: str) -> None:
    content, part = TEXTS[case]
    name = "a.xlsx" if case == "text named xlsx" else "a.csv"
    if not part:
        assert rows_of(content, name)[1] == [(1, ["�"])]
        return
    assert part in refusal_of(content, name)


def far_corner() -> bytes:
    return workbook(
        lambda _made, sheet: (sheet.write(0, 0, 1), sheet.write(1048575, 16383, 1))
    )


def far_column() -> bytes:
    return workbook(
        lambda _made, sheet: (sheet.write(0, 0, 1), sheet.write(1, 16383, 1))
    )


def middle_of_nowhere() -> bytes:
    return workbook(
        lambda _made, sheet: (sheet.write(0, 0, 1), sheet.write(9000, 9000, 1))
    )


def merged_head() -> bytes:
    return workbook(
        lambda made, sheet: sheet.merge_range(0, 0, 0, 2, "人员", made.add_format())
    )


def all_hidden() -> bytes:
    def fill(made: Any, sheet: Any) -> None:  # noqa: ANN401
        sheet.write(0, 0, "姓名")
        made.add_worksheet("b").activate()
        sheet.hide()

    content = workbook(fill)
    with zipfile.ZipFile(BytesIO(content)) as parts:
        listed = parts.read("xl/workbook.xml")
    hidden = listed.replace(b'name="b"', b'name="b" state="hidden"')
    return repacked(content, {"xl/workbook.xml": hidden})


def bomb() -> bytes:
    """Some kilobytes that unfold to 700 megabytes."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(SMALL)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w", force_zip64=True) as sheet:
            for _megabyte in range(700):
                sheet.write(b" " * 1024 * 1024)
    return target.getvalue()


def liar() -> bytes:
    """A bomb whose directory says that it is small."""
    content = bytearray(bomb())
    at = content.rfind(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        at = content.rfind(b"PK\x01\x02", 0, at)
    return bytes(content)


def entities() -> bytes:
    lol = b"".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">'.encode() for n in range(1, 10)
    )
    head = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + lol + b"]>"
    with zipfile.ZipFile(BytesIO(SMALL)) as parts:
        return repacked(SMALL, {SHEET: head + parts.read(SHEET)})


def with_part(name: str, content: bytes = b"x") -> Callable[[], bytes]:
    return lambda: repacked(SMALL, {name: content})


def plain_zip() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    return target.getvalue()


BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "cells at both ends": (far_corner, "超出内存或时间限制"),
    "a cell in the last column": (far_column, f"超过 {COLUMNS} 列"),
    "a cell far away": (middle_of_nowhere, "超出内存或时间限制"),
    "merged head": (merged_head, "表头有合并单元格"),
    "all sheets hidden": (all_hidden, "都被隐藏"),
    "zip bomb": (bomb, "展开后过大"),
    "zip bomb that lies": (liar, ""),
    "entities": (entities, "DTD"),
    "macros": (with_part("xl/vbaProject.bin"), "宏"),
    "zip with a path upwards": (plain_zip, "不是 Excel 工作簿"),
    "cut in the middle": (lambda: SMALL[: len(SMALL) // 2], "已损坏"),
    "only its beginning": (lambda: SMALL[:100], "已损坏"),
    "sheet that is no XML": (with_part(SHEET, b"<worksheet><row"), ""),
    "sheet of zeros": (with_part(SHEET, b"\x00" * 1000), ""),
    "book that names no sheet": (with_part("xl/workbook.xml", b"<workbook/>"), ""),
    "ten thousand columns": (
        lambda: workbook(lambda _m, sheet: sheet.write_row(0, 0, ["a"] * 10_000)),
        f"超过 {COLUMNS} 列",
    ),
}


@pytest.mark.parametrize("case", BOOKS)
def test_hostile_workbook_ends_in_a_sentence_and_soon(case: str) -> None:
    make, part = BOOKS[case]
    content = make()
    began = perf_counter()
    sentence = refusal_of(content)
    assert part in sentence
    assert perf_counter() - began < 20


@pytest.mark.parametrize("place", range(0, len(SMALL), len(SMALL) // 25))
def test_damaged_byte_ends_in_rows_or_a_sentence(place: int) -> None:
    content = bytearray(SMALL)
    content[place] ^= 0xFF
    try:
        found = len(rows_of(bytes(content))[1])
    except Refusal as refusal:
        found = 0 if str(refusal) else -1
    assert 0 <= found <= 2


def test_reader_that_ends_within_a_row_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.5)
    content = ("姓名\n" + "张" * 3000 + "\n" + "王" * 30_000 + "\n").encode() * 50
    with read_table("a.csv", content) as table:
        assert next(table.rows) == (1, ["姓名"])
        sleep(1)  # the pipe is full; the reader is killed as it waits
        with pytest.raises(Refusal, match="超出内存或时间限制"):
            list(table.rows)


SLOW = ("姓名\n" + ("张" * 3000 + "\n") * 500).encode()  # more than the pipe holds


def test_file_outlasts_a_busy_machine_within_its_processor_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PROCESSOR_SECONDS", 1)
    with read_table("a.csv", SLOW) as table:
        next(table.rows)
        sleep(1.5)  # by the clock more than the child may have of the processor
        assert len(list(table.rows)) == 500


def test_file_that_takes_too_much_processor_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PROCESSOR_SECONDS", 1)
    wide = ("," * 190 + "\n").encode() * 90_000
    with (
        pytest.raises(Refusal, match="超出内存或时间限制"),
        read_table("a.csv", wide) as table,
    ):
        list(table.rows)
