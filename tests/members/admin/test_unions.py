"""Unions and employers on the staff site: the tree, the lists, the verbs."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from members.actions.employer import EmployerEntry, register_employer
from members.enums import Role
from members.models import Employer, Officer, Organisation, YearlyReturn
from members.queries.office import QUEUES
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import CITY, COUNTY, NEXT_COUNTY, ON, staff
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"staff_members:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def verb(client: Client, union: Organisation, verb_: str, /, **entered: object) -> str:
    address = reverse("staff_members:union-verb", args=(union.pk, verb_))
    answer = client.post(address, entered, follow=True)
    return answer.content.decode()


def test_tree_opens_lazily_and_filters_the_list() -> None:
    inside, outside = basic_union("园内"), basic_union("园外", under=union_of(CITY))
    client = browser_of(staff(Role.MAKER, at=CITY))
    whole = page(client, "unions", search="园")
    assert inside.name in whole
    assert outside.name in whole
    assert "尤溪县" in whole
    branch = page(client, "tree-branch", union_of().pk)
    assert "园内" in branch
    below = page(client, "unions", under=COUNTY, search="园")
    assert inside.name in below
    assert outside.name not in below


def test_tree_and_list_end_where_the_reach_ends() -> None:
    far = basic_union("邻厂", under=union_of(NEXT_COUNTY))
    client = browser_of(staff(Role.MAKER))
    for query in ({}, {"under": NEXT_COUNTY}, {"under": CITY}):
        shown = page(client, "unions", **query)
        assert "邻厂" not in shown
        assert "建宁县" not in shown
    for name, key in (("tree-branch", union_of(CITY).pk), ("union", far.pk)):
        answer = client.get(reverse(f"staff_members:{name}", args=[key]))
        assert answer.status_code == 404


@pytest.mark.parametrize("size", [1, 30])
def test_list_and_tree_ask_the_same_number_of_queries(
    size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(size):
        basic_union()
    client = browser_of(staff(Role.MAKER))
    page(client, "unions")
    with django_assert_max_num_queries(10):
        page(client, "unions", under=COUNTY)


def test_union_is_applied_for_on_the_page_and_waits_for_the_approver() -> None:
    maker, approver = staff(Role.MAKER), staff(Role.APPROVER)
    client = browser_of(maker)
    client.post(
        reverse("staff_members:union-new"),
        {
            "parent": COUNTY,
            "code": "81330182MC1234566Y",
            "name": "某厂工会委员会",
            "short_name": "某厂",
            "level": "basic",
            "form": "committee",
            "kind": "single",
        },
    )
    union = Organisation.objects.get(code="81330182MC1234566Y")
    assert union.state == "forming"
    waiting = {queue.code: queue.items for queue in QUEUES}["members.foundings"]
    assert [item.detail for item in waiting(approver, ON)] == ["某厂工会委员会"]
    assert waiting(maker, ON) == []
    verb(browser_of(approver), union, "approve", document="尤工〔2025〕1号")
    union.refresh_from_db()
    assert (union.state, union.document) == ("normal", "尤工〔2025〕1号")
    assert "批准成立" in page(client, "union", union.pk)


def test_what_a_union_keeps_is_entered_in_its_sections() -> None:
    union = basic_union()
    client = browser_of(staff(Role.MAKER))
    verb(client, union, "elect", starts_on="2022-03-08", years="3")
    verb(
        client,
        union,
        "take-office",
        name="林一",
        office="chair",
        starts_on="2022-03-08",
    )
    verb(
        client,
        union,
        "certify",
        code="81330182MC1234566Y",
        representative="林一",
        issued_on="2022-04-01",
        expires_on="2025-03-08",
    )
    verb(
        client,
        union,
        "file-return",
        year="2024",
        staff_count="120",
        member_count="100",
        activity_count="3",
        has_account="on",
        dues_due="100.00",
        dues_paid="90.00",
        budget="0",
        spending="80",
        granted="0",
    )
    assert YearlyReturn.objects.get().dues_paid == 90
    shown = page(client, "union", union.pk)
    for words in ("第 1 届", "林一", "81330182MC1234566Y", "90.00", "逾期未换届"):
        assert words in shown
    due = {queue.code: queue.items for queue in QUEUES}
    maker = staff(Role.MAKER)
    for code in ("members.elections", "members.certificates"):
        assert [item.due_on for item in due[code](maker, ON)] == [date(2025, 3, 8)]
    officer = Officer.objects.get()
    verb(client, union, "leave-office", officer=officer.pk, ends_on="2025-11-30")
    officer.refresh_from_db()
    assert officer.ends_on == date(2025, 11, 30)
    assert "请登记" not in verb(client, union, "elect", starts_on="", years="3")


def test_refused_verb_says_why_and_changes_nothing() -> None:
    union = basic_union()
    client = browser_of(staff(Role.MAKER))
    shown = page(client, "union", union.pk)
    assert "变更下级工会须有本工会或上级工会的“审批”、“管理员”岗位，您没有" in shown
    told = verb(client, union, "lock", reason="查")
    assert "变更下级工会须有" in told
    union.refresh_from_db()
    assert union.state == "normal"
    answer = client.post(
        reverse("staff_members:union-verb", args=(union.pk, "nothing"))
    )
    assert answer.status_code == 404


def test_union_is_renamed_moved_and_merged_by_its_buttons() -> None:
    union, other = basic_union("甲"), basic_union("乙")
    client = browser_of(staff(Role.APPROVER, at=CITY))
    day = {"document": "明工〔2025〕1号", "on": "2025-11-30"}
    verb(client, union, "rename", name="丙工会委员会", short_name="丙", on="2025-11-01")
    verb(client, union, "move", code=NEXT_COUNTY, **day)
    verb(client, union, "dues", code=COUNTY, **day)
    union.refresh_from_db()
    assert union.path[:-4] == union_of(NEXT_COUNTY).path
    assert (union.name, union.dues_to_id) == ("丙工会委员会", union_of().pk)
    told = verb(client, union, "move", code="无此代码", **day)
    assert "没有这个代码的工会" in told
    verb(client, union, "merge", code=other.code, **day)
    union.refresh_from_db()
    assert (union.state, union.successor_id) == ("dissolved", other.pk)
    shown = page(client, "union", union.pk)
    assert "已并入" in shown
    assert "甲工会委员会" in shown


def employer(code: str, headcount: int, name: str) -> Employer:
    entry = EmployerEntry(
        name=name, division_id=COUNTY, headcount=headcount, counted_on=ON
    )
    return register_employer(
        code=code, keeper_id=union_of().pk, entry=entry, on=ON, by=SYSTEM
    )


def test_list_of_25_and_more_without_a_union() -> None:
    large = employer("91350100M000100Y43", 25, "大厂")
    client = browser_of(staff(Role.MAKER))
    assert "大厂" in page(client, "employers", lacking="true")
    address = reverse("staff_members:employer-verb", args=(large.pk, "cover"))
    joint = basic_union("联合")
    client.post(address, {"code": joint.code})
    assert "大厂" not in page(client, "employers", lacking="true")
    assert "联合" in page(client, "employer", large.pk)
    assert "大厂" not in page(
        browser_of(staff(Role.MAKER, at=NEXT_COUNTY)), "employers"
    )


def test_employer_is_registered_changed_and_closed_by_forms() -> None:
    client = browser_of(staff(Role.MAKER))
    entered = {
        "code": "91350100M000100Y43",
        "name": "某厂",
        "keeper": COUNTY,
        "division_id": COUNTY,
        "headcount": "30",
        "counted_on": "2025-11-30",
    }
    told = client.post(
        reverse("staff_members:employer-new"), entered | {"keeper": NEXT_COUNTY}
    )
    assert "不在您的管理范围" in told.content.decode()
    client.post(reverse("staff_members:employer-new"), entered)
    made = Employer.objects.get()
    for name, fields in (
        ("change", entered | {"headcount": "31"}),
        ("close", {"closed_on": "2025-12-01", "reason": "工商注销"}),
    ):
        client.post(
            reverse("staff_members:employer-verb", args=(made.pk, name)), fields
        )
    made.refresh_from_db()
    assert (made.headcount, made.closed_on) == (31, date(2025, 12, 1))
