"""The staff's own flags on the staff site: written, tried, approved, met on the list."""

import pytest
from django.urls import reverse

from members.actions.census import take_census
from members.enums import Role
from members.models import OwnFlag, UnionFlag
from tests.members.actions.test_own_flag import in_force, written
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
NEW = reverse("staff_members:own-flag-new")
WORDS = {
    "under": COUNTY,
    "code": "few_members",
    "title": "会员太少",
    "condition": "会员人数 < 3",
    "document": "县总〔2025〕9号",
    "days": "30",
    "hit": "会员人数=2",
    "miss": "会员人数=3",
}


def test_one_writes_and_tries_and_another_approves() -> None:
    basic_union("少")
    writer, approver = (
        browser_of(staff(Role.ADMINISTRATOR)),
        browser_of(staff(Role.APPROVER)),
    )
    assert "登记有在任的主席" in writer.get(NEW).content.decode()
    wrong = writer.post(NEW, WORDS | {"condition": "会员数 < 3"}).content.decode()
    assert "第 1 行第 1 列：没有名为“会员数”的事实，是不是“会员人数”？" in wrong
    assert "会员数 &lt; 3" in wrong
    page = writer.post(NEW, WORDS).headers["Location"]
    assert "还没有试查" in writer.get(page).content.decode()
    writer.post(f"{page}try/")
    tried = writer.get(page).content.decode()
    assert "少工会委员会" in tried
    assert "编写人与审核人不能是同一人" in tried
    approver.post(f"{page}approve/")
    flag = OwnFlag.objects.get()
    assert flag.state == "in_force"
    assert (
        "会员太少"
        in approver.get(
            reverse("staff_members:own-flags"), {"state": "in_force"}
        ).content.decode()
    )
    approver.post(f"{page}withdraw/", {"reason": "已并入新办法"})
    assert "已并入新办法" in approver.get(page).content.decode()


def test_the_next_county_neither_sees_it_nor_writes_here() -> None:
    flag = written()
    next_ = browser_of(staff(Role.ADMINISTRATOR, at=NEXT_COUNTY))
    assert (
        next_.get(reverse("staff_members:own-flag", args=[flag.pk])).status_code == 404
    )
    assert (
        flag.title not in next_.get(reverse("staff_members:own-flags")).content.decode()
    )
    assert "不在您的管理范围" in next_.post(NEW, WORDS).content.decode()


def test_its_flags_are_filtered_by_and_overdue_ones_are_found() -> None:
    few = basic_union("少")
    flag = in_force()
    take_census(organisation_id=union().pk, on=ON, by=SYSTEM)
    listed = reverse("staff_members:flags")
    own = browser_of(staff(Role.MAKER))
    found = UnionFlag.objects.get(rule=flag.rule, organisation=few)
    page = reverse("staff_members:flag", args=[found.pk])
    assert page in own.get(listed, {"rule": flag.rule}).content.decode()
    assert (
        page in own.get(listed, {"rule": flag.rule, "overdue": "yes"}).content.decode()
    )
    UnionFlag.objects.filter(pk=found.pk).update(due_on="2099-01-01")
    assert (
        page
        not in own.get(listed, {"rule": flag.rule, "overdue": "yes"}).content.decode()
    )
    other = browser_of(staff(Role.MAKER, at=NEXT_COUNTY))
    assert flag.title not in other.get(listed).content.decode()
