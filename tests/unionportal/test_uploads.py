"""Imports on the staff site: hand a file in, read what was found, confirm."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.enums import Role
from members.models import Person, User
from tests.members.builders import COUNTY, id_number, staff
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models import Upload, UploadState

pytestmark = pytest.mark.django_db

IMPORTS = "/staff/imports/"


def client_of(*roles: str) -> Client:
    actor = staff(*roles)
    client = Client()
    user = User.objects.get(name=actor.name)
    client.force_login(user, backend="members.auth.backends.StaffBackend")
    return client


def hand_in(client: Client, text: str, name: str = "名册.csv") -> str:
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post(IMPORTS, {"kind": "people", "file": file})
    return answer.headers.get("Location", "") or answer.content.decode()


def test_import_goes_from_the_file_to_the_register() -> None:
    client = client_of(Role.MAKER)
    page = hand_in(client, f"姓名,身份证号,工会代码\n张一,{id_number()},{COUNTY}\n")
    assert "every 2s" in client.get(page).content.decode()
    run_due_jobs()
    checked = client.get(page).content.decode()
    assert "确认导入" in checked
    assert "every 2s" not in checked
    client.post(f"{page}confirm/")
    run_due_jobs()
    assert "已导入" in client.get(page).content.decode()
    assert list(Person.objects.values_list("name", flat=True)) == ["张一"]


def test_wrong_rows_are_listed_with_their_column_and_come_back_marked() -> None:
    client = client_of(Role.MAKER)
    page = hand_in(client, f"姓名,身份证号,工会代码\n张一,1,{COUNTY}\n")
    run_due_jobs()
    shown = client.get(page).content.decode()
    assert "身份证号应为 18 位，请核对是否漏输或多输。" in shown
    assert "确认导入" not in shown
    marked = client.get(f"{page}marked/")
    assert marked.headers["Content-Disposition"].startswith("attachment")
    marked.close()


def test_file_that_is_no_table_is_refused_beside_the_field() -> None:
    client = client_of(Role.MAKER)
    assert "这是 PDF 文件，不是表格" in hand_in(client, "%PDF-1.7", "名册.xlsx")
    assert Upload.objects.count() == 0


def test_same_file_twice_at_once_is_one_upload() -> None:
    client = client_of(Role.MAKER)
    text = f"姓名,身份证号,工会代码\n张一,{id_number()},{COUNTY}\n"
    hand_in(client, text)
    assert "同一个文件正在办理" in hand_in(client, text)
    assert Upload.objects.count() == 1


def test_cancelling_says_that_nothing_was_imported() -> None:
    client = client_of(Role.MAKER)
    page = hand_in(client, f"姓名,身份证号,工会代码\n张一,{id_number()},{COUNTY}\n")
    run_due_jobs()
    answer = client.post(f"{page}cancel/", follow=True).content.decode()
    assert "没有导入任何内容" in answer
    assert Upload.objects.get().state == UploadState.CANCELLED
    assert Person.objects.count() == 0


def test_auditor_is_told_who_imports() -> None:
    shown = client_of(Role.AUDITOR).get(IMPORTS).content.decode()
    assert "由经办或管理员导入" in shown
    assert "上传并核对" not in shown


def test_template_is_offered_as_a_workbook() -> None:
    answer = client_of(Role.MAKER).get(f"{IMPORTS}templates/people/")
    assert b"".join(answer)[:2] == b"PK"
