"""Dossiers on the staff site: the class proposed before it is decided, visits, lists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assistance.models import HouseholdDossier, Visit
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.admin.browsers import browser_of
from tests.core.uploads.evidence_files import png

pytestmark = pytest.mark.django_db
HOUSEHOLD = {
    "residence": "urban",
    "main_cause": "illness",
    "household_size": "3",
    "homes_count": "1",
    "has_vehicle": "false",
    "wage_income": "30000.36",
    "business_income": "0",
    "property_income": "0",
    "transfer_income": "0",
    "other_income": "0",
    "illness_cost": "3000",
    "disability_cost": "0",
    "schooling_cost": "0",
    "housing_cost": "0",
    "employment_cost": "0",
    "other_rigid_cost": "0",
}


def url_of(dossier: HouseholdDossier, page: str = "") -> str:
    return f"/staff/assistance/dossiers/{dossier.pk}/{page}"


def test_a_class_is_proposed_with_its_arithmetic_and_nothing_is_saved() -> None:
    make.standard()
    dossier = make.dossier()
    clerk = browser_of(make.staff(Role.MAKER))
    answer = clerk.post(url_of(dossier, "recheck/"), HOUSEHOLD | {"propose": "1"})
    page = answer.content.decode()
    assert "按规则建议为“相对困难”。" in page
    assert (
        "（收入 30,000.36 － 支出 3,000.00）÷ 3 人 ÷ 12 月 ＝ 月人均 750.01 元" in page
    )
    dossier.refresh_from_db()
    assert str(dossier.wage_income) == "30000.00"


def test_another_class_without_a_reason_is_refused_at_its_field() -> None:
    make.standard()
    dossier = make.dossier()
    clerk = browser_of(make.staff(Role.MAKER))
    entered = HOUSEHOLD | {"hardship_class": "deep"}
    refused = clerk.post(url_of(dossier, "recheck/"), entered)
    assert refused.context["form"].errors["class_reason"] == [
        "按规则建议为“相对困难”。要核定为别的类别，请在“核定类别的理由”中写明。"
    ]
    clerk.post(url_of(dossier, "recheck/"), entered | {"class_reason": "刚够一分钱"})
    shown = clerk.get(url_of(dossier)).content.decode()
    assert "核定类别的理由：刚够一分钱" in shown
    assert "家庭月人均净收入 750.01 元，高于 低保标准 750.00 元，差 0.01 元" in shown


def test_a_visit_with_its_form_is_entered_shown_and_taken_as_a_file() -> None:
    dossier = make.dossier()
    clerk = browser_of(make.staff(Role.MAKER))
    entered = {
        "purpose": "care",
        "visited_on": "2025-11-30",
        "visitors": "陈走访、林走访",
        "found": "一家三口在家",
        "papers": SimpleUploadedFile("表.png", png(), "image/png"),
    }
    answer = clerk.post(url_of(dossier, "visit/"), entered)
    assert (answer.status_code, answer["Location"]) == (302, url_of(dossier))
    page = clerk.get(url_of(dossier)).content.decode()
    assert "陈走访、林走访" in page
    paper = Visit.objects.get().papers.get()
    file = clerk.post(f"/staff/assistance/visit-papers/{paper.pk}/")
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == (
        "image/png",
        "nosniff",
    )
    assert b"".join(file).startswith(b"\x89PNG")


def test_what_is_no_picture_is_refused_at_its_field() -> None:
    dossier = make.dossier()
    clerk = browser_of(make.staff(Role.MAKER))
    entered = {
        "purpose": "care",
        "visited_on": "2025-11-30",
        "visitors": "陈",
        "found": "在家",
        "papers": SimpleUploadedFile("表.exe", b"MZ", "image/png"),
    }
    page = clerk.post(url_of(dossier, "visit/"), entered).content.decode()
    assert "“表.exe”不是 JPG、PNG 照片或 PDF 文件" in page
    assert not Visit.objects.exists()


def test_standing_lists_lead_to_their_dossiers() -> None:
    dossier = make.dossier()
    clerk = browser_of(make.staff(Role.MAKER))
    page = clerk.get("/staff/assistance/dossiers/standing/").content.decode()
    where = f"/staff/assistance/dossiers/?standing=never_aided&amp;union={make.COUNTY}"
    assert where in page
    listed = clerk.get(where.replace("&amp;", "&")).content.decode()
    assert dossier.number in listed
    empty = clerk.get("/staff/assistance/dossiers/?standing=return_visit")
    assert dossier.number not in empty.content.decode()
