"""The workbooks of an import: what the template asks, and how wrong rows come back."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from members.actions.people_import import PEOPLE
from members.enums import Role
from tests.members.builders import COUNTY, ON, id_number, staff
from unionportal.core.models import UploadState
from unionportal.core.uploads.steps import check_upload, receive_upload
from unionportal.core.uploads.workbooks import marked_workbook, template_of

pytestmark = pytest.mark.django_db

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\u200b=1", "＝1+1", "<r>=1</r>", "'=1")


def sheets_of(content: bytes) -> dict[str, list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {
        name: list(book.get_sheet_by_name(name).iter_rows())
        for name in book.sheet_names
    }


def test_template_names_the_columns_and_explains_them() -> None:
    with template_of(PEOPLE) as book:
        sheets = sheets_of(book.read())
    assert sheets["人员名册"] == [
        [
            "姓名*",
            "身份证号*",
            "性别",
            "手机号",
            "工会代码*",
            "户籍区划代码",
            "开户行",
            "银行卡号",
        ]
    ]
    assert sheets["填写说明"][2] == [
        "身份证号",
        "必填",
        "18 位；整列请先设为文本格式",
        "11010519491231002X",
    ]


def test_empty_template_comes_back_with_a_sentence() -> None:
    maker = staff(Role.MAKER)
    with template_of(PEOPLE) as book:
        upload = receive_upload(
            kind="people", name="模板.xlsx", content=book.read(), on=ON, by=maker
        )
    checked = check_upload(upload_id=upload.pk, on=ON, by=maker)
    assert (checked.state, checked.problem) == (
        UploadState.REFUSED,
        "表格里只有列名，没有内容行。",
    )


def test_marked_workbook_holds_every_row_and_says_what_is_wrong() -> None:
    maker = staff(Role.MAKER)
    good = id_number()
    rows = [f"张一,{good},{COUNTY},留着", "李二,1,,"]
    content = "\n".join(["姓名,身份证号,工会代码,备注", *rows]).encode()
    upload = receive_upload(
        kind="people", name="名册.csv", content=content, on=ON, by=maker
    )
    checked = check_upload(upload_id=upload.pk, on=ON, by=maker)
    assert checked.note == "按 UTF-8 编码读取；未识别的列不导入：备注"
    with marked_workbook(checked) as book:
        marked = book.read()
    assert sheets_of(marked)["人员名册"] == [
        ["姓名", "身份证号", "工会代码", "备注", "错误信息"],
        ["张一", good, COUNTY, "留着", ""],
        [
            "李二",
            "1",
            "",
            "",
            "身份证号应为 18 位，请核对是否漏输或多输。“工会代码”不能为空。",
        ],
    ]


def test_marked_workbook_can_be_handed_in_again() -> None:
    maker = staff(Role.MAKER)
    content = f"姓名,身份证号,工会代码\n李二,1,{COUNTY}\n".encode()
    upload = receive_upload(
        kind="people", name="名册.csv", content=content, on=ON, by=maker
    )
    with marked_workbook(check_upload(upload_id=upload.pk, on=ON, by=maker)) as book:
        again = receive_upload(
            kind="people", name="名册.xlsx", content=book.read(), on=ON, by=maker
        )
    checked = check_upload(upload_id=again.pk, on=ON, by=maker)
    assert (checked.state, checked.wrong_count) == (UploadState.CHECKED, 1)


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    maker = staff(Role.MAKER)
    content = f"姓名,身份证号,工会代码,备注\n李二,1,{COUNTY},{text}\n".encode()
    upload = receive_upload(
        kind="people", name="名册.csv", content=content, on=ON, by=maker
    )
    with marked_workbook(check_upload(upload_id=upload.pk, on=ON, by=maker)) as book:
        cell = sheets_of(book.read())["人员名册"][1][3]
    assert str(cell).strip() == text
