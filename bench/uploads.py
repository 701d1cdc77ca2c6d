"""P8: people from a workbook, read apart, checked, sealed and staged, against reading."""

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from functools import partial
from io import BytesIO
from operator import itemgetter
from typing import Any

from python_calamine import CalamineWorkbook

from bench.province import ON, PROVINCE, holder
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.turns import seconds_of, take_turns
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.sheets import Column, write_sheet
from unionportal.core.uploads.child import ROWS
from unionportal.core.uploads.steps import cancel_upload, check_upload, receive_upload
from unionportal.demo.identity import Identifiers, check_sign

COUNTY = "350102"
HEADS = (
    *("姓名", "身份证号", "性别", "手机号"),
    *("工会代码", "户籍区划代码", "开户行", "银行卡号"),
)


def run(options: Options) -> Sequence[Measured]:
    """The same workbook each turn; what was staged is taken back by a new upload."""
    with scratch_database():
        content = _workbook(options.rows)
        union = Organisation.objects.get(code=PROVINCE)
        maker = holder(Role.MAKER, union)
        turns = take_turns(
            options, ours=partial(_ours, content, maker), floor=partial(_floor, content)
        )
    title = "导入 Excel：8 列，另一进程读取，逐格校验、加密、入暂存、与在册人员比对"
    size = f"{len(content) / 1e6:.1f} MB；底线只读不验"
    return [turns.line("P8", title, 2.5, size)]


def _workbook(rows: int) -> bytes:
    chance = random.Random(1)  # noqa: S311 - invented people
    numbers = Identifiers(chance)
    columns: list[Column[tuple[str, ...]]] = [
        Column(head, itemgetter(at)) for at, head in enumerate(HEADS)
    ]
    people = (_person(number, numbers) for number in range(rows))
    with closing(write_sheet("名册", columns, people)) as book:
        return book.read()


def _person(number: int, numbers: Identifiers) -> tuple[str, ...]:
    """Somebody of an ID number of his own: day by day, and so many on a day."""
    day = date.fromordinal(date(1960, 1, 1).toordinal() + number // 400)
    body = f"{COUNTY}{day:%Y%m%d}{number % 400 * 2:03d}"
    bank, card = numbers.card()
    identity = body + check_sign(body)
    phone = f"139{number:08d}"
    return ("王小明", identity, "女", phone, COUNTY, COUNTY, bank, card)


def _ours(content: bytes, maker: Actor) -> tuple[float, Any]:
    upload = receive_upload(
        kind="people", name="名册.xlsx", content=content, on=ON, by=maker
    )
    seconds = seconds_of(lambda: check_upload(upload_id=upload.pk, on=ON, by=maker))
    upload.refresh_from_db()
    found = (upload.row_count, upload.wrong_count, upload.problem)
    cancel_upload(upload_id=upload.pk, on=ON, by=maker)
    return seconds, found


def _floor(content: bytes) -> tuple[float, Any]:
    rows = 0

    def read() -> None:
        nonlocal rows
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        rows = sum(1 for _row in book.get_sheet_by_index(0).iter_rows()) - 1

    seconds = seconds_of(read)
    return seconds, (rows, 0, "")


IMPORT = Row("P8", "import", run, most=ROWS - 1)
