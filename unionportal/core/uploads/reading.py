"""A table that somebody handed in, row by row, read by a child with limits."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from unionportal.core.errors import Refusal

LARGEST = 20 * 1024 * 1024
PROCESSOR_SECONDS = 20  # of the child: what ends a hostile file, however busy we are
WAIT_SECONDS = 900.0  # by the clock: what ends a child that sleeps, and not a slow hour
CHILD = Path(__file__).with_name("child.py")

_ZIP, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


@dataclass(frozen=True, slots=True)
class Table:
    """How a table was read, and its rows: line number and cells, all of them text.

    `note` says in Chinese what the reader chose: sheet or encoding.
    """

    note: str
    rows: Iterator[tuple[int, list[str]]]


def kind_of(name: str, content: bytes) -> str:
    """`xlsx` or `csv`, by content and not by name. Refuses anything else, in words."""
    if not content.strip():
        raise _refusal(_("文件是空的，请核对后重新上传。"))
    if len(content) > LARGEST:
        raise _refusal(_("文件超过 20 MB，请只保留需要导入的列，或分成几个文件上传。"))
    if content.startswith(_ZIP):
        return "xlsx"
    if content.startswith(_OLD_EXCEL):
        raise _refusal(
            _("这是旧版 Excel（.xls）或设有密码的工作簿，请另存为 .xlsx 后上传。")
        )
    if content.startswith(_PDF):
        raise _refusal(_("这是 PDF 文件，不是表格；请上传 .xlsx 或 CSV。"))
    if content.startswith(_IMAGES) or content.lstrip()[:5].lower() in (
        b"<?xml",
        b"<html",
        b"<!doc",
        b"<svg ",
    ):
        raise _refusal(_("这是图片或网页，不是表格；请上传 .xlsx 或 CSV。"))
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise _refusal(
            _("文件名是 .xlsx，内容却不是 Excel 工作簿；请另存为 .xlsx 再上传。")
        )
    return "csv"


@contextmanager
def read_table(name: str, content: bytes) -> Iterator[Table]:
    """Read a table while it is used; the child ends with the block.

    Refuses a damaged, hostile or oversized file with a sentence. Rows that are wholly
    empty are passed over. The child may hold 256 MB of data and 20 seconds of processor;
    how long that takes by the clock is the machine's matter, up to a quarter of an hour.
    """
    kind = kind_of(name, content)
    with subprocess.Popen(  # noqa: S603 - our own script under our own interpreter
        [sys.executable, "-I", str(CHILD), kind, str(PROCESSOR_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONUTF8": "1", "RUST_BACKTRACE": "0"},
        close_fds=True,
    ) as child:
        limit = threading.Timer(WAIT_SECONDS, child.kill)
        feeder = threading.Thread(target=_feed, args=(child.stdin, content))
        limit.start()
        feeder.start()
        try:
            yield _table(child)
        finally:
            limit.cancel()
            child.kill()
            feeder.join()


def _feed(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe is None:
        return
    try:
        with pipe:
            pipe.write(content)
    except OSError:
        return  # the child ended first; its exit says why


def _table(child: subprocess.Popen[bytes]) -> Table:
    lines = _lines(child)
    facts = next(lines)
    return Table(note=_note(facts), rows=_numbered(lines))


def _lines(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    """What the child wrote; raises its refusal, or ours when it died."""
    decode = json.JSONDecoder().decode
    for line in child.stdout or ():
        if not line.endswith(b"\n"):
            break  # it was ended in the middle of a row
        read = decode(line.decode())
        if type(read) is dict and "refused" in read:
            raise _refusal(read["refused"])
        yield read
    if child.wait() != 0:
        raise _refusal(
            _(
                "表格读取时超出内存或时间限制，已停止：常见原因是很远处的单元格里有内容。"
                "请把需要导入的行列复制到新工作表后再上传。"
            )
        )


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(lines, start=1):
        if any(row):
            yield number, row


def _note(facts: dict[str, Any]) -> str:
    if "encoding" in facts:
        return _("按 %(encoding)s 编码读取") % facts
    if not facts["others"]:
        return _("读取工作表“%(sheet)s”") % facts
    return _("只读取第一张工作表“%(sheet)s”，其余 %(count)s 张未读") % {
        "sheet": facts["sheet"],
        "count": len(facts["others"]),
    }


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, code="upload", field="file")
