"""Flags of censuses on the staff site: the list, one flag in words, its verbs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.actions.census import take_census
from members.enums import FlagState, Role
from members.models import UnionFlag
from tests.core.uploads.evidence_files import PDF
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.models import Job

pytestmark = pytest.mark.django_db


def test_a_county_works_its_list_and_the_next_county_sees_nothing() -> None:
    bare = basic_union("空厂")
    take_census(organisation_id=union().pk, on=ON, by=SYSTEM)
    flag = UnionFlag.objects.get(organisation=bare, rule="no_members")
    own, next_ = (
        browser_of(staff(Role.MAKER)),
        browser_of(staff(Role.MAKER, at=NEXT_COUNTY)),
    )
    listed, page = (
        reverse("staff_members:flags"),
        reverse("staff_members:flag", args=[flag.pk]),
    )
    shown = own.get(listed, {"rule": "no_members"}).content.decode()
    assert "空厂" in shown
    assert page in shown
    assert page not in own.get(listed, {"state": "gone"}).content.decode()
    assert "空厂" not in next_.get(listed).content.decode()
    assert next_.get(page).status_code == 404
    words = own.get(page).content.decode()
    assert "会员人数 0 人" in words
    assert "会籍在本工会、状态为会员的人数" in words
    verb = reverse("staff_members:flag-verb", args=[flag.pk, "repair"])
    broken = SimpleUploadedFile("名册.pdf", b"text", "application/pdf")
    own.post(verb, {"answer": "已发展会员 12 人", "papers": broken})
    assert not flag.papers.exists()
    roster = SimpleUploadedFile("名册.pdf", PDF, "application/pdf")
    own.post(verb, {"answer": "已发展会员 12 人", "papers": roster})
    flag.refresh_from_db()
    assert (flag.state, flag.answer) == (FlagState.REPAIRED, "已发展会员 12 人")
    assert "已发展会员 12 人" in own.get(page).content.decode()
    handed = reverse("staff_members:flag-paper", args=[flag.papers.get().pk])
    assert handed in own.get(page).content.decode()
    file = own.post(handed)
    assert (b"".join(file), file["Content-Type"]) == (PDF, "application/pdf")
    assert next_.post(handed).status_code == 404
    UnionFlag.objects.filter(pk=flag.pk).update(condition="旧事实 > 1")
    assert "现已不再登记" in own.get(page).content.decode()


def test_census_is_asked_for_on_the_list_within_reach_only() -> None:
    own = browser_of(staff(Role.MAKER))
    asked = reverse("staff_members:census")
    own.post(asked, {"code": NEXT_COUNTY})
    assert not Job.objects.filter(kind="members.census").exists()
    own.post(asked, {"code": union().code})
    assert Job.objects.filter(kind="members.census").count() == 1
