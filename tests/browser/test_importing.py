"""A roster with errors comes back marked, is put right and taken in, in a real browser."""

from pathlib import Path

import xlsxwriter
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from python_calamine import CalamineWorkbook

from members.enums import Role
from members.models import Person, User
from tests.browser.conftest import DESK, Opened
from tests.browser.test_membership import DESKS
from tests.browser.test_pages import check, enter
from tests.members.builders import COUNTY, id_number, staff
from tests.members.joining import basic_union, member
from unionportal.core.jobs import run_due_jobs

HEAD = ["姓名", "身份证号", "工会代码"]


def hand_in(desk: Page, server: str, path: Path) -> None:
    """Choose the file, send it, and let the worker read it."""
    desk.goto(f"{server}/staff/imports/")
    desk.select_option("select[name=kind]", "people")
    desk.set_input_files("input[type=file]", path)
    desk.click("button:has-text('上传并核对')")
    desk.wait_for_url("**/staff/imports/*/")
    run_due_jobs()
    desk.reload()


def saved(desk: Page, words: str, folder: Path) -> Path:
    """What a link or button sends, as a file."""
    with desk.expect_download() as sent:
        desk.click(f"text={words}")
    target = folder / sent.value.suggested_filename
    sent.value.save_as(target)
    return target


def test_wrong_rows_come_back_marked_are_put_right_and_taken_in(
    transactional_db: None, live_server: LiveServer, opened: Opened, tmp_path: Path
) -> None:
    officer = User.objects.get(pk=staff(Role.MAKER).user_id or 0)
    held = member("会员甲", at=basic_union("B1")).person
    desk, server = opened(DESK), live_server.url
    enter(desk, live_server, officer, "StaffBackend")
    roster = tmp_path / "名册.csv"
    rows = [
        HEAD,
        ["张一", id_number(), COUNTY],
        ["李二", "1", COUNTY],
        ["会员甲", held.id_number, COUNTY],
    ]
    roster.write_text("\n".join(",".join(row) for row in rows), "utf-8")

    hand_in(desk, server, roster)
    check(desk, desk.url, DESKS)
    assert "请办理转会，不能以导入改动" in desk.content()
    marked = saved(desk, "下载标注了错误的文件", tmp_path)
    sheet = CalamineWorkbook.from_path(marked).get_sheet_by_index(0)
    head, *lines = sheet.to_python()
    assert head == [*HEAD, "错误信息"]
    assert [(line[0], bool(line[3])) for line in lines] == [
        ("张一", False),
        ("李二", True),
        ("会员甲", True),
    ]
    assert Person.objects.filter(name="张一").count() == 0

    lines[1][1] = id_number()
    right = tmp_path / "改好.xlsx"
    with xlsxwriter.Workbook(right) as book:
        page = book.add_worksheet("人员名册")
        for number, line in enumerate([head[:3], *(line[:3] for line in lines[:2])]):
            page.write_row(number, 0, line)
    hand_in(desk, server, right)
    desk.click("summary:has-text('确认导入')")
    desk.click("button:has-text('确认确认导入')")
    run_due_jobs()
    names = Person.objects.exclude(pk=held.pk).order_by("id")
    assert list(names.values_list("name", flat=True)) == ["张一", "李二"]

    desk.goto(f"{server}/staff/members/person/?q=zhangyi&under={COUNTY}")
    check(desk, desk.url, DESKS)
    assert "张一" in desk.inner_text("table")
    assert "李二" not in desk.inner_text("table")
    desk.fill("input[name=reason]", "核对名册")
    taken = saved(desk, "导出 CSV", tmp_path).read_text("utf-8-sig").splitlines()
    assert taken[0].startswith("姓名,身份证号,手机号")
    assert [line.partition(",")[0] for line in taken[1:-1]] == ["张一"]
    assert "理由：核对名册" in taken[-1]
