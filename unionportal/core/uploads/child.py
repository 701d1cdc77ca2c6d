"""The child that reads a table handed in by somebody; nothing of the portal is in it.

Run as a script: the file's bytes come on the standard input, its kind and the seconds
of processor it may take as the arguments.
Rows leave on the standard output, one JSON list of texts a line, after one line that
says how the table was read; a table that cannot be taken leaves one line that says why,
in words for whoever handed it in. A file made to harm kills this process and no other:
memory and time are limited before the first byte is looked at.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import NoReturn

MEGABYTE = 1024 * 1024
MEMORY = 256 * MEGABYTE  # of data; the interpreter and the libraries come on top
INFLATED = 512 * MEGABYTE  # what a workbook may say it unfolds to
PARTS = 2_000
ROWS = 100_001  # with the head
COLUMNS = 200
LONGEST_CELL = 32_767
EXACT = 10**15  # digits a number of a workbook keeps
HEAD_WITHIN = 5  # merged cells are looked for among the first rows
MACROS = ("xl/vbaProject.bin", "xl/macrosheets/")
ENCODINGS = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030（GBK）"))
Line = list[str] | dict[str, object]
_BLANKS = " \t\r\n\u3000\xa0\ufeff"
_XML_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def main() -> None:
    """Read what comes in, as the kind named by the argument, within the seconds given."""
    kind, seconds = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    readers: dict[str, Callable[[bytes], Iterator[Line]]] = {
        "xlsx": read_workbook,
        "csv": read_text,
    }
    rows = readers[kind](content)
    out = open(1, "w", MEGABYTE, encoding="utf-8", newline="\n")  # noqa: SIM115 - the pipe
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    out.writelines(encode(row) + "\n" for row in rows)
    out.flush()


def refuse(sentence: str) -> NoReturn:
    """End with a sentence for whoever handed the table in."""
    sys.stdout.buffer.write(json.dumps({"refused": sentence}).encode() + b"\n")
    sys.stdout.buffer.flush()
    sys.exit(3)


# --- workbooks


def read_workbook(content: bytes) -> Iterator[Line]:
    """The rows of the first visible sheet, every cell as text."""
    check_archive(content)
    # Only a child loads it: a damaged file may abort its process.
    from python_calamine import (  # noqa: PLC0415
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetVisibleEnum,
        ZipError,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible
        ]
        if not visible:
            refuse("工作簿里的工作表都被隐藏了，请取消隐藏后重新上传。")
        sheet = book.get_sheet_by_name(visible[0])
        merged = sheet.merged_cell_ranges or []
    except PasswordError:
        refuse("工作簿设有打开密码，请取消密码后重新上传。")
    except (CalamineError, ZipError) as error:
        refuse(
            f"工作簿已损坏，无法读取（{type(error).__name__}）；请另存为新文件后重试。"
        )
    if any(first[0] < HEAD_WITHIN for first, _last in merged):
        refuse("表头有合并单元格，请取消合并，让每一列有自己的列名。")
    check_size(sheet.total_height, sheet.total_width)
    yield {"sheet": visible[0], "others": visible[1:]}
    yield from cells_of(sheet.iter_rows())


def check_archive(content: bytes) -> None:
    """Refuse before unfolding: too much, too many, macros, a document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = book.infolist()
            names = [part.filename for part in parts]
            if "xl/workbook.xml" not in names:
                refuse("这不是 Excel 工作簿（.xlsx），请用“另存为”存成 .xlsx 后上传。")
            if any(name.startswith(MACROS) for name in names):
                refuse("工作簿含有宏，请另存为不含宏的 .xlsx 后上传。")
            if len(parts) > PARTS or sum(part.file_size for part in parts) > INFLATED:
                refuse("工作簿展开后过大，已拒绝读取；请只保留需要导入的工作表。")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with book.open(part) as text:
                        if _XML_ENTITY.search(text.read(4096)):
                            refuse("工作簿含有不允许的 XML 声明（DTD），已拒绝读取。")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        refuse("工作簿已损坏或被加密，无法读取；请用 Excel 打开后另存为 .xlsx 再上传。")


def check_size(rows: int, columns: int) -> None:
    """Refuse a table that is longer or wider than one import may be."""
    if rows > ROWS - 1:
        refuse(f"表格超过 {ROWS - 1:,} 行，请删去多余的行或分成几个文件。")
    if columns > COLUMNS:
        refuse(f"表格超过 {COLUMNS} 列，请删去右侧多余的列。")


def cells_of(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """Every cell as the text a person would have typed."""
    for row in rows:
        yield [
            cell.strip(_BLANKS) if type(cell) is str else text_of(cell) for cell in row
        ]


def text_of(cell: object) -> str:
    """A number without its trailing zero, a day as 2025-12-01, yes and no in Chinese.

    A number of sixteen digits and more has lost its last ones: it is marked, so that
    the check of its column says what to do.
    """
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        return number_text(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell).strip(_BLANKS)


def number_text(cell: float) -> str:
    """Digits as they were typed, as far as a workbook keeps them."""
    if abs(cell) >= EXACT:
        return f"#数字过长 {cell:.0f}"
    return str(int(cell)) if cell == int(cell) else repr(cell)


# --- text


def read_text(content: bytes) -> Iterator[Line]:
    """The rows of a CSV file, in UTF-8, UTF-16 with its mark, or GB18030."""
    text, encoding = decoded(content)
    if "\x00" in text:
        refuse("文件里有空字符（NUL），不是文本表格；请存成 CSV 或 .xlsx 后上传。")
    csv.field_size_limit(LONGEST_CELL)
    head = text[: text.find("\n") + 1 or len(text)]
    delimiter = max(",\t;，", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    yield {"encoding": encoding}
    line = 0
    try:
        for row in rows:
            line += 1
            check_size(line - 1, len(row))
            yield [cell.strip(_BLANKS) for cell in row]
    except csv.Error:
        refuse(f"第 {line + 1} 行的引号不成对或内容过长，请核对后重新上传。")


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; refused at the first line that is neither."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    farthest = 0
    for codec, name in ENCODINGS:
        try:
            return content.decode(codec), name
        except UnicodeDecodeError as error:
            farthest = max(farthest, content[: error.start].count(b"\n") + 1)
    refuse(
        f"第 {farthest} 行的文字既不是 UTF-8 也不是 GBK，可能混用了两种编码；"
        "请用 Excel 或记事本统一另存为 UTF-8 后上传。"
    )


if __name__ == "__main__":
    main()
