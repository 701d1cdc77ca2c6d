"""People by the thousand: what a roster adds, changes, leaves, and what it refuses."""

import csv
from datetime import date
from io import StringIO

import pytest

from members.actions.membership import change_standing
from members.actions.people_import import PEOPLE
from members.enums import AccountState, Role
from members.models import BankAccount, Person
from members.rules.card_number import read_card_number
from members.rules.id_number import read_id_number
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    card_number,
    id_number,
    person,
    staff,
    union,
)
from tests.members.joining import member
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import AuditEntry, Upload, UploadRow, UploadState
from unionportal.core.uploads.steps import (
    cancel_upload,
    confirm_upload,
    receive_upload,
)

pytestmark = pytest.mark.django_db

HEAD = ("姓名", "身份证号", "手机号", "工会代码", "户籍区划代码", "开户行", "银行卡号")


def roster(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    text = StringIO()
    csv.writer(text).writerows((head, *rows))
    return text.getvalue().encode()


def handed_in(content: bytes, by: Actor, *, name: str = "名册.csv") -> Upload:
    upload = receive_upload(kind="people", name=name, content=content, on=ON, by=by)
    run_due_jobs()
    upload.refresh_from_db()
    return upload


def applied(upload: Upload, by: Actor, *, only_right: bool = False) -> Upload:
    confirm_upload(upload_id=upload.pk, only_right=only_right, on=ON, by=by)
    run_due_jobs()
    upload.refresh_from_db()
    return upload


def counts(upload: Upload) -> tuple[int, ...]:
    return (
        upload.row_count,
        upload.new_count,
        upload.changed_count,
        upload.same_count,
        upload.wrong_count,
    )


def errors_of(upload: Upload) -> list[tuple[int, list[list[str]]]]:
    rows = UploadRow.objects.filter(upload_id=upload.pk).exclude(errors=[])
    return list(rows.order_by("number").values_list("number", "errors"))


def test_check_is_a_dry_run() -> None:
    maker = staff(Role.MAKER)
    upload = handed_in(roster(("张一", id_number(), "", COUNTY, "", "", "")), maker)
    assert (upload.state, counts(upload)) == (UploadState.CHECKED, (1, 1, 0, 0, 0))
    assert upload.note == "按 UTF-8 编码读取"
    assert Person.objects.count() == 0


def test_confirmed_roster_registers_people_with_a_card_that_waits() -> None:
    maker = staff(Role.MAKER)
    number, card = id_number(born=date(1988, 5, 6)), card_number()
    row = ("曾一", number, "138 0013 8000", COUNTY, COUNTY, "中国银行", card)
    upload = applied(handed_in(roster(row), maker), maker)
    assert upload.state == UploadState.APPLIED
    known = Person.objects.get()
    assert (known.name, known.name_pinyin, known.id_number, known.phone) == (
        "曾一",
        "zengyi",
        number,
        "13800138000",
    )
    assert (known.birth_date, known.organisation_id, known.division_id) == (
        date(1988, 5, 6),
        union().pk,
        COUNTY,
    )
    account = BankAccount.objects.get()
    assert (account.number, account.state, account.created_by_id) == (
        card,
        AccountState.PENDING,
        maker.user_id,
    )


def test_nothing_of_the_file_is_kept_when_it_is_applied() -> None:
    maker = staff(Role.MAKER)
    row = ("张一", id_number(), "", COUNTY, "", "", "")
    upload = applied(handed_in(roster(row), maker), maker)
    assert upload.content is None
    assert UploadRow.objects.count() == 0
    verbs = AuditEntry.objects.filter(subject_kind="core.upload").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "receive",
        "check",
        "confirm",
        "apply",
    ]


def test_same_file_again_changes_nothing() -> None:
    maker = staff(Role.MAKER)
    row = ("张一", id_number(), "13800138000", COUNTY, "", "中国银行", card_number())
    applied(handed_in(roster(row), maker), maker)
    before = list(Person.objects.values()), list(BankAccount.objects.values())
    again = handed_in(roster(row), maker)
    assert counts(again) == (1, 0, 0, 1, 0)
    with pytest.raises(Refusal, match="没有需要导入的新内容"):
        confirm_upload(upload_id=again.pk, only_right=False, on=ON, by=maker)
    assert before == (
        list(Person.objects.values()),
        list(BankAccount.objects.values()),
    )


def test_changed_cells_change_the_register_and_empty_ones_do_not() -> None:
    maker = staff(Role.MAKER)
    known = person("张一", phone="13800138000")
    row = ("张一", known.id_number, "", COUNTY, NEXT_COUNTY, "", "")
    upload = applied(handed_in(roster(row), maker), maker)
    assert counts(upload) == (1, 0, 1, 0, 0)
    known.refresh_from_db()
    assert (known.phone, known.division_id) == ("13800138000", NEXT_COUNTY)


def test_wrong_rows_say_in_which_column_and_why() -> None:
    maker = staff(Role.MAKER)
    good, twice = id_number(), id_number()
    content = roster(
        ("", "11010519491231002", "12345", "999999", "", "", ""),
        ("张二", good, "", NEXT_COUNTY, "", "", card_number()),
        ("张三", twice, "", COUNTY, "", "", ""),
        ("张三", twice, "", COUNTY, "", "", ""),
    )
    upload = handed_in(content, maker)
    assert counts(upload) == (4, 0, 0, 0, 4)
    assert errors_of(upload) == [
        (
            2,
            [
                ["name", "“姓名”不能为空。"],
                ["id_number", "身份证号应为 18 位，请核对是否漏输或多输。"],
                ["phone", "手机号应为 11 位数字，以 1 开头，请核对。"],
                ["organisation", "没有代码为“999999”的工会，请核对。"],
            ],
        ),
        (
            3,
            [
                [
                    "organisation",
                    "该工会不在您的管理范围内，请由其所属工会或上级工会导入。",
                ],
                ["bank_name", "填了银行卡号，开户行不能为空。"],
            ],
        ),
        (4, [["id_number", "与第 5 行重复，请只保留一行。"]]),
        (5, [["id_number", "与第 4 行重复，请只保留一行。"]]),
    ]


def test_wrong_rows_stop_the_import_unless_they_are_left_out() -> None:
    maker = staff(Role.MAKER)
    content = roster(
        ("张一", id_number(), "", COUNTY, "", "", ""),
        ("张二", "1", "", COUNTY, "", "", ""),
    )
    upload = handed_in(content, maker)
    with pytest.raises(Refusal, match="有 1 行有误"):
        confirm_upload(upload_id=upload.pk, only_right=False, on=ON, by=maker)
    assert Person.objects.count() == 0
    applied(upload, maker, only_right=True)
    assert list(Person.objects.values_list("name", flat=True)) == ["张一"]


def test_person_of_the_next_county_or_of_another_name_is_not_overwritten() -> None:
    maker = staff(Role.MAKER)
    far, near = person("张远", at=NEXT_COUNTY), person("张近")
    content = roster(
        ("张远", far.id_number, "13800138000", COUNTY, "", "", ""),
        ("李近", near.id_number, "13800138000", COUNTY, "", "", ""),
    )
    upload = handed_in(content, maker)
    assert [errors[0][0] for _row, errors in errors_of(upload)] == ["id_number", "name"]
    far.refresh_from_db()
    assert (far.organisation_id, far.phone) == (union(NEXT_COUNTY).pk, None)


def test_city_moves_a_person_between_its_counties() -> None:
    maker = staff(Role.MAKER, at=CITY)
    known = person("张一", at=NEXT_COUNTY)
    row = ("张一", known.id_number, "", COUNTY, "", "", "")
    applied(handed_in(roster(row), maker), maker)
    known.refresh_from_db()
    assert known.organisation_id == union().pk


def test_a_member_is_not_moved_by_a_roster_but_by_a_transfer() -> None:
    maker = staff(Role.MAKER, at=CITY)
    held = member("会员一", at=union(NEXT_COUNTY))
    once = member("曾是会员", at=union(NEXT_COUNTY))
    change_standing(
        membership_id=once.pk, act="leave", reason="本人申请", on=ON, by=SYSTEM
    )
    rows = tuple(
        (one.person.name, one.person.id_number, "13800138000", COUNTY, "", "", "")
        for one in (held, once)
    )
    upload = handed_in(roster(*rows), maker)
    assert errors_of(upload) == [
        (
            2,
            [
                [
                    "organisation",
                    "该人的会籍在“建宁县总工会”，请办理转会，不能以导入改动。",
                ]
            ],
        )
    ]
    applied(upload, maker, only_right=True)
    held.person.refresh_from_db()
    once.person.refresh_from_db()
    assert (held.person.organisation_id, held.person.phone) == (
        held.organisation_id,
        None,
    )
    assert once.person.organisation_id == union().pk
    stays = ("会员一", held.person.id_number, "13800138000", NEXT_COUNTY, "", "", "")
    assert counts(handed_in(roster(stays), maker)) == (1, 0, 1, 0, 0)


def test_register_that_moved_since_the_check_sends_the_upload_back() -> None:
    maker = staff(Role.MAKER)
    number = id_number()
    upload = handed_in(roster(("张一", number, "", COUNTY, "", "", "")), maker)
    known = person("李一", at=NEXT_COUNTY, number=number)
    applied(upload, maker)
    assert (upload.state, counts(upload)) == (UploadState.CHECKED, (1, 0, 0, 0, 1))
    known.refresh_from_db()
    assert known.name == "李一"


def test_cancelled_upload_keeps_neither_file_nor_rows() -> None:
    maker = staff(Role.MAKER)
    upload = handed_in(roster(("张一", id_number(), "", COUNTY, "", "", "")), maker)
    cancelled = cancel_upload(upload_id=upload.pk, on=ON, by=maker)
    assert (cancelled.state, cancelled.content) == (UploadState.CANCELLED, None)
    assert (UploadRow.objects.count(), Person.objects.count()) == (0, 0)


def test_missing_column_refuses_the_whole_file() -> None:
    maker = staff(Role.MAKER)
    upload = handed_in(roster(("张一",), head=("姓名",)), maker)
    assert (upload.state, upload.problem) == (
        UploadState.REFUSED,
        "缺少必需的列：身份证号、工会代码。第一行应为列名，请对照模板核对。",
    )


def test_auditor_may_not_hand_in_a_roster() -> None:
    with pytest.raises(Refusal, match="“经办”、“管理员”"):
        handed_in(roster(), staff(Role.AUDITOR))
    assert Upload.objects.count() == 0


def test_the_template_s_example_bears_numbers_that_check() -> None:
    example = PEOPLE.example
    assert read_card_number(example["account"]) == example["account"]
    assert (
        read_id_number(example["id_number"], on=date(2026, 1, 1)).number
        == example["id_number"]
    )
