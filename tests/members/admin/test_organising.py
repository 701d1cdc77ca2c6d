"""Guidance towards a union on the staff site: begun at the employer, listed, worked."""

from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from members.enums import Role
from members.models import OrganisingCase
from tests.members.actions.test_organising import firm, started
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import NEXT_COUNTY, staff

pytestmark = pytest.mark.django_db
LIST = reverse("staff_members:organising")


def test_it_is_begun_at_the_employer_and_worked_on_its_page() -> None:
    of, maker = firm(), staff(Role.MAKER)
    own = browser_of(maker)
    page = reverse("staff_members:employer", args=[of.pk])
    assert "开始指导建会" in own.get(page).content.decode()
    assert "还没有人指导的 1 家" in own.get(LIST).content.decode()
    own.post(
        reverse("staff_members:employer-verb", args=[of.pk, "organise"]),
        {"responsible_id": maker.user_id, "due_on": "2999-01-01"},
    )
    case = OrganisingCase.objects.get()
    at = reverse("staff_members:organising-case", args=[case.pk])
    employer = own.get(page).content.decode()
    assert ("开始指导建会" in employer.split("办理记录")[0], at in employer) == (
        False,
        True,
    )
    assert "还没有人指导的 0 家" in own.get(LIST).content.decode()
    own.post(f"{at}note/", {"happened_on": "2025-12-01", "said": "上门见厂长"})
    assert "上门见厂长" in own.get(at).content.decode()
    assert 'value="2999-01-01"' in own.get(at).content.decode()
    own.post(
        f"{at}hand-over/", {"responsible_id": maker.user_id, "due_on": "2999-02-01"}
    )
    assert "2999年2月1日" in own.get(at).content.decode()
    own.post(f"{at}end/", {"reason": "停产"})
    assert "停产" in own.get(at).content.decode()


def test_late_ones_are_found_and_the_next_county_sees_none() -> None:
    case = started(firm())
    at = reverse("staff_members:organising-case", args=[case.pk])
    own, next_ = (
        browser_of(staff(Role.MAKER)),
        browser_of(staff(Role.MAKER, at=NEXT_COUNTY)),
    )
    late = {"overdue": "yes"}
    assert at in own.get(LIST, late).content.decode()
    file = own.post(reverse("staff_members:organising-export"))
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(file)))
    assert "县里纺织厂" in str(book.get_sheet_by_index(0).to_python())
    OrganisingCase.objects.update(due_on="2999-01-01")
    assert at not in own.get(LIST, late).content.decode()
    assert at not in next_.get(LIST).content.decode()
    assert next_.get(at).status_code == 404
