"""P4, P5, P6: a batch as the bank's file, XML message and workbook, beside hand-made ones.

All floors copy the rows out of the database and open the sealed numbers, for without
them no such file can be written; how long the bare copy takes is told beside them.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import connection
from python_calamine import CalamineWorkbook

from assistance.actions.disbursements import write_instruction
from assistance.admin.exports import LINES
from assistance.models import BankFile, Batch, PayingAccount
from assistance.queries.batch_lists import batch_lines
from bench.province import (
    PAID_ON,
    approved,
    instructed,
    officers_of,
    populate,
    released,
)
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.statements import statement
from bench.turns import seconds_of, take_turns, undone
from members.auth.export import plain
from unionportal.core.actor import SYSTEM
from unionportal.core.secrets import unseal
from unionportal.core.sheets import write_sheet

CARD = "members.bankaccount.number"
ID_NUMBER = "members.person.id_number"
MESSAGE = "iso20022_xml"
ELIGIBLE = 2.1  # so many invented households make one line


def run(options: Options) -> Sequence[Measured]:
    """One batch of one county, as long as asked for."""
    with scratch_database(), tempfile.TemporaryDirectory() as folder:
        settings.BANK_EXCHANGE_DIR = Path(folder)
        round_ = released(populate(int(options.rows * ELIGIBLE), counties=1))
        batch = Batch.objects.select_related("organisation").get(round=round_)
        who = officers_of(batch.organisation)
        approved(batch, who)
        bank_file = instructed(batch, who)
        batch.refresh_from_db()
        bare = tuple(_bare(batch) for _turn in range(options.rounds))
        file = take_turns(
            options,
            ours=partial(_ours, bank_file),
            floor=partial(_bank_file, batch, payer="1402020709001234567"),
        )
        sheet = take_turns(
            options,
            ours=partial(_workbook, batch),
            floor=partial(_sheet_by_hand, batch, Path(folder) / "floor.xlsx"),
        )
    lines = f"{batch.line_count:,} 笔"
    return [
        replace(
            file.line("P4", "银行文件，与只把行读出库（COPY TO）比", 4.0, lines),
            floor=bare,
            busy=None,  # of the copy it is not known
        ),
        file.line("P4", "银行文件，与手写的同一文件比：解封账号、落盘", 2.0),
        sheet.line("P6", "Excel 工作簿，11 列，与手写的同样表格比", 1.5),
    ]


def run_xml(options: Options) -> Sequence[Measured]:
    """The same batch, paid from an account whose bank takes XML messages."""
    with scratch_database(), tempfile.TemporaryDirectory() as folder:
        settings.BANK_EXCHANGE_DIR = Path(folder)
        round_ = released(populate(int(options.rows * ELIGIBLE), counties=1))
        batch = Batch.objects.select_related("organisation").get(round=round_)
        who = officers_of(batch.organisation)
        approved(batch, who)
        PayingAccount.objects.update(layout=MESSAGE)
        bank_file = instructed(batch, who)
        batch.refresh_from_db()
        message = take_turns(
            options,
            ours=partial(_ours, bank_file),
            floor=partial(_message, batch, payer="1402020709001234567"),
        )
    lines = f"{batch.line_count:,} 笔"
    title = "XML 报文（pain.001），与 f-string 逐行写的同一报文比：解封账号、落盘"
    return [message.line("P5", title, 1.3, lines)]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bare(batch: Batch) -> float:
    """Seconds of the copy alone, sealed numbers left out."""
    copy = statement("lines.sql", "bare")
    copy = copy.format(year=batch.round.year, batch=batch.pk)
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as file,
        connection.cursor() as cursor,
    ):
        return seconds_of(lambda: cursor.copy_expert(copy, file))


def _copied(name: str, batch: Batch) -> Iterator[list[str]]:
    """The rows as the database copies them out, through a file of no name."""
    copy = statement("lines.sql", name).format(year=batch.round.year, batch=batch.pk)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        with connection.cursor() as cursor:
            cursor.copy_expert(copy, file)
        file.seek(0)
        for line in file:
            yield line.rstrip("\n").split("\t")


# --- the bank's file


def _ours(bank_file: BankFile) -> tuple[float, Any]:
    with undone():
        seconds = seconds_of(
            lambda: write_instruction(bank_file_id=bank_file.pk, on=PAID_ON, by=SYSTEM)
        )
    path = Path(settings.BANK_EXCHANGE_DIR) / bank_file.path
    return seconds, _digest(path)


def _bank_file(batch: Batch, *, payer: str) -> tuple[float, Any]:
    path = Path(settings.BANK_EXCHANGE_DIR) / "floor.txt"
    seconds = seconds_of(lambda: write_bank_file(batch, payer, path))
    return seconds, _digest(path)


def write_bank_file(batch: Batch, payer: str, path: Path) -> None:
    """The floor of the bank's file."""
    purpose = batch.round.version.scheme.title[:18]
    lines = (
        f"D|{number}|{unseal(bytes.fromhex(sealed), context=CARD)}|{holder}|{bank}"
        f"|{amount}|{purpose}|{reference}\r\n"
        for number, (reference, sealed, holder, bank, amount) in enumerate(
            _copied("bank", batch), 1
        )
    )
    with path.open("w", encoding="gbk", newline="") as file:
        file.write(
            f"代发|{batch.number}|{PAID_ON:%Y%m%d}|{payer}|{batch.line_count}"
            f"|{batch.total}\r\n"
        )
        file.writelines(lines)
        file.write(f"完|{batch.line_count}\r\n")
        file.flush()
        os.fsync(file.fileno())


# --- the XML message


def _message(batch: Batch, *, payer: str) -> tuple[float, Any]:
    path = Path(settings.BANK_EXCHANGE_DIR) / "floor.xml"
    seconds = seconds_of(lambda: write_message(batch, payer, path))
    return seconds, _digest(path)


def write_message(batch: Batch, payer: str, path: Path) -> None:
    """The floor of the XML message: one f-string a line."""
    purpose, number, day = batch.round.version.scheme.title[:18], batch.number, PAID_ON
    lines = (
        f"<CdtTrfTxInf><PmtId><InstrId>{place}</InstrId><EndToEndId>{reference}"
        f'</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId><Nm>{escape(bank)}</Nm></FinInstnId></CdtrAgt><Cdtr><Nm>"
        f"{escape(holder)}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>"
        f"{unseal(bytes.fromhex(sealed), context=CARD)}</Id></Othr></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(purpose)}</Ustrd></RmtInf></CdtTrfTxInf>\n"
        for place, (reference, sealed, holder, bank, amount) in enumerate(
            _copied("bank", batch), 1
        )
    )
    sums = f"<NbOfTxs>{batch.line_count}</NbOfTxs><CtrlSum>{batch.total}</CtrlSum>"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022'
            f':tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn><GrpHdr><MsgId>{number}</MsgId>'
            f"<CreDtTm>{day}T00:00:00</CreDtTm>{sums}<InitgPty><Nm>工会</Nm></InitgPty>"
            f"</GrpHdr><PmtInf><PmtInfId>{number}</PmtInfId><PmtMtd>TRF</PmtMtd>{sums}"
            f"<ReqdExctnDt>{day}</ReqdExctnDt><Dbtr><Nm>工会</Nm></Dbtr><DbtrAcct><Id><Othr>"
            f"<Id>{payer}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct><DbtrAgt><FinInstnId>"
            "<Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>\n"
        )
        file.writelines(lines)
        file.write("</PmtInf></CstmrCdtTrfInitn></Document>\n")
        file.flush()
        os.fsync(file.fileno())


# --- the workbook


def _workbook(batch: Batch) -> tuple[float, Any]:
    made: list[IO[bytes]] = []

    def write() -> None:
        made.append(write_sheet("发放清单", *plain(batch_lines(batch), LINES)))

    return seconds_of(write), partial(_read, made[0])


_CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
_HAND_MADE = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
}


def _sheet_by_hand(batch: Batch, path: Path) -> tuple[float, Any]:
    seconds = seconds_of(lambda: _write_sheet_by_hand(batch, path))
    return seconds, _read(path.open("rb"))


def _write_sheet_by_hand(batch: Batch, path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name, part in _HAND_MADE.items():
            book.writestr(name, part)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
                b'2006/main"><sheetData>'
            )
            for number, row in enumerate(_copied("sheet", batch), 2):
                sheet.write(_row_by_hand(number, row).encode())
            sheet.write(b"</sheetData></worksheet>")


def _row_by_hand(number: int, row: list[str]) -> str:
    reference, name, dossier, sealed, bank, last4, amount, source, state, _day = row
    opened = unseal(bytes.fromhex(sealed), context=ID_NUMBER)
    masked = opened[:4] + "*" * 11 + opened[-3:]
    words = {"instructed": "已送银行"}[state]
    texts = (reference, name, dossier, masked, bank, last4)
    before = "".join(map(_CELL.format, texts))
    after = _CELL.format(source) + _CELL.format(words)
    return f'<row r="{number}">{before}<c><v>{amount}</v></c>{after}</row>'


def _read(book: IO[bytes]) -> str:
    """The digest of what a reader finds, without head and empty cells."""
    with book:
        book.seek(0)
        rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    body = [row for row in rows if row and str(row[0]).isdigit()]
    told = "\n".join("|".join(str(cell) for cell in row if cell != "") for row in body)
    return f"{len(body)} {hashlib.sha256(told.encode()).hexdigest()}"


EXPORT = Row("P4", "export", run)
EXPORT_XML = Row("P5", "export-xml", run_xml)
