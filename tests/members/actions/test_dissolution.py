"""Unions on paper only: under notice before they are dissolved, held by an objection."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from members.actions.census import take_census
from members.actions.dissolution import publish_dissolution_notice
from members.actions.notice import (
    ANONYMOUS,
    decide_objection,
    end_notice,
    file_objection,
)
from members.actions.notice_life import republish_notice
from members.actions.organisation_changes import (
    dissolve_organisation,
    merge_organisation,
)
from members.actions.union_flag import repair_flag
from members.auth.actor import business_date
from members.enums import FlagState, Role
from members.models import Notice, NoticeLine, Organisation, UnionFlag
from members.queries.notice import notice_sheet_pdf
from tests.members.admin.test_staff_screens import browser_of
from tests.members.builders import NEXT_COUNTY, ON, staff, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
# The terms to mend what was found on the first day have run out.
LATER = date(2026, 4, 1)


def published(by: Actor, on: date = LATER, days: int = 5) -> Notice:
    return publish_dissolution_notice(
        organisation_id=union().pk, working_days=days, on=on, by=by
    )


def censuses() -> None:
    for on in (ON, LATER):
        take_census(organisation_id=union().pk, on=on, by=SYSTEM)


def listed(notice: Notice) -> list[tuple[str, str, str]]:
    lines = NoticeLine.objects.filter(notice=notice).order_by("pk")
    return list(lines.values_list("name_masked", "unit_name", "note"))


def dissolved(one: Organisation, on: date) -> str:
    document = "尤工〔2026〕9号"
    dissolve_organisation(organisation_id=one.pk, document=document, on=on, by=SYSTEM)
    one.refresh_from_db()
    return one.state


def merged(one: Organisation, into: Organisation, on: date) -> str:
    merge_organisation(
        organisation_id=one.pk, into_id=into.pk, document="文", on=on, by=SYSTEM
    )
    one.refresh_from_db()
    return one.state


def test_the_list_holds_what_a_census_found_again_after_the_term() -> None:
    above = basic_union("上厂")
    basic_union("下厂", under=above)
    basic_union("邻厂", under=union(NEXT_COUNTY))
    mended = basic_union("好厂")
    maker = staff(Role.MAKER)
    take_census(organisation_id=union().pk, on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="名单为空"):
        published(maker, on=ON)
    take_census(organisation_id=union().pk, on=LATER, by=SYSTEM)
    for flag in UnionFlag.objects.filter(organisation=mended, state=FlagState.OPEN):
        repair_flag(flag_id=flag.pk, answer="已补", on=LATER, by=maker)
    for days in (4, 31):
        with pytest.raises(Refusal, match="5 至 30 个工作日"):
            published(maker, days=days)
    with pytest.raises(Refusal, match="“经办”、“审批”岗位，您没有"):
        published(staff(Role.MAKER, at=NEXT_COUNTY))
    assert Notice.objects.count() == 0
    notice = published(maker)
    why = "无会员、空壳工会、牌子工会"
    assert listed(notice) == [("下厂", "下厂工会委员会", why)]
    assert notice.title == "尤溪县2026年拟撤销基层工会名单"
    with pytest.raises(Refusal, match="正在公示"):
        published(maker)


def test_a_union_under_notice_or_in_dispute_is_not_dissolved() -> None:
    quiet, disputed = basic_union("甲厂"), basic_union("乙厂")
    other = basic_union("丙厂")
    censuses()
    notice = published(staff(Role.MAKER))
    line = NoticeLine.objects.get(notice=notice, about_id=disputed.pk)
    objection = file_objection(
        notice_id=notice.pk,
        line_id=line.pk,
        text="我们厂还在，会员都在。",
        on=LATER,
        by=ANONYMOUS,
    )
    with pytest.raises(Refusal, match="正在拟撤销公示，公示到 2026-04-09"):
        dissolved(quiet, on=date(2026, 4, 9))
    with pytest.raises(Refusal, match="期满后再注销或并入"):
        merged(quiet, other, on=date(2026, 4, 9))
    over = date(2026, 4, 10)
    end_notice(notice_id=notice.pk, on=over, by=SYSTEM)
    assert dissolved(quiet, on=over) == "dissolved"
    with pytest.raises(Refusal, match="还没有核查结论"):
        dissolved(disputed, on=over)
    with pytest.raises(Refusal, match="还没有核查结论"):
        merged(disputed, other, on=over)
    decide_objection(
        objection_id=objection.pk,
        upheld=True,
        verdict="会员 30 人属实",
        on=over,
        by=staff(Role.CHECKER),
    )
    with pytest.raises(Refusal, match="异议成立"):
        dissolved(disputed, on=over)
    disputed.refresh_from_db()
    assert disputed.state == "normal"
    # Proved alive, it goes up in another as any union may: that rests on no list.
    assert merged(disputed, other, on=over) == "dissolved"


def test_the_public_reads_the_unions_by_name_and_a_new_list_replaces_the_old() -> None:
    basic_union("甲厂")
    censuses()
    maker, today = staff(Role.MAKER, Role.APPROVER), business_date()
    notice = published(maker, on=today)
    visitor = Client()
    page = visitor.get(reverse("members:notice-detail", args=[notice.pk]))
    shown = page.content.decode()
    for words in (
        "甲厂工会委员会",
        "空壳工会",
        "1 家",
        "依据：《工会法》第十三条",
        "按名称查找",
    ):
        assert words in shown
    assert "人数" not in shown
    assert "1</span> 家" in visitor.get(reverse("members:notice-list")).content.decode()
    line = NoticeLine.objects.get(notice=notice)
    form = visitor.get(
        reverse("members:notice-object", args=[notice.pk]), {"line": line.pk}
    )
    assert "只暂缓这一家" in form.content.decode()
    assert notice_sheet_pdf(notice, address="https://x/n/1/").startswith(b"%PDF")
    again = republish_notice(notice_id=notice.pk, reason="名单有变", on=today, by=maker)
    assert listed(again) == listed(notice)


def test_a_maker_publishes_from_the_list_of_flags_and_others_are_told_why_not() -> None:
    basic_union("甲厂")
    censuses()
    flags = reverse("staff_members:flags")
    client, code = browser_of(staff(Role.MAKER)), union().code
    assert "发布公示" in client.get(flags, {"under": code}).content.decode()
    form = {"code": code, "working_days": "5"}
    address = reverse("staff_members:dissolution-notice")
    told = client.post(address, form, follow=True).content.decode()
    assert "已公示 1 家" in told
    assert "甲厂工会委员会" in told
    # A second click: the list that stands is the list.
    assert "正在公示" in client.post(address, form, follow=True).content.decode()
    assert Notice.objects.count() == 1
    other = browser_of(staff(Role.CHECKER))
    assert "发布公示须有" in other.get(flags, {"under": code}).content.decode()
    assert "发布公示须有" in other.post(address, form, follow=True).content.decode()
