"""Periods and fund sources on the staff site: entered at the top, read by all."""

from datetime import date

import pytest
from django.urls import reverse

from assistance.models import FundSource, Period
from members.enums import Role
from tests.assistance.admin.browsers import browser_of
from tests.assistance.builders import PROVINCE, staff

pytestmark = pytest.mark.django_db
PERIODS = reverse("staff_assistance:periods")
SOURCES = reverse("staff_assistance:fund-sources")
PERIOD = {
    "code": "2027-winter",
    "title": "2027年元旦春节",
    "year": "2027",
    "starts_on": "2026-12-01",
    "ends_on": "2027-02-28",
}
SOURCE = {
    "code": "donor_2027",
    "name": "定向捐赠",
    "basis": "捐赠协议 2026-18",
    "file_levels": ["national", "provincial"],
}


def test_an_empty_portal_gets_its_first_period_and_source_from_the_administrator() -> (
    None
):
    top = browser_of(staff(Role.ADMINISTRATOR, at=PROVINCE))
    assert "还没有期次；请先登记" in top.get(PERIODS).content.decode()
    assert "还没有资金来源；请先登记" in top.get(SOURCES).content.decode()

    told = top.post(PERIODS, PERIOD, follow=True).content.decode()
    assert "期次已登记。" in told
    assert Period.objects.get().ends_on == date(2027, 2, 28)
    told = top.post(SOURCES, SOURCE, follow=True).content.decode()
    assert "资金来源已登记。" in told
    assert "全国级、省级" in told
    assert FundSource.objects.get().file_levels == ["national", "provincial"]


def test_what_is_refused_names_the_field_and_a_county_reads_who_may() -> None:
    top = browser_of(staff(Role.ADMINISTRATOR, at=PROVINCE))
    told = top.post(PERIODS, PERIOD | {"ends_on": "二月"}, follow=True)
    assert "结束：" in told.content.decode()
    told = top.post(PERIODS, PERIOD | {"ends_on": "2026-01-01"}, follow=True)
    assert "结束日期早于开始日期。" in told.content.decode()
    assert not Period.objects.exists()
    county = browser_of(staff(Role.ADMINISTRATOR))
    assert "最上级工会的“管理员”岗位" in county.get(PERIODS).content.decode()
    county.post(SOURCES, SOURCE)
    assert not FundSource.objects.exists()
