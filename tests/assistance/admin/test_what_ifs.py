"""Trials on the staff site: asked from a draft, read, listed masked, taken away."""

from decimal import Decimal

import pytest

from assistance.models import WhatIf
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.actions.test_what_ifs import families, two_versions
from tests.assistance.admin.browsers import browser_of, table_of
from unionportal.core.audit import history_of
from unionportal.core.jobs import run_due_jobs

pytestmark = pytest.mark.django_db

FORM = {
    "as_of": "2025-12-01",
    "cap": "1000",
    "expression_1": "家庭月人均净收入",
    "direction_1": "asc",
}


def test_trial_is_asked_from_the_draft_and_its_result_and_list_are_shown() -> None:
    households = families()
    before, draft = two_versions()
    officer = make.staff(Role.MAKER, at=make.COUNTY)
    browser = browser_of(officer)
    asking = f"/staff/assistance/what-ifs/new/{draft.pk}/"
    given = {**FORM, "before": before.pk, "organisation": make.union().pk}

    wrong = browser.post(asking, {**given, "expression_1": "家庭月均收入"})
    assert "没有名为“家庭月均收入”的事实" in wrong.content.decode()
    sent = browser.post(asking, given)
    asked = WhatIf.objects.get()
    assert sent["Location"] == f"/staff/assistance/what-ifs/{asked.pk}/"
    run_due_jobs()

    page = browser.get(sent["Location"]).content.decode()
    for words in ("谁增谁减", "为什么", "分县", "预算上限 1,000.00 元", "都不纳入"):
        assert words in page
    listed = browser.get(f"{sent['Location']}changes/?change=gains").content.decode()
    assert households["gains"].number in listed
    assert households["no_longer"].number not in listed
    assert households["gains"].principal.id_number not in listed
    rows = table_of(browser, f"{sent['Location']}changes/export/?change=no_longer")
    assert [(row["档案编号"], row["变动"]) for row in rows] == [
        (households["no_longer"].number, "不再符合")
    ]
    assert Decimal(rows[0]["旧版金额（元）"]) == Decimal("600.00")
    assert history_of(asked)[0].verb == "export_what_if"
    assert str(asked) in browser.get("/staff/assistance/what-ifs/").content.decode()
    neighbour = browser_of(make.staff(Role.MAKER, at=make.NEXT_COUNTY))
    for address in ("", "changes/", "progress/"):
        assert neighbour.get(f"{sent['Location']}{address}").status_code == 404
