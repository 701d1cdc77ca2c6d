"""Unions, employers and yearly returns by the thousand, as kinds of one mechanism."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import IO, Any

import pytest
from python_calamine import CalamineWorkbook

from members.enums import Role
from members.models import Employer, FormerOrganisation, Organisation, YearlyReturn
from members.queries.filters import EmployerFilter
from members.queries.organisation_tree import organisation_tree
from members.rules.uscc import whole_code
from tests.members.actions.test_divisions import problems
from tests.members.actions.test_people_import import applied, counts, errors_of
from tests.members.builders import CITY, COUNTY, NEXT_COUNTY, ON, staff
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import Upload
from unionportal.core.uploads.columns import import_kind
from unionportal.core.uploads.steps import confirm_upload, receive_upload
from unionportal.core.uploads.workbooks import marked_workbook, template_of

pytestmark = pytest.mark.django_db

UNION_HEAD = ("工会代码", "名称", "上级工会代码", "成立日期", "批准文号")
FIRM_HEAD = ("统一社会信用代码", "单位名称", "职工人数", "人数截至", "所在区划代码")
RETURN_HEAD = (
    "工会代码", "年度", "职工人数", "会员人数", "独立账户", "单独建账", "支出（元）",
    "拨补基层（元）", "应缴经费（元）", "已缴经费（元）", "预算（元）",
)  # fmt: skip


def handed_in(
    kind: str, head: Sequence[str], rows: Sequence[Sequence[str]], by: Actor
) -> Upload:
    text = StringIO()
    csv.writer(text).writerows((head, *rows))
    content = text.getvalue().encode()
    upload = receive_upload(kind=kind, name="表.csv", content=content, on=ON, by=by)
    run_due_jobs()
    upload.refresh_from_db()
    return upload


def employer_code(number: int) -> str:
    return whole_code("91350426", f"{number:08d}")


def sheets_of(file: IO[bytes]) -> list[list[list[Any]]]:
    with file:
        book = CalamineWorkbook.from_filelike(BytesIO(file.read()))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def sentences(upload: Upload) -> dict[int, list[str]]:
    return {row: [words for _c, words in found] for row, found in errors_of(upload)}


# --- unions


def test_unions_of_a_file_hang_where_it_says_also_under_each_other() -> None:
    maker = staff(Role.MAKER)
    rows = [
        ("U2", "二车间分会", "U1", "2014-06-01", "尤工〔2014〕2号"),
        ("U1", "某厂工会委员会", COUNTY, "2014年5月6日", "尤工〔2014〕1号"),
    ]
    upload = handed_in("organisations", UNION_HEAD, rows, maker)
    assert (counts(upload), Organisation.objects.filter(code="U1").count()) == (
        (2, 2, 0, 0, 0),
        0,
    )
    applied(upload, maker)
    one, two = (Organisation.objects.get(code=code) for code in ("U1", "U2"))
    assert one.path[:-4] == union_of().path
    assert two.path[:-4] == one.path
    assert (two.state, two.founded_on, two.division_id) == (
        "normal",
        date(2014, 6, 1),
        COUNTY,
    )
    standing = [
        {place.id for place in organisation_tree(on=day)} & {one.pk, two.pk}
        for day in (date(2014, 5, 31), date(2014, 12, 31))
    ]
    assert standing == [{one.pk}, {one.pk, two.pk}]
    assert problems() == []
    again = handed_in("organisations", UNION_HEAD, rows, maker)
    assert counts(again) == (2, 0, 0, 2, 0)


def test_changed_name_of_a_union_keeps_what_it_was_called() -> None:
    maker = staff(Role.MAKER)
    union = basic_union("旧名")
    row = (union.code, "新名工会", COUNTY, "", "")
    applied(handed_in("organisations", UNION_HEAD, [row], maker), maker)
    union.refresh_from_db()
    assert (union.name, union.since) == ("新名工会", ON)
    assert FormerOrganisation.objects.get().name == "旧名工会委员会"


def test_wrong_rows_of_unions_say_why_and_take_those_below_along() -> None:
    maker = staff(Role.MAKER)
    far, near = basic_union(under=union_of(NEXT_COUNTY)), basic_union("近")
    day = ("2014-05-06", "文")
    rows = [
        ("A1", "甲", "无", *day),
        ("A2", "乙", "A1", *day),
        ("A3", "丙", NEXT_COUNTY, *day),
        ("A4", "丁", COUNTY, "", ""),
        (near.code, near.name, CITY, *day),
        (far.code, far.name, NEXT_COUNTY, *day),
        ("A5", "戊", COUNTY, "2025-12-02", "文"),
        ("A6", "己", "A7", *day),
        ("A7", "庚", "A6", *day),
    ]
    upload = handed_in("organisations", UNION_HEAD, rows, maker)
    found = sentences(upload)
    assert [key for key, words in found.items() if "没有代码为" in words[-1]] == [2, 3]
    assert "不在您的管理范围" in found[4][0]
    assert ["须填成立日期" in found[5][0], "须填批准文号" in found[5][1]] == [
        True,
        True,
    ]
    assert "不在您的管理范围" in found[6][0]
    assert "变更隶属关系" in found[6][1]
    assert "不在您的管理范围" in found[7][0]
    assert "晚于今天" in found[8][0]
    # A circle is found when the tree is planted; nothing of it stays.
    with pytest.raises(Refusal, match="找不到"):
        import_kind("organisations").apply(maker, ON)


# --- employers


def test_legal_persons_come_in_and_the_same_file_again_changes_nothing() -> None:
    maker = staff(Role.MAKER)
    rows = [
        (employer_code(n), f"厂{n}", str(20 + n), "2025-06-30", COUNTY)
        for n in range(1, 11)
    ]
    applied(handed_in("employers", FIRM_HEAD, rows, maker), maker)
    made = Employer.objects.get(code=rows[4][0])
    assert (made.name, made.headcount, made.keeper_id) == ("厂5", 25, union_of().pk)
    before = list(Employer.objects.values())
    again = handed_in("employers", FIRM_HEAD, rows, maker)
    assert counts(again) == (10, 0, 0, 10, 0)
    with pytest.raises(Refusal, match="没有需要导入的新内容"):
        confirm_upload(upload_id=again.pk, only_right=False, on=ON, by=maker)
    assert list(Employer.objects.values()) == before
    newer = [(rows[0][0], "厂一改名", "40", "2025-11-30", COUNTY)]
    applied(handed_in("employers", FIRM_HEAD, newer, maker), maker)
    assert Employer.objects.get(code=rows[0][0]).name == "厂一改名"


def test_wrong_employers_come_back_in_the_uploader_s_own_workbook() -> None:
    maker = staff(Role.MAKER)
    union = basic_union()
    known = employer_code(7)
    applied(
        handed_in(
            "employers",
            FIRM_HEAD,
            [(known, "旧厂", "30", "2025-11-30", COUNTY)],
            maker,
        ),
        maker,
    )
    Employer.objects.update(organisation=union)
    rows = [
        ("81330182MC1234566Y", "工会代码", "30", "2025-06-30", COUNTY),
        (employer_code(1)[:-1] + "W", "错码", "30", "2025-06-30", COUNTY),
        (employer_code(2), "邻县", "30", "2025-06-30", NEXT_COUNTY),
        (employer_code(3), "无日期", "30", "", COUNTY),
        (employer_code(4), "半人", "30.5", "2025-06-30", COUNTY),
        (known, "旧厂", "30", "2025-06-30", COUNTY),
        (employer_code(5), "无区", "30", "2025-06-30", "999999"),
    ]
    upload = handed_in("employers-without-union", FIRM_HEAD, rows, maker)
    found = sentences(upload)
    assert sorted(found) == [2, 3, 4, 5, 6, 7, 8]
    for row, words in (
        (2, "工会的代码"),
        (3, "校验位"),
        (4, "不在您的管理范围"),
        (5, "一起填写"),
        (6, "整数"),
        (7, "已有工会覆盖（某厂工会委员会）"),
        (8, "没有代码为“999999”的区划"),
    ):
        assert words in "".join(found[row])
    lines = sheets_of(marked_workbook(upload))[0]
    assert lines[0][-1] == "错误信息"
    assert "工会的代码" in lines[1][-1]
    assert Employer.objects.count() == 1


def test_firms_without_a_union_come_in_with_ownership_size_and_trade() -> None:
    maker = staff(Role.MAKER)
    head = (*FIRM_HEAD, "经济类型", "规模", "规模以上", "行业门类")
    place = ("2025-06-30", COUNTY)
    rows = [
        (employer_code(1), "甲厂", "126", *place, "私营", "小型", "是", "C"),
        (employer_code(2), "乙店", "24", *place, "", "", "", ""),
        (employer_code(3), "丙厂", "30", *place, "私人", "小型", "是", "C"),
        (employer_code(4), "丁厂", "30", *place, "私营", "很小", "是", "C"),
        (employer_code(5), "戊厂", "30", *place, "私营", "小型", "是", "X"),
    ]
    upload = handed_in("employers-without-union", head, rows, maker)
    assert counts(upload) == (5, 2, 0, 0, 3)
    assert sorted(sentences(upload)) == [4, 5, 6]
    assert Employer.objects.count() == 0
    right = handed_in("employers-without-union", head, rows[:2], maker)
    applied(right, maker)
    named = ("ownership", "size", "is_above_scale", "trade", "organisation_id")
    assert list(Employer.objects.order_by("name").values_list(*named)) == [
        ("", "", False, "", None),
        ("private", "small", True, "C", None),
    ]
    # Only who employs 25 and more has to have a committee.
    must = EmployerFilter({"lacking": "true"}, queryset=Employer.objects.order_by("id"))
    assert [firm.name for firm in must.qs] == ["甲厂"]
    again = handed_in("employers-without-union", head, rows[:2], maker)
    assert counts(again) == (2, 0, 0, 2, 0)


# --- yearly returns


def test_returns_are_filed_and_corrected_by_file() -> None:
    maker = staff(Role.MAKER)
    union = basic_union()
    sums = ("1000.50", "700", "200.10", "180", "1200")
    row = (union.code, "2024", "1,200", "1100", "是", "否", *sums)
    applied(handed_in("yearly-returns", RETURN_HEAD, [row], maker), maker)
    filed = YearlyReturn.objects.get()
    assert (filed.staff_count, filed.has_books, str(filed.spending)) == (
        1200,
        False,
        "1000.50",
    )
    assert (filed.dues_due, filed.dues_paid, filed.budget, filed.granted) == (
        Decimal("200.10"),
        Decimal(180),
        Decimal(1200),
        Decimal(700),
    )
    assert (filed.filed_on, filed.filed_by_name) == (ON, maker.name)
    corrected = (*row[:3], "1150", *row[4:])
    upload = handed_in("yearly-returns", RETURN_HEAD, [row, corrected], maker)
    assert "重复" in sentences(upload)[2][0]
    upload = handed_in("yearly-returns", RETURN_HEAD, [corrected], maker)
    assert counts(upload) == (1, 0, 1, 0, 0)
    applied(upload, maker)
    assert YearlyReturn.objects.get().member_count == 1150


def test_wrong_returns_say_why() -> None:
    maker = staff(Role.MAKER)
    union = basic_union()
    rest = ("10", "9", "是", "是")
    rows = [
        ("无", "2024", *rest, "", ""),
        (NEXT_COUNTY, "2024", *rest, "", ""),
        (union.code, "2026", *rest, "", ""),
        (union.code, "2023", *rest, "1", "2"),
        (union.code, "2022", "10", "9", "有", "是", "1.234", ""),
    ]
    found = sentences(handed_in("yearly-returns", RETURN_HEAD, rows, maker))
    for row, words in (
        (2, "没有代码为“无”"),
        (3, "不在您的管理范围"),
        (4, "年度应在"),
        (5, "不能大于支出"),
        (6, "最多两位小数"),
    ):
        assert words in "".join(found[row])


@pytest.mark.parametrize(
    "code", ["organisations", "employers", "employers-without-union", "yearly-returns"]
)
def test_template_of_each_kind_explains_every_column(code: str) -> None:
    kind = import_kind(code)
    empty, explained = sheets_of(template_of(kind))
    known = [column.title for column in kind.columns]
    assert [str(title).rstrip("*") for title in empty[0]] == known
    assert [row[0] for row in explained[1:]] == known
